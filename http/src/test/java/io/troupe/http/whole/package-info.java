/**
 * The whole control plane in one JVM: real routes, real actors of a cluster of one, the fake
 * hypervisor, and a journal in memory into which a test can put an instance in any state at all.
 */
package io.troupe.http.whole;
