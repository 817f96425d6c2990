package io.troupe.http.compute;

import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.host.HostView;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** Where a server shall go, as far as its owner or an administrator says. */
final class PlacementResolver {
  /** The zone of hosts that no aggregate puts into another one. */
  static final String DEFAULT_ZONE = "nova";

  private final Catalog catalog;
  private final Hosts hosts;

  PlacementResolver(Catalog catalog, Hosts hosts) {
    this.catalog = catalog;
    this.hosts = hosts;
  }

  record Placement(Optional<String> zone, Optional<String> host) {}

  /**
   * Reads {@code availability_zone} (a zone, or an administrator's {@code zone:host} and {@code
   * zone:host:node}) and {@code host}; 400 when there is no such zone or host.
   */
  CompletionStage<Placement> resolve(Caller caller, CreateRequest wanted) {
    String[] parts = wanted.availabilityZone().orElse("").split(":", -1);
    Optional<String> zone = Optional.of(parts[0]).filter(name -> !name.isEmpty());
    Optional<String> host = chosenHost(caller, wanted, parts);
    if (host.isEmpty() && (zone.isEmpty() || isKnownZone(zone.get()))) {
      return CompletableFuture.completedFuture(new Placement(zone, host));
    }
    return hosts
        .hosts()
        .thenApply(
            all -> {
              host.ifPresent(
                  name -> require(all, view -> view.id().value().equals(name), noSuchHost(name)));
              zone.filter(name -> !isKnownZone(name))
                  .ifPresent(
                      name ->
                          require(
                              all,
                              view -> view.availabilityZone().equals(name),
                              ApiError.badRequest(
                                  "The requested availability zone is not available")));
              return new Placement(zone, host);
            });
  }

  private static Optional<String> chosenHost(
      Caller caller, CreateRequest wanted, String[] zoneParts) {
    if (zoneParts.length > 3) {
      throw ApiError.badRequest("Unable to parse availability_zone: ZONE:HOST:NODE at most.")
          .thrown();
    }
    Optional<String> inZone =
        zoneParts.length == 1
            ? Optional.empty()
            : Optional.of(zoneParts[1].isEmpty() ? zoneParts[zoneParts.length - 1] : zoneParts[1])
                .filter(name -> !name.isEmpty());
    Optional<String> named = wanted.host().or(wanted::hypervisorHostname);
    if (inZone.isPresent() && named.isPresent()) {
      throw ApiError.badRequest(
              "Destination host can be given in availability_zone or in host, not in both.")
          .thrown();
    }
    if (wanted.host().isPresent()
        && wanted.hypervisorHostname().isPresent()
        && !wanted.host().equals(wanted.hypervisorHostname())) {
      throw noSuchHost(wanted.hypervisorHostname().get()).thrown();
    }
    Optional<String> host = inZone.or(() -> named);
    if (host.isPresent() && !caller.may(Permission.CHOOSE_HOST)) {
      throw ApiError.forbidden("Policy doesn't allow choosing a host.").thrown();
    }
    return host;
  }

  private boolean isKnownZone(String zone) {
    if (zone.equals(DEFAULT_ZONE)) {
      return true;
    }
    for (Aggregate aggregate : catalog.all(Aggregate.class)) {
      if (aggregate.availabilityZone().filter(zone::equals).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static void require(List<HostView> all, Predicate<HostView> fits, ApiError otherwise) {
    if (all.stream().noneMatch(fits)) {
      throw otherwise.thrown();
    }
  }

  private static ApiError noSuchHost(String name) {
    return ApiError.badRequest("Compute host " + name + " could not be found.");
  }
}
