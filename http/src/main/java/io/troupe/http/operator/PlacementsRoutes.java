package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Catalog;
import io.troupe.actors.Placements;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.scheduler.Capacity;
import io.troupe.actors.scheduler.Explanation;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Why the scheduler would put an instance where, and why not elsewhere. */
final class PlacementsRoutes {
  /** More hints than any scheduler reads; they are bounded like everything a client sends. */
  private static final int MAX_HINTS = 64;

  private static final int MAX_HINT_VALUES = 256;
  private static final long USUAL_COUNT = 1000;

  private final Catalog catalog;
  private final Placements placements;

  PlacementsRoutes(Catalog catalog, Placements placements) {
    this.catalog = catalog;
    this.placements = placements;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/placements:explain", Policy.ADMIN, this::explain),
        Route.post("/placements:capacity", Policy.ADMIN, this::capacity));
  }

  private record Count(Placements.Question question, int most) {}

  private CompletionStage<HttpResponse> capacity(Call call) {
    return call.body(
            body ->
                new Count(
                    question(call, body),
                    (int)
                        body.nullable("at_most")
                            .map(field -> field.integer(1, SchedulerActor.COUNTED_AT_MOST))
                            .orElse(USUAL_COUNT)
                            .longValue()))
        .thenCompose(count -> placements.capacity(count.question(), count.most()))
        .thenApply(answer -> Reply.ok(json(ApiError.accepted(answer))));
  }

  private static ObjectNode json(Capacity capacity) {
    ObjectNode body = Json.object();
    ObjectNode json =
        body.putObject("capacity")
            .put("fits", capacity.fits())
            .put("complete", capacity.end().isPresent())
            .put("reason", capacity.end().map(Explanation::message).orElse(null));
    ArrayNode hosts = json.putArray("hosts");
    capacity
        .byHost()
        .forEach((host, count) -> hosts.addObject().put("host", host.value()).put("fits", count));
    ArrayNode filters = json.putArray("filters");
    capacity.end().map(Explanation::removals).orElse(List.of()).stream()
        .forEach(
            removal ->
                filters
                    .addObject()
                    .put("filter", removal.filter())
                    .put("removed", removal.removed())
                    .put("nearest_miss", removal.nearest() + ": " + removal.miss().text())
                    .put("remedy", removal.miss().remedy()));
    return body;
  }

  private CompletionStage<HttpResponse> explain(Call call) {
    return call.body(body -> question(call, body))
        .thenCompose(placements::explain)
        .thenApply(answer -> Reply.ok(json(ApiError.accepted(answer))));
  }

  private Placements.Question question(Call call, Body body) {
    Field flavor = body.required("flavor");
    Optional<Field> project = body.nullable("project");
    return new Placements.Question(
        named(Flavor.class, flavor, found -> found.name().equals(flavor.node().asText())).id(),
        project
            .map(
                field ->
                    named(Project.class, field, p -> p.name().equals(field.node().asText())).id())
            .orElseGet(() -> call.caller().project().value()),
        body.nullable("availability_zone").map(Field::name),
        body.nullable("hints").map(PlacementsRoutes::hints).orElse(Map.of()),
        body.nullable("image")
            .map(
                field ->
                    named(Image.class, field, i -> i.name().equals(field.node().asText())).id()),
        body.nullable("host").map(Field::name));
  }

  /** The entry by its key or else by its name; 400 when there is none. */
  private <E extends CatalogEntry> E named(Class<E> kind, Field field, Predicate<E> isNamed) {
    return catalog
        .find(kind, field.text(1, 255))
        .or(() -> catalog.all(kind).stream().filter(isNamed).findFirst())
        .orElseThrow(() -> field.invalid("There is no such " + kind.getSimpleName()));
  }

  private static Map<String, List<String>> hints(Field field) {
    if (field.node().size() > MAX_HINTS) {
      throw ApiError.badRequest("hints: more than " + MAX_HINTS).thrown();
    }
    return field.object(
        body -> {
          Map<String, List<String>> hints = new LinkedHashMap<>();
          for (String key : body.keys()) {
            hints.put(key, hint(body.required(key)));
          }
          return hints;
        });
  }

  private static List<String> hint(Field field) {
    return field.node().isArray()
        ? field.list(1, MAX_HINT_VALUES, value -> value.text(0, 255))
        : List.of(field.text(0, 255));
  }

  private static ObjectNode json(PlacementExplanation explanation) {
    ObjectNode body = Json.object();
    ObjectNode placement =
        body.putObject("placement").put("hosts_considered", explanation.hostsConsidered());
    ArrayNode candidates = placement.putArray("candidates");
    for (var candidate : explanation.chosen()) {
      ObjectNode json =
          candidates.addObject().put("host", candidate.host()).put("weight", candidate.weight());
      json.set("weights", weights(candidate.weights()));
    }
    explanation
        .preemption()
        .ifPresentOrElse(
            preemption -> placement.set("preemption", json(preemption)),
            () -> placement.putNull("preemption"));
    ArrayNode filters = placement.putArray("filters");
    for (var outcome : explanation.filters()) {
      filters
          .addObject()
          .put("filter", outcome.filter())
          .put("removed", outcome.removed())
          .put("nearest_miss", outcome.nearestMiss().orElse(null));
    }
    ArrayNode hosts = placement.putArray("hosts");
    for (var verdict : explanation.hosts()) {
      ObjectNode json =
          hosts
              .addObject()
              .put("host", verdict.host())
              .put("passed", verdict.passed())
              .put("filter", verdict.filter().orElse(null))
              .put("reason", verdict.reason().orElse(null))
              .put("remedy", verdict.remedy().orElse(null));
      ArrayNode further = json.putArray("further_obstacles");
      verdict.further().forEach(further::add);
      json.set("weights", weights(verdict.weights()));
    }
    return body;
  }

  private static ObjectNode json(Preemption preemption) {
    ObjectNode json =
        Json.object().put("host", preemption.host().value()).put("message", preemption.message());
    ArrayNode evicts = json.putArray("evicts");
    preemption.victims().forEach(victim -> evicts.add(victim.instance().toString()));
    return json;
  }

  private static ObjectNode weights(Map<String, Double> weights) {
    ObjectNode json = Json.object();
    weights.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(weight -> json.put(weight.getKey(), weight.getValue()));
    return json;
  }
}
