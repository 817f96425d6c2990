package io.troupe.http.compute;

import io.troupe.core.value.HostId;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Ids of a host's hypervisor and compute service. They follow from the host's name, so that they
 * are the same on every node and after every start, without being kept anywhere.
 */
final class FleetIds {
  private FleetIds() {}

  static UUID hypervisor(HostId host) {
    return named("hypervisor:", host);
  }

  static UUID service(HostId host) {
    return named("service:", host);
  }

  private static UUID named(String kind, HostId host) {
    return UUID.nameUUIDFromBytes((kind + host.value()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The number microversions before 2.53 have for an id: 48 bits of it, which a double holds and of
   * which ten thousand hosts have two equal ones once in five million clouds.
   */
  static long number(UUID id) {
    return id.getMostSignificantBits() >>> 16;
  }
}
