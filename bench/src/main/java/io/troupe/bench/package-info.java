/**
 * Measures: {@code boot} puts load on any OpenStack-compatible endpoint over HTTP, so that Troupe
 * and a peer are measured by the same tool; the JMH benchmarks beside it time single decisions.
 */
package io.troupe.bench;
