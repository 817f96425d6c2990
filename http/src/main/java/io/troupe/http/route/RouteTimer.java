package io.troupe.http.route;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Count and latency of one route, by status: {@code troupe_http_requests_seconds}. */
final class RouteTimer {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final MeterRegistry registry;
  private final String service;
  private final String method;
  private final String path;
  private final Map<Integer, Timer> byStatus = new ConcurrentHashMap<>();

  private RouteTimer(MeterRegistry registry, String service, String method, String path) {
    this.registry = registry;
    this.service = service;
    this.method = method;
    this.path = path;
  }

  /** Makes the timers of one registry. */
  record Factory(MeterRegistry registry) {
    RouteTimer timer(Service service, Route route) {
      return new RouteTimer(registry, service.name(), route.method().name(), route.path());
    }

    /** For requests that no route takes. */
    RouteTimer unrouted() {
      return new RouteTimer(registry, "none", "any", "none");
    }
  }

  void record(int status, long nanos) {
    byStatus.computeIfAbsent(status, this::register).record(Duration.ofNanos(nanos));
  }

  private Timer register(int status) {
    return Timer.builder("troupe.http.requests")
        .description("Requests by route and status")
        .tags("service", service, "method", method, "route", path, "status", String.valueOf(status))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
