package io.troupe.actors.scheduler;

import io.troupe.core.value.InstanceId;
import java.util.Map;

/** A host in the table: its word, what was promised since, and where its numbers stand. */
final class Host {
  /** What the host said last. */
  HostRow said;

  /** The same with the promised instances; one object with {@link #said} when there are none. */
  HostRow seen;

  /** Promised and not settled yet. */
  Map<InstanceId, RequestSpec> promised = Map.of();

  /** GiB by volume, promised and not settled yet. */
  Map<String, Long> promisedVolumes = Map.of();

  /** Where its numbers stand in the tree's columns, or −1; changes as its neighbours move. */
  int slot = -1;
}
