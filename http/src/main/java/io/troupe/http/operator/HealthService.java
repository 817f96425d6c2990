package io.troupe.http.operator;

import io.troupe.http.access.Policy;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.json.Json;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /health/live}: the process answers. {@code /health/ready}: it can do what it is asked; 503
 * with the reason when it cannot. Both without a token, for load balancers.
 */
public final class HealthService {
  private HealthService() {}

  /**
   * @param notReady why requests should go elsewhere now, empty when they should not; called for
   *     every request, so quick, and open to everybody, so without secrets
   */
  public static Service of(Supplier<Optional<String>> notReady) {
    return Service.of(
        "health",
        "/health",
        ErrorForm.PLAIN,
        List.of(
            Route.get("/live", Policy.OPEN, Handler.now(call -> up("live"))),
            Route.get("/ready", Policy.OPEN, Handler.now(call -> ready(notReady.get())))));
  }

  private static HttpResponse ready(Optional<String> notReady) {
    return notReady
        .map(
            reason ->
                Reply.json(503, Json.object().put("status", "not ready").put("reason", reason)))
        .orElseGet(() -> up("ready"));
  }

  private static HttpResponse up(String status) {
    return Reply.ok(Json.object().put("status", status));
  }
}
