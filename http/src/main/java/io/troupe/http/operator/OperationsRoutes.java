package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Instances;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.SequenceDiagram;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.InstanceId;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/**
 * What was done to an instance, step by step; also of a deleted one. One operation can be had as a
 * Mermaid sequence diagram: {@code ?format=mermaid}, or {@code Accept: text/vnd.mermaid}.
 */
final class OperationsRoutes {
  private static final String MERMAID = "text/vnd.mermaid";
  private static final ContentType.NonBinary MERMAID_TYPE =
      ContentTypes.create(
          MediaTypes.customWithOpenCharset("text", "vnd.mermaid", Map.of(), false),
          HttpCharsets.UTF_8);
  private static final Set<String> LIST_QUERY = Set.of("limit", "marker");
  private static final Set<String> SHOW_QUERY = Set.of("format", "anonymous");

  private final Instances instances;
  private final int pageLimit;

  OperationsRoutes(Instances instances, int pageLimit) {
    this.instances = instances;
    this.pageLimit = pageLimit;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/instances/{id}/operations", Policy.ADMIN, this::list),
        Route.get("/instances/{id}/operations/{request}", Policy.ADMIN, this::show));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    call.query().expectOnly(LIST_QUERY);
    return trails(call)
        .thenApply(
            trails -> {
              var page = Page.of(trails, call.query(), pageLimit, trail -> trail.id().value());
              var body = Json.object();
              var list = body.putArray("operations");
              page.entries().forEach(trail -> list.add(json(trail)));
              page.addNextLink(
                  body, "operations_links", call, "/instances/" + call.path("id") + "/operations");
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    call.query().expectOnly(SHOW_QUERY);
    boolean anonymous = call.query().flag("anonymous", false);
    boolean drawn = isDrawn(call);
    String id = call.path("request");
    return trails(call)
        .thenApply(
            trails -> {
              var trail =
                  trails.stream()
                      .filter(one -> one.id().value().equals(id))
                      .findFirst()
                      .orElseThrow(
                          () -> missing("OperationNotFound", "There is no such operation."));
              return drawn
                  ? HttpResponse.create()
                      .withEntity(
                          HttpEntities.create(
                              MERMAID_TYPE, new SequenceDiagram(trail, anonymous).text()))
                  : Reply.ok(Json.object().set("operation", json(trail)));
            });
  }

  private static boolean isDrawn(Call call) {
    return call.query()
        .get("format")
        .map(
            format ->
                switch (format) {
                  case "mermaid" -> true;
                  case "json" -> false;
                  default ->
                      throw ApiError.badRequest(
                              "Invalid input for query parameters format. Value: "
                                  + format
                                  + ". It is json or mermaid.")
                          .thrown();
                })
        .orElseGet(() -> call.header("Accept").filter(MERMAID::equals).isPresent());
  }

  private CompletionStage<List<OperationTrail>> trails(Call call) {
    InstanceId id =
        InstanceId.parse(call.path("id"))
            .orElseThrow(() -> missing("InstanceNotFound", "There is no such instance."));
    return instances
        .operations(id)
        .thenApply(
            trails -> {
              if (trails.isEmpty()) {
                throw missing("InstanceNotFound", "There is no such instance.");
              }
              return trails;
            });
  }

  private static Refused missing(String type, String message) {
    return new ApiError(404, type, message).thrown();
  }

  private static ObjectNode json(OperationTrail trail) {
    var json =
        Json.object()
            .put("request_id", trail.id().value())
            .put("action", trail.action())
            .put("user_id", trail.userId())
            .put("project_id", trail.projectId())
            .put("started_at", Json.timeMicros(trail.startedAt()))
            .put("updated_at", Json.timeMicros(trail.updatedAt()))
            .put("finished_at", trail.finishedAt().map(Json::timeMicros).orElse(null));
    trail
        .finishedAt()
        .ifPresentOrElse(
            end -> json.put("duration_ms", millis(trail.startedAt(), end)),
            () -> json.putNull("duration_ms"));
    json.put(
            "result",
            trail.finishedAt().isEmpty()
                ? "in progress"
                : trail.error().isPresent() ? "failed" : "succeeded")
        .put("error", trail.error().orElse(null));
    var steps = json.putArray("steps");
    trail.steps().forEach(step -> steps.add(json(step)));
    return json;
  }

  private static ObjectNode json(OperationTrail.Step step) {
    return Json.object()
        .put("name", step.name())
        .put("asked", StepKind.ofWord(step.name()).map(kind -> kind.asked().word()).orElse(null))
        .put("host", step.host().isEmpty() ? null : step.host())
        .put("driver_call", step.call().isEmpty() ? null : step.call())
        .put("started_at", Json.timeMicros(step.startedAt()))
        .put("finished_at", Json.timeMicros(step.finishedAt()))
        .put("duration_ms", millis(step.startedAt(), step.finishedAt()))
        .put("result", step.ok() ? "succeeded" : "failed")
        .put("detail", step.detail());
  }

  private static long millis(Instant from, Instant to) {
    return Duration.between(from, to).toMillis();
  }
}
