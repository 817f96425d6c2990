/**
 * One file, one rule that says yes or no to a host. {@link
 * io.troupe.actors.scheduler.filter.FilterChain} is the list of them, in order and with reasons.
 */
package io.troupe.actors.scheduler.filter;
