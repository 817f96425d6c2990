package io.troupe.http.compute;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.host.HostView;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.route.Call;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code POST /os-aggregates/{id}/action}: hosts in and out, and metadata. */
final class AggregateActions {
  private final Api api;
  private final AggregateZones zones;

  AggregateActions(Api api) {
    this.api = api;
    this.zones = new AggregateZones(api.catalog(), api.hosts());
  }

  List<Route> routes() {
    return List.of(
        Route.post(
            "/os-aggregates/{id}/action",
            Policy.ADMIN,
            call -> call.body(AggregateActions::action).thenCompose(wish -> perform(call, wish))));
  }

  private sealed interface Wish {
    record AddHost(String host) implements Wish {}

    record RemoveHost(String host) implements Wish {}

    /** A key with no value is taken away. */
    record SetMetadata(Map<String, Optional<String>> changes) implements Wish {}
  }

  private static Wish action(Body root) {
    if (root.keys().size() != 1) {
      root.acceptUnknown();
      throw ApiError.badRequest("The body has to have one action, no more and no less.").thrown();
    }
    String name = root.keys().iterator().next();
    Field field = root.required(name);
    return switch (name) {
      case "add_host" -> field.object(body -> new Wish.AddHost(body.required("host").text(1, 255)));
      case "remove_host" ->
          field.object(body -> new Wish.RemoveHost(body.required("host").text(1, 255)));
      case "set_metadata" ->
          field.object(
              body ->
                  new Wish.SetMetadata(
                      body.required("metadata").object(AggregateActions::changes)));
      default -> throw ApiError.badRequest("There is no such action: " + name).thrown();
    };
  }

  private static Map<String, Optional<String>> changes(Body metadata) {
    var changes = new LinkedHashMap<String, Optional<String>>();
    for (String key : metadata.keys()) {
      Field value = metadata.required(key);
      if (key.isEmpty() || key.length() > 255) {
        throw value.invalid("a key has 1 to 255 characters");
      }
      changes.put(
          key,
          value.isNull()
              ? Optional.empty()
              : Optional.of(
                  key.equals(AggregateZones.KEY)
                      ? AggregateZones.name(value)
                      : value.text(0, 255)));
    }
    return changes;
  }

  private CompletionStage<HttpResponse> perform(Call call, Wish wish) {
    Aggregate known = AggregateZones.find(api.catalog(), call);
    CompletionStage<Answer<Aggregate>> changed =
        switch (wish) {
          case Wish.AddHost(var host) -> add(known, host);
          case Wish.RemoveHost(var host) -> remove(known, host);
          case Wish.SetMetadata(var changes) -> set(known, changes);
        };
    return changed.thenApply(answer -> AggregatesRoutes.reply(call, ApiError.accepted(answer)));
  }

  private CompletionStage<Answer<Aggregate>> add(Aggregate known, String name) {
    return host(name)
        .thenCompose(
            found -> {
              HostView host =
                  found.orElseThrow(() -> ApiError.notFound("Compute host", name).thrown());
              known
                  .availabilityZone()
                  .flatMap(zone -> zones.refusal(host, known, Optional.of(zone)))
                  .ifPresent(
                      reason -> {
                        throw ApiError.conflict(
                                "Cannot add host to aggregate %d. Reason: %s"
                                    .formatted(known.id(), reason))
                            .thrown();
                      });
              return update(
                  known,
                  old ->
                      old.hosts().contains(name)
                          ? Answer.refuse(
                              new Rejection.Conflict(
                                  "Aggregate %d already has host %s.".formatted(old.id(), name)))
                          : Answer.of(old.with(name, api.clock().instant())));
            });
  }

  private CompletionStage<Answer<Aggregate>> remove(Aggregate known, String name) {
    if (!known.hosts().contains(name)) {
      throw new ApiError(
              404,
              "AggregateHostNotFound",
              "Aggregate %d has no host %s.".formatted(known.id(), name))
          .thrown();
    }
    return host(name)
        .thenCompose(
            found -> {
              found
                  .flatMap(host -> zones.refusal(host, known, Optional.empty()))
                  .ifPresent(
                      reason -> {
                        throw ApiError.conflict(
                                "Cannot remove host from aggregate %d. Reason: %s"
                                    .formatted(known.id(), reason))
                            .thrown();
                      });
              return update(known, old -> Answer.of(old.without(name, api.clock().instant())));
            });
  }

  private CompletionStage<Answer<Aggregate>> set(
      Aggregate known, Map<String, Optional<String>> changes) {
    Optional<String> zone = changes.getOrDefault(AggregateZones.KEY, known.availabilityZone());
    return zones
        .requireMovable(
            known, zone, "Cannot update metadata of aggregate %d.".formatted(known.id()))
        .thenCompose(
            checked ->
                update(
                    known,
                    old -> {
                      var metadata = new HashMap<>(old.metadata());
                      changes.forEach(
                          (key, value) ->
                              value.ifPresentOrElse(
                                  text -> metadata.put(key, text), () -> metadata.remove(key)));
                      return Answer.of(old.withMetadata(metadata, api.clock().instant()));
                    }));
  }

  private CompletionStage<Answer<Aggregate>> update(
      Aggregate known, Function<Aggregate, Answer<Aggregate>> change) {
    return api.catalog().update(Aggregate.class, known.key(), change);
  }

  private CompletionStage<Optional<HostView>> host(String name) {
    return api.hosts()
        .hosts()
        .thenApply(all -> all.stream().filter(host -> host.id().value().equals(name)).findFirst());
  }
}
