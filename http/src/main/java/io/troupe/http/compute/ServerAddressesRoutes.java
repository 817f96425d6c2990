package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceView;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/ips}: the addresses alone, by network label. */
final class ServerAddressesRoutes {
  private final Servers servers;

  ServerAddressesRoutes(Servers servers) {
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/ips", Policy.READER, this::list),
        Route.get("/servers/{id}/ips/{label}", Policy.READER, this::show));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return servers.find(call).thenApply(server -> Reply.ok(addresses(server)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    String label = call.path("label");
    return servers
        .find(call)
        .thenApply(
            server -> {
              var ofNetwork = addresses(server).get("addresses").get(label);
              if (ofNetwork == null) {
                throw new ApiError(
                        404,
                        "NetworkNotFoundForInstance",
                        "Instance is not a member of specified network")
                    .thrown();
              }
              var body = Json.object();
              body.set(label, ofNetwork);
              return Reply.ok(body);
            });
  }

  private static ObjectNode addresses(InstanceView server) {
    var body = Json.object();
    ServerJson.putAddresses(body, server, false);
    return body;
  }
}
