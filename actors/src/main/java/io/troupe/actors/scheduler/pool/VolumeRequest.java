package io.troupe.actors.scheduler.pool;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import java.util.Optional;
import java.util.Set;

/**
 * What a volume asks of its place.
 *
 * @param gib GiB, 1 or more
 * @param availabilityZone the only zone it may lie in
 * @param tried hosts that have refused it already
 */
public record VolumeRequest(
    String volumeId, long gib, Optional<String> availabilityZone, Set<HostId> tried)
    implements CborSerializable {
  public VolumeRequest {
    tried = Set.copyOf(tried);
    if (gib < 1) {
      throw new IllegalArgumentException("a volume has at least 1 GiB: " + gib);
    }
  }
}
