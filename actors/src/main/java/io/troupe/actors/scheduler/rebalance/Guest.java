package io.troupe.actors.scheduler.rebalance;

import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import java.util.Optional;

/**
 * An instance on a host, as the rebalancer sees it.
 *
 * @param spec what it asks of any host; its candidates are the destinations that are looked at
 * @param gib that a move carries: RAM, and disks where hosts share no storage
 * @param fixed why it cannot be moved now, for instance since it is switched off; empty when it can
 */
public record Guest(RequestSpec spec, HostId host, long gib, Optional<String> fixed) {}
