package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/metadata}: whole and item by item. */
final class ServerMetadataRoutes {
  private final Api api;
  private final Servers servers;

  ServerMetadataRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/metadata", Policy.READER, this::list),
        Route.post("/servers/{id}/metadata", Policy.MEMBER, this::merge),
        Route.put("/servers/{id}/metadata", Policy.MEMBER, this::replace),
        Route.get("/servers/{id}/metadata/{key}", Policy.READER, this::show),
        Route.put("/servers/{id}/metadata/{key}", Policy.MEMBER, this::put),
        Route.delete("/servers/{id}/metadata/{key}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return servers.find(call).thenApply(ServerMetadataRoutes::shown);
  }

  private CompletionStage<HttpResponse> merge(Call call) {
    return call.body(body -> items(body, "metadata"))
        .thenCompose(items -> merge(call, items))
        .thenApply(ServerMetadataRoutes::shown);
  }

  private CompletionStage<InstanceView> merge(Call call, Map<String, String> items) {
    return servers
        .find(call)
        .thenCompose(
            server ->
                servers.command(
                    call, new UserCommand.MergeMetadata(call.origin(), items, limit(server))));
  }

  private CompletionStage<HttpResponse> replace(Call call) {
    return call.body(body -> items(body, "metadata"))
        .thenCompose(
            items ->
                servers
                    .find(call)
                    .thenCompose(
                        server ->
                            servers.command(
                                call,
                                new UserCommand.ReplaceMetadata(
                                    call.origin(), items, limit(server)))))
        .thenApply(ServerMetadataRoutes::shown);
  }

  private CompletionStage<HttpResponse> put(Call call) {
    String key = call.path("key");
    return call.body(body -> items(body, "meta"))
        .thenCompose(
            items -> {
              if (items.size() != 1) {
                throw ApiError.badRequest(
                        "Invalid input for field/attribute meta. It must have exactly one item.")
                    .thrown();
              }
              if (!items.containsKey(key)) {
                throw ApiError.badRequest("Request body and URI mismatch").thrown();
              }
              return merge(call, items).thenApply(_ -> item(key, items.get(key)));
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    String key = call.path("key");
    return servers.find(call).thenApply(server -> item(key, value(server, key)));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String key = call.path("key");
    return servers
        .find(call)
        .thenCompose(
            server -> {
              value(server, key);
              return servers.command(call, new UserCommand.DeleteMetadata(call.origin(), key));
            })
        .thenApply(_ -> Reply.empty(204));
  }

  private static Map<String, String> items(Body body, String name) {
    return CreateRequest.metadata(body.required(name));
  }

  /** Items that a server of this project may have. */
  private long limit(InstanceView server) {
    return ProjectQuotas.of(api).of(server.project()).get("metadata_items");
  }

  private static String value(InstanceView server, String key) {
    String value = server.request().metadata().get(key);
    if (value == null) {
      throw new ApiError(404, "MetadataNotFound", "Metadata item was not found").thrown();
    }
    return value;
  }

  private static HttpResponse shown(InstanceView server) {
    return object("metadata", server.request().metadata());
  }

  private static HttpResponse item(String key, String value) {
    return object("meta", Map.of(key, value));
  }

  private static HttpResponse object(String name, Map<String, String> items) {
    var body = Json.object();
    items.forEach(body.putObject(name)::put);
    return Reply.ok(body);
  }
}
