package io.troupe.actors.volume;

import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/** What a project has on the storage of hosts: its volumes, and snapshots of them. */
public sealed interface Stored permits Volume, VolumeSnapshot {
  /** A UUID; no volume and snapshot have the same. */
  String id();

  /** How hosts know it. */
  VolumeRef ref();

  /** GiB. */
  long sizeGib();

  Instant createdAt();

  /** On which it lies; empty while it lies nowhere. */
  Optional<HostId> host();

  /** The storage that it lies in, if several hosts have that. */
  Optional<String> pool();

  /** Whether it is known to lie there. */
  boolean made();

  /** Whether it lies there, and no host can be about to make it or anything of it. */
  boolean isAtRest();

  /** The one thing to do for it; empty when nothing is. */
  Optional<Volume.Work> next();

  /** It could not be made, or not be deleted. */
  Stored failed(String why, Instant now);

  /** GiB of all together: snapshots count as volumes do, as in Cinder. */
  static long gib(Collection<Volume> volumes, Collection<VolumeSnapshot> snapshots) {
    return Stream.<Stored>concat(volumes.stream(), snapshots.stream())
        .mapToLong(Stored::sizeGib)
        .sum();
  }
}
