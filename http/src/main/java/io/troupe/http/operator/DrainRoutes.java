package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.catalog.HostDrain.Terms;
import io.troupe.actors.drain.Drains;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.HostId;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Hosts are emptied for maintenance, watched meanwhile, and taken into use again. */
final class DrainRoutes {
  private static final long MOST_AT_ONCE = 50;
  private static final long MOST_ATTEMPTS = 10;
  private static final long LONGEST_RETRY_SECONDS = 3600;

  private final Drains drains;
  private final Hosts hosts;

  DrainRoutes(Drains drains, Hosts hosts) {
    this.drains = drains;
    this.hosts = hosts;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/hosts/{id}:drain", Policy.ADMIN, Handler.withBody(Wanted::read, this::start)),
        Route.get("/hosts/{id}/drain", Policy.ADMIN, this::show),
        Route.post(
            "/hosts/{id}:undrain",
            Policy.ADMIN,
            Handler.withBody(
                body -> body.nullable("enable").map(Field::flag).orElse(true), this::stop)));
  }

  private record Wanted(String reason, Terms terms) {
    static Wanted read(Body body) {
      Field reason = body.required("reason");
      String words = reason.printable(255);
      if (words.isBlank()) {
        throw reason.invalid("it must not be empty");
      }
      Terms usual = Terms.USUAL;
      return new Wanted(
          words,
          new Terms(
              body.nullable("policy")
                  .flatMap(
                      field -> HostDrain.Policy.of(field.choice("live", "cold", "stop", "leave")))
                  .orElse(usual.policy()),
              flag(body, "cold_fallback", usual.coldFallback()),
              flag(body, "own_policies", usual.ownPolicies()),
              number(body, "at_once", 1, MOST_AT_ONCE, usual.atOnce()),
              number(body, "attempts", 1, MOST_ATTEMPTS, usual.attempts()),
              number(body, "retry_seconds", 0, LONGEST_RETRY_SECONDS, usual.retrySeconds())));
    }

    private static boolean flag(Body body, String key, boolean usual) {
      return body.nullable(key).map(Field::flag).orElse(usual);
    }

    private static int number(Body body, String key, long least, long most, int usual) {
      return body.nullable(key).map(field -> (int) field.integer(least, most)).orElse(usual);
    }
  }

  private CompletionStage<HttpResponse> start(Call call, Wanted wanted) {
    return drains
        .start(HostsRoutes.named(call), wanted.reason(), wanted.terms(), call.origin())
        .thenApply(answer -> Reply.json(202, json(accepted(answer), Optional.empty())));
  }

  private static HostDrain accepted(Answer<HostDrain> answer) {
    if (answer instanceof Answer.Rejected<HostDrain>(Rejection.NotFound(var kind, _))) {
      throw (kind.equals("Drain") ? neverDrained() : HostsRoutes.noSuchHost()).thrown();
    }
    return ApiError.accepted(answer);
  }

  private static ApiError neverDrained() {
    return new ApiError(404, "DrainNotFound", "This host was never drained.");
  }

  private CompletionStage<HttpResponse> show(Call call) {
    HostId id = HostsRoutes.named(call);
    return hosts
        .host(id)
        .thenCombine(
            drains.of(id),
            (host, drain) -> {
              if (host.isEmpty()) {
                throw HostsRoutes.noSuchHost().thrown();
              }
              return Reply.ok(json(drain.orElseThrow(() -> neverDrained().thrown()), host));
            });
  }

  private CompletionStage<HttpResponse> stop(Call call, boolean enable) {
    return drains
        .stop(HostsRoutes.named(call), enable)
        .thenApply(answer -> Reply.json(202, json(accepted(answer), Optional.empty())));
  }

  private static ObjectNode json(HostDrain drain, Optional<HostView> host) {
    ObjectNode body = Json.object();
    Terms terms = drain.terms();
    ObjectNode json =
        body.putObject("drain")
            .put("id", drain.id())
            .put("host", drain.host().value())
            .put("state", drain.status())
            .put("reason", drain.reason())
            .put("policy", terms.policy().word())
            .put("cold_fallback", terms.coldFallback())
            .put("own_policies", terms.ownPolicies())
            .put("at_once", terms.atOnce())
            .put("attempts", terms.attempts())
            .put("retry_seconds", terms.retrySeconds())
            .put("started_at", Json.time(drain.startedAt()))
            .put("updated_at", Json.time(drain.updatedAt()));
    host.ifPresent(view -> json.put("host_up", view.up()).put("host_enabled", view.enabled()));
    for (State state : State.values()) {
      json.put(state.word(), drain.count(state));
    }
    ArrayNode instances = json.putArray("instances");
    drain
        .items()
        .forEach(
            item ->
                instances
                    .addObject()
                    .put("instance_id", item.instance().toString())
                    .put("policy", item.policy().word())
                    .put("state", item.state().word())
                    .put("failures", item.failures())
                    .put("detail", item.detail())
                    .put("operation_id", item.operation().map(Object::toString).orElse(null))
                    .put("moved_to", item.movedTo().map(HostId::value).orElse(null)));
    return body;
  }
}
