package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;

/**
 * A host that may take the instance.
 *
 * @param weight the sum of all weighers, higher is better; 0 when it was the only one left, since
 *     then nothing is weighed
 */
public record Candidate(HostId host, double weight) {}
