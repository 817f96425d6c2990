/**
 * What only those who run the cloud ask for: hypervisor connections and hosts, and why the
 * scheduler decides as it does ({@code /v1}, administrators only); health and metrics for machines
 * ({@code /health}, {@code /metrics}, no token). Connection URIs and options may hold credentials:
 * {@code Masked} is the only way they leave.
 */
package io.troupe.http.operator;
