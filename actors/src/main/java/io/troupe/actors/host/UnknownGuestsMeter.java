package io.troupe.actors.host;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.core.value.HostId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code troupe_host_unknown_guests}, by host: guests that no claim stands for. Said by the node
 * that the host's actor is on, and only of hosts that have some, since a fleet may be large.
 */
public final class UnknownGuestsMeter {
  public static final String NAME = "troupe.host.unknown.guests";

  private final MeterRegistry registry;
  private final Map<HostId, Integer> counts = new ConcurrentHashMap<>();
  private final Map<HostId, Gauge> gauges = new ConcurrentHashMap<>();

  public UnknownGuestsMeter(MeterRegistry registry) {
    this.registry = registry;
  }

  /** So many were seen on the host; 0 also when the host is no longer this node's to speak of. */
  void seen(HostId host, int guests) {
    if (guests == 0) {
      counts.remove(host);
      var gauge = gauges.remove(host);
      if (gauge != null) {
        registry.remove(gauge);
      }
      return;
    }
    counts.put(host, guests);
    gauges.computeIfAbsent(
        host,
        id ->
            Gauge.builder(NAME, counts, all -> all.getOrDefault(id, 0))
                .description("Guests on the host that no claim stands for")
                .tag("host", id.value())
                .register(registry));
  }
}
