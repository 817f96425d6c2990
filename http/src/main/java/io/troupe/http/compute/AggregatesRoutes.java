package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-aggregates}: groups of hosts with metadata; one may make its hosts a zone. */
final class AggregatesRoutes {
  private final Api api;
  private final AggregateZones zones;

  AggregatesRoutes(Api api) {
    this.api = api;
    this.zones = new AggregateZones(api.catalog(), api.hosts());
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-aggregates", Policy.ADMIN, Handler.now(this::list)),
        Route.post("/os-aggregates", Policy.ADMIN, this::create),
        Route.get(
            "/os-aggregates/{id}",
            Policy.ADMIN,
            Handler.now(call -> reply(call, AggregateZones.find(api.catalog(), call)))),
        Route.put("/os-aggregates/{id}", Policy.ADMIN, this::update),
        Route.delete("/os-aggregates/{id}", Policy.ADMIN, this::delete));
  }

  private HttpResponse list(Call call) {
    var body = Json.object();
    var list = body.putArray("aggregates");
    api.catalog().all(Aggregate.class).forEach(one -> list.add(json(call, one)));
    return Reply.ok(body);
  }

  /**
   * @param zone empty when the body says nothing; empty inside when it says null
   */
  private record Wish(Optional<String> name, Optional<Optional<String>> zone) {
    static Wish of(Body root) {
      return root.required("aggregate")
          .object(
              body ->
                  new Wish(
                      body.optional("name").map(Field::name),
                      body.optional("availability_zone")
                          .map(
                              field ->
                                  field.isNull()
                                      ? Optional.empty()
                                      : Optional.of(AggregateZones.name(field)))));
    }
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(
            root -> {
              Wish wish = Wish.of(root);
              if (wish.name().isEmpty()) {
                root.required("aggregate").object(body -> body.required("name"));
              }
              return wish;
            })
        .thenCompose(
            wish -> {
              String name = wish.name().orElseThrow();
              Map<String, String> metadata = new HashMap<>();
              wish.zone()
                  .flatMap(zone -> zone)
                  .ifPresent(zone -> metadata.put(AggregateZones.KEY, zone));
              return api.catalog()
                  .create(
                      new Aggregate(
                          0,
                          UUID.randomUUID().toString(),
                          name,
                          Set.of(),
                          metadata,
                          api.clock().instant(),
                          Optional.empty()))
                  .thenApply(answer -> created(call, ApiError.accepted(answer)));
            });
  }

  /** Without hosts and metadata, as Nova has it since its first days. */
  private static HttpResponse created(Call call, Aggregate aggregate) {
    ObjectNode json = json(call, aggregate);
    json.remove(List.of("hosts", "metadata"));
    return reply(json);
  }

  private CompletionStage<HttpResponse> update(Call call) {
    return call.body(
            root -> {
              Wish wish = Wish.of(root);
              if (wish.name().isEmpty() && wish.zone().isEmpty()) {
                throw root.required("aggregate")
                    .invalid("it has neither name nor availability_zone");
              }
              return wish;
            })
        .thenCompose(
            wish -> {
              Aggregate known = AggregateZones.find(api.catalog(), call);
              return zones
                  .requireMovable(
                      known,
                      wish.zone().orElse(known.availabilityZone()),
                      "Cannot update aggregate %d.".formatted(known.id()))
                  .thenCompose(
                      checked ->
                          api.catalog()
                              .update(
                                  Aggregate.class,
                                  known.key(),
                                  old -> Answer.of(changed(old, wish))));
            })
        .thenApply(answer -> reply(call, ApiError.accepted(answer)));
  }

  private Aggregate changed(Aggregate old, Wish wish) {
    var now = api.clock().instant();
    Aggregate named = wish.name().map(name -> old.withName(name, now)).orElse(old);
    if (wish.zone().isEmpty()) {
      return named;
    }
    var metadata = new HashMap<>(named.metadata());
    metadata.remove(AggregateZones.KEY);
    wish.zone().get().ifPresent(zone -> metadata.put(AggregateZones.KEY, zone));
    return named.withMetadata(metadata, now);
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    Aggregate known = AggregateZones.find(api.catalog(), call);
    if (!known.hosts().isEmpty()) {
      throw ApiError.badRequest(
              "Cannot delete aggregate %d. Reason: Host aggregate is not empty."
                  .formatted(known.id()))
          .thrown();
    }
    return api.catalog()
        .remove(Aggregate.class, known.key())
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(200);
            });
  }

  static HttpResponse reply(Call call, Aggregate aggregate) {
    return reply(json(call, aggregate));
  }

  private static HttpResponse reply(ObjectNode aggregate) {
    var body = Json.object();
    body.set("aggregate", aggregate);
    return Reply.ok(body);
  }

  private static ObjectNode json(Call call, Aggregate aggregate) {
    var json = Json.object();
    json.put("id", aggregate.id()).put("name", aggregate.name());
    if (call.version().from(41)) {
      json.put("uuid", aggregate.uuid());
    }
    json.put("availability_zone", aggregate.availabilityZone().orElse(null))
        .put("created_at", Json.timeMicros(aggregate.createdAt()))
        .put("updated_at", aggregate.updatedAt().map(Json::timeMicros).orElse(null))
        .put("deleted", false)
        .putNull("deleted_at");
    aggregate.hosts().stream().sorted().forEach(json.putArray("hosts")::add);
    var metadata = json.putObject("metadata");
    aggregate.metadata().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    return json;
  }
}
