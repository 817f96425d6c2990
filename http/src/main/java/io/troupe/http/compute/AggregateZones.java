package io.troupe.http.compute;

import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.host.HostView;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Field;
import io.troupe.http.route.Call;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What an aggregate does to the zones of its hosts: a host is in one zone, and keeps it while it
 * has servers, since they were promised that zone.
 */
record AggregateZones(Catalog catalog, Hosts hosts) {
  /** The key of the metadata that makes a zone. */
  static final String KEY = "availability_zone";

  /** The aggregate in the path; 400 when the id is no number, 404 when there is none. */
  static Aggregate find(Catalog catalog, Call call) {
    String id = call.path("id");
    if (id.isEmpty() || id.length() > 18 || !id.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw ApiError.badRequest("Invalid input for aggregate id: '" + id + "' is not an integer")
          .thrown();
    }
    return catalog
        .find(Aggregate.class, Long.toString(Long.parseLong(id)))
        .orElseThrow(() -> ApiError.notFound("Aggregate", id).thrown());
  }

  /** A name for a zone: a colon would part it from a host. */
  static String name(Field field) {
    String name = field.name();
    if (name.contains(":")) {
      throw field.invalid("'" + name + "' has a colon, which no availability zone may have");
    }
    return name;
  }

  /**
   * 400 when one of the aggregate's hosts is in another zone already, or has servers and would
   * change its zone.
   *
   * @param zone what the aggregate shall say from now on
   * @param what begins the refusal: {@code Cannot update aggregate 1.}
   */
  CompletionStage<Void> requireMovable(Aggregate aggregate, Optional<String> zone, String what) {
    if (aggregate.hosts().isEmpty() || zone.equals(aggregate.availabilityZone())) {
      return CompletableFuture.completedFuture(null);
    }
    return hosts
        .hosts()
        .thenAccept(
            all ->
                all.stream()
                    .filter(host -> aggregate.hosts().contains(host.id().value()))
                    .forEach(
                        host ->
                            refusal(host, aggregate, zone)
                                .ifPresent(
                                    reason -> {
                                      throw ApiError.badRequest(what + " Reason: " + reason)
                                          .thrown();
                                    })));
  }

  /**
   * Why the aggregate may not say this zone of the host; empty when it may.
   *
   * @param zone empty when it shall say none, or have the host no more
   */
  Optional<String> refusal(HostView host, Aggregate aggregate, Optional<String> zone) {
    List<String> elsewhere =
        catalog.all(Aggregate.class).stream()
            .filter(other -> other.id() != aggregate.id())
            .filter(other -> other.hosts().contains(host.id().value()))
            .flatMap(other -> other.availabilityZone().stream())
            .distinct()
            .toList();
    if (zone.isPresent() && elsewhere.stream().anyMatch(other -> !other.equals(zone.get()))) {
      return Optional.of(
          "One or more hosts already in different availability zones " + elsewhere + ".");
    }
    boolean moves =
        zone.isPresent()
            ? !host.availabilityZone().equals(zone.get())
            : elsewhere.isEmpty() && aggregate.availabilityZone().isPresent();
    return moves && !host.instances().isEmpty()
        ? Optional.of("One or more hosts contain instances in this zone.")
        : Optional.empty();
  }
}
