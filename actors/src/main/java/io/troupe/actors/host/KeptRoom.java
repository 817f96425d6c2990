package io.troupe.actors.host;

import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.InstanceId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a host keeps for those who are about to come, each for some time: room for the members of a
 * batch until each has claimed it, and for an instance's new volumes until they are made. Not in
 * the log: after a crash of the host everybody is judged as he comes. One thread owns it.
 */
final class KeptRoom {
  private record Member(RequestSpec spec, Instant until) {}

  private record Volumes(long gib, Instant until) {}

  private final Clock clock;
  private final SequencedMap<InstanceId, Member> members = new LinkedHashMap<>();
  private final Map<InstanceId, Volumes> volumes = new HashMap<>();

  KeptRoom(Clock clock) {
    this.clock = clock;
  }

  // ---- members of a batch

  void keep(List<RequestSpec> specs, Duration time) {
    var until = clock.instant().plus(time);
    specs.forEach(spec -> members.put(spec.instance(), new Member(spec, until)));
  }

  /** It has claimed, or does not come. */
  void forget(InstanceId member) {
    members.remove(member);
  }

  /** Who may still come, in the order of their being kept. */
  List<RequestSpec> members() {
    if (members.isEmpty()) {
      return List.of(); // as a rule
    }
    var now = clock.instant();
    members.values().removeIf(one -> one.until().isBefore(now));
    return members.values().stream().map(Member::spec).toList();
  }

  // ---- volumes

  /**
   * @param gib of all new volumes of the instance
   */
  void keepForVolumes(InstanceId instance, long gib, Duration time) {
    volumes.put(instance, new Volumes(gib, clock.instant().plus(time)));
  }

  /** GiB that are kept for volumes of the instance. */
  long forVolumes(InstanceId instance) {
    var kept = volumesNow().get(instance);
    return kept == null ? 0 : kept.gib();
  }

  /** GiB that are kept for volumes of all instances. */
  long forVolumes() {
    return volumesNow().values().stream().mapToLong(Volumes::gib).sum();
  }

  /** A volume of the instance lies here now, and took so many of the GiB that were kept. */
  void taken(InstanceId instance, long gib) {
    volumes.computeIfPresent(
        instance,
        (_, kept) -> kept.gib() > gib ? new Volumes(kept.gib() - gib, kept.until()) : null);
  }

  void forgetVolumes(InstanceId instance) {
    volumes.remove(instance);
  }

  private Map<InstanceId, Volumes> volumesNow() {
    if (!volumes.isEmpty()) {
      var now = clock.instant();
      volumes.values().removeIf(kept -> kept.until().isBefore(now));
    }
    return volumes;
  }
}
