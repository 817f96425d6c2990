package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/tags}, from 2.26. */
final class ServerTagsRoutes {
  private final Servers servers;

  ServerTagsRoutes(Servers servers) {
    this.servers = servers;
  }

  List<Route> routes() {
    return Stream.of(
            Route.get("/servers/{id}/tags", Policy.READER, this::list),
            Route.put("/servers/{id}/tags", Policy.MEMBER, this::replace),
            Route.delete("/servers/{id}/tags", Policy.MEMBER, this::deleteAll),
            Route.get("/servers/{id}/tags/{tag}", Policy.READER, this::exists),
            Route.put("/servers/{id}/tags/{tag}", Policy.MEMBER, this::add),
            Route.delete("/servers/{id}/tags/{tag}", Policy.MEMBER, this::delete))
        .map(route -> route.in(Window.from(26)))
        .toList();
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return servers.find(call).thenApply(ServerTagsRoutes::shown);
  }

  private CompletionStage<HttpResponse> replace(Call call) {
    return call.body(body -> ServerTags.list(body.required("tags")))
        .thenCompose(
            tags -> servers.command(call, new UserCommand.ReplaceTags(call.origin(), tags)))
        .thenApply(ServerTagsRoutes::shown);
  }

  private CompletionStage<HttpResponse> deleteAll(Call call) {
    return servers
        .command(call, new UserCommand.DeleteTags(call.origin()))
        .thenApply(_ -> Reply.empty(204));
  }

  private CompletionStage<HttpResponse> exists(Call call) {
    String tag = call.path("tag");
    return servers
        .find(call)
        .thenApply(
            server -> {
              if (!has(server, tag)) {
                throw new ApiError(
                        404, "TagNotFound", "Server %s has no tag '%s'".formatted(server.id(), tag))
                    .thrown();
              }
              return Reply.empty(204);
            });
  }

  /** 201 with its place when it is new. */
  private CompletionStage<HttpResponse> add(Call call) {
    String tag = call.path("tag");
    if (!ServerTags.isTag(tag)) {
      throw ApiError.badRequest(
              "Tag '%s' is invalid. It must be a non empty string without characters '/' and ',',"
                      .formatted(tag)
                  + " of 60 characters at most.")
          .thrown();
    }
    return servers
        .find(call)
        .thenCompose(
            before ->
                servers
                    .command(call, new UserCommand.AddTag(call.origin(), tag))
                    .thenApply(
                        _ ->
                            has(before, tag)
                                ? Reply.empty(204)
                                : Reply.located(Reply.empty(201), place(call, before, tag))));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String tag = call.path("tag");
    return servers
        .find(call)
        .thenCompose(
            before ->
                servers
                    .command(call, new UserCommand.DeleteTag(call.origin(), tag))
                    .thenApply(
                        _ -> {
                          if (!has(before, tag)) {
                            throw new ApiError(
                                    404,
                                    "TagNotFound",
                                    "Instance %s has no tag '%s'".formatted(before.id(), tag))
                                .thrown();
                          }
                          return Reply.empty(204);
                        }));
  }

  private static boolean has(InstanceView server, String tag) {
    return server.request().tags().contains(tag);
  }

  private static String place(Call call, InstanceView server, String tag) {
    String segment = URLEncoder.encode(tag, StandardCharsets.UTF_8).replace("+", "%20");
    return call.links().self("/servers/" + server.id() + "/tags/" + segment);
  }

  private static HttpResponse shown(InstanceView server) {
    var body = Json.object();
    var tags = body.putArray("tags");
    server.request().tags().forEach(tags::add);
    return Reply.ok(body);
  }
}
