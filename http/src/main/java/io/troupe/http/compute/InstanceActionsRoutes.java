package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/os-instance-actions}: the trail of every operation on a server. */
final class InstanceActionsRoutes {
  private static final Set<String> PAGING =
      Set.of("limit", "marker", "changes-since", "changes-before");

  private final Api api;
  private final Servers servers;

  InstanceActionsRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/os-instance-actions", Policy.READER, this::list),
        Route.get("/servers/{id}/os-instance-actions/{request}", Policy.READER, this::show));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return trails(call)
        .thenApply(
            trails -> {
              var page = page(call, trails);
              var body = Json.object();
              var list = body.putArray("instanceActions");
              page.entries().forEach(trail -> list.add(json(call, trail)));
              if (call.version().from(58)) {
                page.addNextLink(
                    body, "links", call, "/servers/" + call.path("id") + "/os-instance-actions");
              }
              return Reply.ok(body);
            });
  }

  private Page<OperationTrail> page(Call call, List<OperationTrail> trails) {
    Query query = call.version().from(58) ? call.query() : Query.EMPTY;
    if (call.version().from(58)) {
      query.expectOnly(PAGING);
    }
    Optional<Instant> since = query.get("changes-since").map(ServerFilter::time);
    Optional<Instant> before =
        call.version().from(66)
            ? query.get("changes-before").map(ServerFilter::time)
            : Optional.empty();
    ServerFilter.requireInOrder(since, before);
    var wanted =
        trails.stream()
            .filter(trail -> since.isEmpty() || !trail.updatedAt().isBefore(since.get()))
            .filter(trail -> before.isEmpty() || !trail.updatedAt().isAfter(before.get()))
            .toList();
    return Page.of(wanted, query, api.settings().pageLimit(), trail -> trail.id().value());
  }

  private CompletionStage<HttpResponse> show(Call call) {
    String id = call.path("request");
    return trails(call)
        .thenApply(
            trails -> {
              OperationTrail trail =
                  trails.stream()
                      .filter(candidate -> candidate.id().value().equals(id))
                      .findFirst()
                      .orElseThrow(() -> ApiError.notFound("Action", id).thrown());
              var body = Json.object();
              var action = json(call, trail);
              if (call.version().from(51) || call.caller().may(Permission.ACTION_EVENTS)) {
                var events = action.putArray("events");
                trail.steps().forEach(step -> events.add(event(call, trail, step)));
              }
              body.set("instanceAction", action);
              return Reply.ok(body);
            });
  }

  /** The operations, newest first; of a deleted server from 2.21. */
  private CompletionStage<List<OperationTrail>> trails(Call call) {
    if (call.version().until(20)) {
      return servers.find(call).thenCompose(server -> api.instances().operations(server.id()));
    }
    String text = call.path("id");
    InstanceId id = InstanceId.parse(text).orElseThrow(() -> Servers.missing(text));
    return api.instances()
        .operations(id)
        .thenApply(
            trails -> {
              // The oldest one is the boot, and whoever booted it owns it.
              if (trails.isEmpty()
                  || !call.caller().reaches(new ProjectId(trails.getLast().projectId()))) {
                throw Servers.missing(text);
              }
              return trails;
            });
  }

  private static ObjectNode json(Call call, OperationTrail trail) {
    var json = Json.object();
    json.put("action", trail.action())
        .put("instance_uuid", call.path("id"))
        .put("request_id", trail.id().value())
        .put("user_id", trail.userId())
        .put("project_id", trail.projectId())
        .put("start_time", Json.timeMicros(trail.startedAt()))
        .put("message", message(trail));
    if (call.version().from(58)) {
      json.put("updated_at", Json.timeMicros(trail.updatedAt()));
    }
    return json;
  }

  /** For whom it had to leave is nobody's business but the operators'. */
  private static String message(OperationTrail trail) {
    if (trail.action().equals(OperationTrail.PREEMPTED)) {
      return "preempted by a request of higher priority";
    }
    return trail.error().isPresent() ? "Error" : null;
  }

  private static ObjectNode event(Call call, OperationTrail trail, OperationTrail.Step step) {
    boolean admin = call.caller().may(Permission.EXTENDED_ATTRIBUTES);
    var json = Json.object();
    // As in Nova, what is done at once is the API's own doing.
    String where = StepKind.ofWord(step.name()).isPresent() ? "compute_" : "api_";
    json.put("event", where + step.name())
        .put("start_time", Json.timeMicros(step.startedAt()))
        .put("finish_time", Json.timeMicros(step.finishedAt()))
        .put("result", step.ok() ? "Success" : "Error");
    if (admin || call.version().until(50)) {
      json.put("traceback", step.ok() ? null : step.detail());
    }
    if (call.version().from(62)) {
      if (admin) {
        json.put("host", step.host());
      }
      json.put("hostId", step.host().isEmpty() ? "" : hostId(trail.projectId(), step.host()));
    }
    if (call.version().from(84)) {
      json.put("details", step.ok() ? null : step.detail());
    }
    return json;
  }

  private static String hostId(String project, String host) {
    return ServerJson.sha224((project + host).getBytes(StandardCharsets.UTF_8));
  }
}
