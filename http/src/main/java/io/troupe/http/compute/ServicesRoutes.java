package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.core.value.HostId;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /os-services}: each host as the compute service it would be in Nova. Before 2.53 the last
 * word of the path says what to change and the body names the host; from 2.53 the path has the
 * service's UUID.
 */
final class ServicesRoutes {
  private static final String BINARY = "nova-compute";
  private static final int REASON_CHARACTERS = 255;
  private static final Set<String> QUERY = Set.of("host", "binary");

  private final Hosts hosts;
  private final Instances instances;

  ServicesRoutes(Hosts hosts, Instances instances) {
    this.hosts = hosts;
    this.instances = instances;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-services", Policy.ADMIN, this::list),
        Route.put("/os-services/{id}", Policy.ADMIN, this::changeByHost).in(Window.until(52)),
        Route.put("/os-services/{id}", Policy.ADMIN, this::changeById).in(Window.from(53)),
        Route.delete("/os-services/{id}", Policy.ADMIN, this::delete));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    if (call.version().from(75)) {
      call.query().expectOnly(QUERY);
    }
    Optional<String> host = call.query().get("host");
    boolean ours = call.query().get("binary").map(BINARY::equals).orElse(true);
    return hosts
        .hosts()
        .thenApply(
            all -> {
              var body = Json.object();
              var list = body.putArray("services");
              all.stream()
                  .filter(one -> ours && host.map(one.id().value()::equals).orElse(true))
                  .sorted(Comparator.comparing(one -> one.id().value()))
                  .forEach(one -> list.add(json(call.version(), one)));
              return Reply.ok(body);
            });
  }

  // ---- before 2.53

  private record Wish(String host, Administration.Change change, ObjectNode shown) {}

  private CompletionStage<HttpResponse> changeByHost(Call call) {
    String action = call.path("id");
    return call.body(root -> wish(root, action, call.version()))
        .thenCompose(
            wish ->
                find(
                        host -> host.id().value().equals(wish.host()),
                        "Could not find binary " + BINARY + " on host " + wish.host() + ".")
                    .thenCompose(host -> hosts.administer(host.id(), wish.change()))
                    .thenApply(
                        answer -> {
                          ApiError.accepted(answer);
                          var body = Json.object();
                          body.set("service", wish.shown());
                          return Reply.ok(body);
                        }));
  }

  private static Wish wish(Body body, String action, Microversion version) {
    String host = body.required("host").text(1, 255);
    Field binary = body.required("binary");
    if (!binary.text(1, 255).equals(BINARY)) {
      throw new ApiError(
              404,
              "HostBinaryNotFound",
              "Could not find binary %s on host %s.".formatted(binary.text(1, 255), host))
          .thrown();
    }
    var shown = Json.object().put("host", host).put("binary", BINARY);
    return switch (action) {
      case "enable" ->
          new Wish(host, Administration.Change.enable(), shown.put("status", "enabled"));
      case "disable" ->
          new Wish(host, Administration.Change.disable(""), shown.put("status", "disabled"));
      case "disable-log-reason" -> {
        String reason = reason(body.required("disabled_reason"));
        yield new Wish(
            host,
            Administration.Change.disable(reason),
            shown.put("status", "disabled").put("disabled_reason", reason));
      }
      case "force-down" -> {
        if (version.until(10)) {
          throw ApiError.noSuchPath().thrown();
        }
        boolean down = body.optional("forced_down").map(Field::flag).orElse(false);
        yield new Wish(host, Administration.Change.forceDown(down), shown.put("forced_down", down));
      }
      default -> throw ApiError.noSuchPath().thrown();
    };
  }

  // ---- from 2.53

  private CompletionStage<HttpResponse> changeById(Call call) {
    return call.body(ServicesRoutes::change)
        .thenCompose(
            change ->
                find(call)
                    .thenCompose(host -> hosts.administer(host.id(), change))
                    .thenApply(
                        answer -> {
                          var body = Json.object();
                          body.set("service", json(call.version(), ApiError.accepted(answer)));
                          return Reply.ok(body);
                        }));
  }

  private static Administration.Change change(Body body) {
    Optional<Boolean> enabled =
        body.optional("status").map(field -> field.choice("enabled", "disabled").equals("enabled"));
    Optional<Field> reason = body.optional("disabled_reason");
    Optional<Boolean> down = body.optional("forced_down").map(Field::flag);
    if (reason.isPresent() && enabled.orElse(true)) {
      throw ApiError.badRequest(
              "Specifying disabled_reason requires that status is set to disabled.")
          .thrown();
    }
    if (enabled.isEmpty() && down.isEmpty()) {
      throw ApiError.badRequest(
              "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
          .thrown();
    }
    Optional<String> words =
        enabled.isPresent() && !enabled.get()
            ? Optional.of(reason.map(ServicesRoutes::reason).orElse(""))
            : Optional.empty();
    return new Administration.Change(enabled, words, down);
  }

  private static String reason(Field field) {
    String text = field.printable(REASON_CHARACTERS).strip();
    if (text.isEmpty()) {
      throw field.invalid("a reason has 1 to " + REASON_CHARACTERS + " characters");
    }
    return text;
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return find(call)
        .thenCompose(
            host -> {
              requireNoMigration(host.id());
              return hosts.removeHost(host.id());
            })
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(204);
            });
  }

  /** Nobody's move may lose one of its ends, also when no claim stands there yet or any more. */
  private void requireNoMigration(HostId host) {
    for (InstanceView server : instances.all()) {
      for (Migration move : server.migrations()) {
        var end = Optional.of(host);
        if (move.status().isUnsettled()
            && server.terminatedAt().isEmpty()
            && (move.source().equals(end) || move.destination().equals(end))) {
          throw ApiError.conflict(
                  "Unable to delete compute service that has in-progress migrations. Complete the"
                      + " migrations or delete the instances first.")
              .thrown();
        }
      }
    }
  }

  /** The host of the service in the path; 400 when the id is malformed, 404 when there is none. */
  private CompletionStage<HostView> find(Call call) {
    String id = call.path("id");
    boolean wellFormed =
        call.version().from(53)
            ? Field.isUuid(id)
            : !id.isEmpty() && id.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!wellFormed) {
      throw ApiError.badRequest("Invalid service id: " + id).thrown();
    }
    return find(
        host -> id(call.version(), host).equals(id), "Service " + id + " could not be found.");
  }

  private CompletionStage<HostView> find(Predicate<HostView> wanted, String otherwise) {
    return hosts
        .hosts()
        .thenApply(
            all ->
                all.stream()
                    .filter(wanted)
                    .findFirst()
                    .orElseThrow(() -> new ApiError(404, "ServiceNotFound", otherwise).thrown()));
  }

  private static String id(Microversion version, HostView host) {
    var id = FleetIds.service(host.id());
    return version.from(53) ? id.toString() : Long.toString(FleetIds.number(id));
  }

  private static ObjectNode json(Microversion version, HostView host) {
    var json = Json.object();
    var id = FleetIds.service(host.id());
    if (version.from(53)) {
      json.put("id", id.toString());
    } else {
      json.put("id", FleetIds.number(id));
    }
    json.put("binary", BINARY)
        .put("host", host.id().value())
        .put("zone", host.availabilityZone())
        .put("status", host.enabled() ? "enabled" : "disabled")
        .put("state", host.up() ? "up" : "down")
        .put("updated_at", Json.timeMicros(host.lastSeen()))
        .put("disabled_reason", host.disabledReason().isEmpty() ? null : host.disabledReason());
    if (version.from(11)) {
      json.put("forced_down", host.forcedDown());
    }
    return json;
  }
}
