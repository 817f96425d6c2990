package io.troupe.actors.instance;

import io.troupe.core.value.HostId;
import java.util.Optional;

/**
 * Where a volume lies, and so on which hosts a guest can have it.
 *
 * @param host empty while it lies nowhere
 * @param pool shared by all hosts that have one of this name; empty: on that host alone
 */
public record VolumePlace(Optional<HostId> host, Optional<String> pool) {
  public static final VolumePlace NOWHERE = new VolumePlace(Optional.empty(), Optional.empty());
}
