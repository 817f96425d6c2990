package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.actors.instance.UserCommand;
import io.troupe.drivers.spi.DriverResult.MigrationSeen;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /servers/{id}/migrations}: a server's live migration while it is in progress, how far it
 * is, and the two ways to steer it.
 */
final class ServerMigrationsRoutes {
  private static final Window SHOWN = Window.from(23);
  private static final Window FORCED = Window.from(22);
  private static final Window ABORTED = Window.from(24);

  private final Api api;
  private final Servers servers;

  ServerMigrationsRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/migrations", Policy.MANAGER, this::list),
        Route.get("/servers/{id}/migrations/{migration}", Policy.ADMIN, this::show),
        Route.delete("/servers/{id}/migrations/{migration}", Policy.MANAGER, this::abort),
        Route.post("/servers/{id}/migrations/{migration}/action", Policy.MANAGER, this::action));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    require(SHOWN, call);
    return servers
        .find(call)
        .thenCompose(
            server ->
                seen(server)
                    .thenApply(
                        seen -> {
                          var body = Json.object();
                          var list = body.putArray("migrations");
                          inProgress(server)
                              .ifPresent(
                                  one -> list.add(MigrationJson.ofServer(call, server, one, seen)));
                          return Reply.ok(body);
                        }));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    require(SHOWN, call);
    long number = number(call);
    return servers
        .find(call)
        .thenCompose(
            server -> {
              var one =
                  inProgress(server)
                      .filter(found -> found.number() == number)
                      .orElseThrow(() -> missing(call, server));
              return seen(server)
                  .thenApply(
                      seen -> {
                        var body = Json.object();
                        body.set("migration", MigrationJson.ofServer(call, server, one, seen));
                        return Reply.ok(body);
                      });
            });
  }

  private CompletionStage<HttpResponse> abort(Call call) {
    require(ABORTED, call);
    long number = number(call);
    return servers
        .find(call)
        .thenCompose(
            server -> {
              requireKnown(call, server, number);
              // Until 2.64 only one that runs can be aborted.
              var waits =
                  inProgress(server)
                      .filter(one -> one.status() != Migration.Status.RUNNING)
                      .isPresent();
              if (waits && call.version().until(64)) {
                throw ApiError.badRequest(
                        "Migration %d of instance %s is not running."
                            .formatted(number, server.id()))
                    .thrown();
              }
              return api.instances()
                  .command(server.id(), new UserCommand.AbortMigration(call.origin(), number));
            })
        .thenApply(ServerMigrationsRoutes::accepted);
  }

  private CompletionStage<HttpResponse> action(Call call) {
    require(FORCED, call);
    long number = number(call);
    return call.body(
            body -> {
              body.required("force_complete");
              return body;
            })
        .thenCompose(_ -> servers.find(call))
        .thenCompose(
            server -> {
              requireKnown(call, server, number);
              return api.instances()
                  .command(server.id(), new UserCommand.ForceComplete(call.origin(), number));
            })
        .thenApply(ServerMigrationsRoutes::accepted);
  }

  private static HttpResponse accepted(Answer<InstanceView> answer) {
    ApiError.accepted(answer);
    return Reply.empty(202);
  }

  /** What its hypervisor says of it; nothing when that does not answer. */
  private CompletionStage<MigrationSeen> seen(InstanceView server) {
    if (inProgress(server).filter(one -> one.status() == Migration.Status.RUNNING).isEmpty()) {
      return java.util.concurrent.CompletableFuture.completedFuture(MigrationSeen.NONE);
    }
    return api.instances()
        .migration(server.id())
        .thenApply(
            answer ->
                answer instanceof Answer.Accepted<MigrationSeen>(var seen)
                    ? seen
                    : MigrationSeen.NONE);
  }

  private static Optional<Migration> inProgress(InstanceView server) {
    return server.migrations().reversed().stream()
        .filter(MigrationJson::isLive)
        .filter(one -> one.status().inProgress())
        .findFirst();
  }

  private static void requireKnown(Call call, InstanceView server, long number) {
    if (server.migrations().stream().noneMatch(one -> one.number() == number)) {
      throw missing(call, server);
    }
  }

  private static io.troupe.http.error.Refused missing(Call call, InstanceView server) {
    return new ApiError(
            404,
            "MigrationNotFound",
            "In-progress live migration %s is not found for server %s."
                .formatted(call.path("migration"), server.id()))
        .thrown();
  }

  private static long number(Call call) {
    String text = call.path("migration");
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(Character::isDigit)) {
      throw ApiError.notFound("Migration", text).thrown();
    }
    return Long.parseLong(text);
  }

  private static void require(Window window, Call call) {
    if (!window.holds(call.version())) {
      throw ApiError.noSuchPath().thrown();
    }
  }
}
