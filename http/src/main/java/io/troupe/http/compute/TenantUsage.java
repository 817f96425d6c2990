package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What servers took in a period, in hours. A server counts from its first launch until it is
 * deleted, whatever its power state: its host keeps the room for it.
 *
 * @param servers with the hours of each
 */
record TenantUsage(
    List<Hours> servers, double hours, double ramMibHours, double vcpuHours, double diskGibHours) {

  record Hours(InstanceView server, double hours) {}

  /** Whether a server was there at any moment of the period. */
  static boolean touches(InstanceView server, Instant start, Instant stop) {
    return !server.createdAt().isAfter(stop)
        && server.terminatedAt().filter(end -> end.isBefore(start)).isEmpty();
  }

  static TenantUsage of(List<InstanceView> servers, Instant start, Instant stop) {
    var each = servers.stream().map(one -> new Hours(one, hours(one, start, stop))).toList();
    double hours = 0;
    double ram = 0;
    double vcpus = 0;
    double disk = 0;
    for (Hours one : each) {
      var flavor = one.server().request().flavor();
      hours += one.hours();
      ram += one.hours() * flavor.ramMib();
      vcpus += one.hours() * flavor.vcpus();
      disk += one.hours() * (flavor.rootGib() + flavor.ephemeralGib());
    }
    return new TenantUsage(each, hours, ram, vcpus, disk);
  }

  static double hours(InstanceView server, Instant start, Instant stop) {
    if (server.launchedAt().isEmpty()) {
      return 0;
    }
    Instant from = later(server.launchedAt().get(), start);
    Instant until = server.terminatedAt().filter(stop::isAfter).orElse(stop);
    return until.isAfter(from) ? Duration.between(from, until).toMillis() / 3_600_000.0 : 0;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
