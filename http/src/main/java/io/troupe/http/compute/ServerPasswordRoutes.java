package io.troupe.http.compute;

import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /servers/{id}/os-server-password}: the password that a guest has made up itself and
 * posted, encrypted with its key pair. Guests here have nobody to post it to, a config drive is
 * read-only: so there is none, which is an empty text.
 */
final class ServerPasswordRoutes {
  private final Servers servers;

  ServerPasswordRoutes(Servers servers) {
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/os-server-password", Policy.READER, this::show),
        Route.delete("/servers/{id}/os-server-password", Policy.MEMBER, this::clear));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return servers.find(call).thenApply(_ -> Reply.ok(Json.object().put("password", "")));
  }

  private CompletionStage<HttpResponse> clear(Call call) {
    return servers.find(call).thenApply(_ -> Reply.empty(204));
  }
}
