/**
 * A cloud in memory for tests of the API: honest doubles of what the actors offer, small enough to
 * read, and {@code TestCloud}, which serves it on a loopback port. Boots finish when a test says
 * {@code instances.work()}.
 */
package io.troupe.http.cloud;
