package io.troupe.http.operator;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /metrics} in Prometheus' text format, without a token. */
public final class MetricsService {
  private MetricsService() {}

  public static Service of(PrometheusMeterRegistry registry) {
    return Service.of(
        "metrics",
        "/metrics",
        ErrorForm.PLAIN,
        List.of(Route.get("/", Policy.OPEN, Handler.now(call -> scrape(registry)))));
  }

  private static HttpResponse scrape(PrometheusMeterRegistry registry) {
    return HttpResponse.create()
        .withEntity(
            HttpEntities.create(
                ContentTypes.TEXT_PLAIN_UTF8, registry.scrape().getBytes(StandardCharsets.UTF_8)));
  }
}
