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

  /**
   * @param forced a host in place of all choice
   * @param destination a host that all filters judge
   */
  record Placement(Optional<String> zone, Optional<String> forced, Optional<String> destination) {}

  /**
   * Reads {@code availability_zone} (a zone, or an administrator's {@code zone:host}, {@code
   * zone:host:node} and {@code zone::node}, which no filter judges) and {@code host} or {@code
   * hypervisor_hostname}, which all filters judge; 400 when there is no such zone or host. A zone
   * that the forced host is not in counts as not given, as in Nova.
   */
  CompletionStage<Placement> resolve(Caller caller, CreateRequest wanted) {
    String[] parts = wanted.availabilityZone().orElse("").split(":", -1);
    Optional<String> zone = Optional.of(parts[0]).filter(name -> !name.isEmpty());
    Optional<String> forced = forcedHost(parts);
    Optional<String> destination = wanted.host().or(wanted::hypervisorHostname);
    requireOneWay(wanted, forced, destination);
    Optional<String> host = forced.or(() -> destination);
    if (host.isPresent() && !caller.may(Permission.CHOOSE_HOST)) {
      throw ApiError.forbidden("Policy doesn't allow choosing a host.").thrown();
    }
    if (host.isEmpty() && (zone.isEmpty() || isKnownZone(zone.get()))) {
      return CompletableFuture.completedFuture(
          new Placement(zone, Optional.empty(), Optional.empty()));
    }
    return hosts
        .hosts()
        .thenApply(
            all -> {
              Optional<HostView> chosen =
                  host.map(name -> require(all, view -> isCalled(view, name), noSuchHost(name)));
              zone.filter(name -> !isKnownZone(name))
                  .ifPresent(
                      name ->
                          require(
                              all,
                              view -> view.availabilityZone().equals(name),
                              ApiError.badRequest(
                                  "The requested availability zone is not available")));
              Optional<String> name = chosen.map(view -> view.id().value());
              return forced.isPresent()
                  ? new Placement(
                      zone.filter(chosen.orElseThrow().availabilityZone()::equals),
                      name,
                      Optional.empty())
                  : new Placement(zone, Optional.empty(), name);
            });
  }

  private static Optional<String> forcedHost(String[] zoneParts) {
    if (zoneParts.length > 3) {
      throw ApiError.badRequest("Unable to parse availability_zone: ZONE:HOST:NODE at most.")
          .thrown();
    }
    if (zoneParts.length == 3
        && !zoneParts[1].isEmpty()
        && !zoneParts[2].isEmpty()
        && !zoneParts[1].equalsIgnoreCase(zoneParts[2])) {
      throw noSuchHost(zoneParts[2]).thrown(); // a host is its own only node
    }
    return zoneParts.length == 1
        ? Optional.empty()
        : Optional.of(zoneParts[1].isEmpty() ? zoneParts[zoneParts.length - 1] : zoneParts[1])
            .filter(name -> !name.isEmpty());
  }

  private static void requireOneWay(
      CreateRequest wanted, Optional<String> forced, Optional<String> destination) {
    if (forced.isPresent() && destination.isPresent()) {
      throw ApiError.badRequest(
              "Destination host can be given in availability_zone or in host, not in both.")
          .thrown();
    }
    if (wanted.host().isPresent()
        && wanted.hypervisorHostname().isPresent()
        && !wanted.host().get().equalsIgnoreCase(wanted.hypervisorHostname().get())) {
      throw noSuchHost(wanted.hypervisorHostname().get()).thrown();
    }
  }

  private static boolean isCalled(HostView view, String name) {
    return view.id().value().equalsIgnoreCase(name);
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

  private static HostView require(
      List<HostView> all, Predicate<HostView> fits, ApiError otherwise) {
    return all.stream().filter(fits).findFirst().orElseThrow(otherwise::thrown);
  }

  private static ApiError noSuchHost(String name) {
    return ApiError.badRequest("Compute host " + name + " could not be found.");
  }
}
