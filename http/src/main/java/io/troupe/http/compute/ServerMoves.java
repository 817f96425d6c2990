package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.SharedPool;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * The actions that change a server's flavor or host: {@code resize}, {@code migrate}, {@code
 * os-migrateLive}, {@code evacuate}, and what settles the first two.
 */
record ServerMoves(Api api) {

  // ---- resize

  private record Resize(String flavor, Optional<String> diskConfig) {
    static Resize of(Body body) {
      return new Resize(
          body.required("flavorRef").text(1, 255),
          body.optional("OS-DCF:diskConfig").map(field -> field.choice("AUTO", "MANUAL")));
    }
  }

  CompletionStage<HttpResponse> resize(Call call, InstanceView server, Field argument) {
    var wanted = argument.object(Resize::of);
    // Old clients give the flavor's address instead of its id.
    String id = wanted.flavor().substring(wanted.flavor().lastIndexOf('/') + 1);
    Flavor flavor =
        api.catalog()
            .find(Flavor.class, id)
            .filter(found -> FlavorsRoutes.isVisible(call.caller(), found))
            .orElseThrow(
                () ->
                    ApiError.badRequest(
                            "Unable to locate requested flavor. Flavor "
                                + id
                                + " could not be found.")
                        .thrown());
    api.catalog()
        .find(Image.class, server.request().image().id())
        .filter(image -> flavor.rootGib() > 0)
        .ifPresent(image -> ImageFit.check(call.caller(), flavor, image));
    ShapeFit.check(flavor.atBoot(), server.request().imageProperties(), api.pciAliases());
    return command(
        server, new UserCommand.Resize(call.origin(), flavor.atBoot(), wanted.diskConfig()), 202);
  }

  /** What is left at the source is taken away by its host, so that has to be up, as in Nova. */
  CompletionStage<HttpResponse> confirm(Call call, InstanceView server, Field argument) {
    var confirm = new UserCommand.ConfirmResize(call.origin());
    var source =
        server.migrations().stream()
            .filter(move -> move.status() == Migration.Status.FINISHED)
            .reduce((_, latest) -> latest)
            .flatMap(Migration::source);
    return view(source)
        .thenCompose(
            from ->
                from.filter(host -> !host.up())
                    .map(host -> api.instances().refuse(server.id(), confirm, isDown(host)))
                    .orElseGet(() -> api.instances().command(server.id(), confirm)))
        .thenApply(answer -> accepted(answer, 204));
  }

  private static Rejection isDown(HostView host) {
    return new Rejection.Conflict(
        "Service is unavailable at this time: host %s is down.".formatted(host.id()));
  }

  CompletionStage<HttpResponse> revert(Call call, InstanceView server, Field argument) {
    return command(server, new UserCommand.RevertResize(call.origin()), 202);
  }

  // ---- cold migration

  CompletionStage<HttpResponse> migrate(Call call, InstanceView server, Field argument) {
    Optional<String> host =
        call.version().from(56) && !argument.isNull()
            ? argument.object(body -> body.nullable("host").map(field -> field.text(1, 255)))
            : Optional.empty();
    host.ifPresent(_ -> call.caller().require(Policy.ADMIN, "the action migrate with a host"));
    return known(host)
        .thenCompose(
            to ->
                command(server, new UserCommand.Migrate(call.origin(), to.map(HostView::id)), 202));
  }

  // ---- live migration

  private record Live(Optional<String> host, MoveTicket.Storage storage, boolean force) {
    static Live of(Body body, Microversion version) {
      var storage = storage(body.required("block_migration"), version);
      if (version.until(24)) {
        body.required("disk_over_commit").flag(); // whether the disk fits is the claim's to say
      }
      var force =
          version.from(30)
              && version.until(67)
              && body.optional("force").map(Field::flag).orElse(false);
      var host = body.required("host");
      var name = host.isNull() ? Optional.<String>empty() : Optional.of(host.text(1, 255));
      if (force && name.isEmpty()) {
        throw ApiError.badRequest("Can't force to a non-provided destination").thrown();
      }
      return new Live(name, storage, force);
    }

    private static MoveTicket.Storage storage(Field block, Microversion version) {
      if (version.from(25) && block.node().asText().equals("auto")) {
        return MoveTicket.Storage.UNKNOWN;
      }
      return block.flag() ? MoveTicket.Storage.BLOCK : MoveTicket.Storage.SHARED;
    }
  }

  CompletionStage<HttpResponse> liveMigrate(Call call, InstanceView server, Field argument) {
    var wanted = argument.object(body -> Live.of(body, call.version()));
    wanted
        .host()
        .ifPresent(
            _ -> call.caller().require(Policy.ADMIN, "the action os-migrateLive with a host"));
    return known(wanted.host())
        .thenCombine(view(server.host()), (to, from) -> new Ends(from, to))
        .thenCompose(
            ends -> {
              if (ends.from().filter(host -> !host.up()).isPresent()) {
                throw ApiError.of(isDown(ends.from().get())).thrown();
              }
              // Before 2.30 a host that is named is taken without asking the filters.
              var unfiltered = wanted.force() || call.version().until(29);
              return command(
                  server,
                  new UserCommand.LiveMigrate(
                      call.origin(), ends.to().map(HostView::id), unfiltered, wanted.storage()),
                  202);
            });
  }

  private record Ends(Optional<HostView> from, Optional<HostView> to) {}

  // ---- evacuation

  private record Evacuate(Optional<String> host, Optional<String> adminPass, boolean force) {
    static Evacuate of(Body body, Microversion version) {
      var host = body.nullable("host").map(field -> field.text(1, 255));
      var adminPass = body.optional("adminPass").map(field -> field.text(0, 255));
      if (version.until(13)) {
        body.required("onSharedStorage").flag(); // the driver sees for itself
      }
      var force =
          version.from(29)
              && version.until(67)
              && body.optional("force").map(Field::flag).orElse(false);
      if (force && host.isEmpty()) {
        throw ApiError.badRequest("Can't force to a non-provided destination").thrown();
      }
      return new Evacuate(host, adminPass, force);
    }
  }

  CompletionStage<HttpResponse> evacuate(Call call, InstanceView server, Field argument) {
    var wanted = argument.object(body -> Evacuate.of(body, call.version()));
    return known(wanted.host())
        .thenCombine(view(server.host()), (to, from) -> new Ends(from, to))
        .thenCompose(ends -> evacuate(call, server, wanted, ends));
  }

  private CompletionStage<HttpResponse> evacuate(
      Call call, InstanceView server, Evacuate wanted, Ends ends) {
    if (ends.from().filter(HostView::up).isPresent()) {
      throw ApiError.conflict(
              "Compute service of %s is still in use.".formatted(ends.from().get().id().value()))
          .thrown();
    }
    var pool =
        ends.from()
            .flatMap(ServerMoves::pool)
            .filter(
                one ->
                    ends.to().isEmpty()
                        || ends.to().flatMap(ServerMoves::pool).equals(Optional.of(one)));
    if (pool.isEmpty() && ends.from().isPresent()) {
      requireImage(server);
    }
    var unfiltered = wanted.force() || call.version().until(28);
    var stopped = call.version().from(95);
    return api.instances()
        .command(
            server.id(),
            new UserCommand.Evacuate(
                call.origin(), ends.to().map(HostView::id), unfiltered, stopped, pool))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return call.version().until(13)
                  ? Reply.ok(
                      Json.object()
                          .put("adminPass", wanted.adminPass().orElseGet(AdminPass::generated)))
                  : Reply.empty(200);
            });
  }

  /** It is built from its image again: one that is gone would leave nothing at all. */
  private void requireImage(InstanceView server) {
    api.catalog()
        .find(Image.class, server.request().image().id())
        .filter(image -> image.status().equals("active"))
        .orElseThrow(
            () ->
                ApiError.badRequest(
                        "Image %s could not be found.".formatted(server.request().image().id()))
                    .thrown());
  }

  private static Optional<SharedPool> pool(HostView host) {
    return SharedPool.among(host.equipment().allTraits(host.inventory().traits()));
  }

  // ---- hosts

  /** The host of this name; 400 when there is none. */
  private CompletionStage<Optional<HostView>> known(Optional<String> name) {
    return name.map(
            text ->
                api.hosts()
                    .host(new HostId(text))
                    .thenApply(
                        found -> {
                          if (found.isEmpty()) {
                            throw ApiError.badRequest(
                                    "Compute host " + text + " could not be found.")
                                .thrown();
                          }
                          return found;
                        }))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  private CompletionStage<Optional<HostView>> view(Optional<HostId> host) {
    return host.map(api.hosts()::host)
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  private CompletionStage<HttpResponse> command(
      InstanceView server, UserCommand command, int status) {
    return api.instances()
        .command(server.id(), command)
        .thenApply(answer -> accepted(answer, status));
  }

  private static HttpResponse accepted(Answer<InstanceView> answer, int status) {
    ApiError.accepted(answer);
    return Reply.empty(status);
  }
}
