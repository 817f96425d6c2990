package io.troupe.http.compute;

import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.network.Port;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Turns what a client wants to be connected to into networks and ports it may use. */
final class NetworkResolver {
  private final Catalog catalog;
  private final Networks networks;

  NetworkResolver(Catalog catalog, Networks networks) {
    this.catalog = catalog;
    this.networks = networks;
  }

  /** 400 for an unknown network or port, 409 for a port in use or when auto is ambiguous. */
  CompletionStage<List<NetworkChoice>> resolve(Caller caller, CreateRequest.NetworkWish wish) {
    return switch (wish) {
      case CreateRequest.NetworkWish.None() -> CompletableFuture.completedFuture(List.of());
      case CreateRequest.NetworkWish.Auto() ->
          CompletableFuture.completedFuture(
              automatic(caller).stream()
                  .<NetworkChoice>map(
                      network -> new NetworkChoice.OnNetwork(network.id(), Optional.empty()))
                  .toList());
      case CreateRequest.NetworkWish.These(var items) -> each(caller, items);
    };
  }

  /** The project's one network, else the one shared network; none when there is none. */
  private Optional<Network> automatic(Caller caller) {
    var own = new ArrayList<Network>();
    var shared = new ArrayList<Network>();
    for (Network network : catalog.all(Network.class)) {
      if (network.subnets().isEmpty()) {
        continue; // nothing to get an address from
      }
      if (network.projectId().equals(caller.project().value())) {
        own.add(network);
      } else if (network.shared()) {
        shared.add(network);
      }
    }
    List<Network> usable = own.isEmpty() ? shared : own;
    if (usable.size() > 1) {
      throw new ApiError(
              409,
              "NetworkAmbiguous",
              "Multiple possible networks found, use a Network ID to be more specific.")
          .thrown();
    }
    return usable.stream().findFirst();
  }

  private CompletionStage<List<NetworkChoice>> each(
      Caller caller, List<CreateRequest.NetworkWish.Item> items) {
    CompletionStage<List<NetworkChoice>> all =
        CompletableFuture.completedFuture(new ArrayList<>(items.size()));
    for (CreateRequest.NetworkWish.Item item : items) {
      all =
          all.thenCompose(
              choices ->
                  one(caller, item)
                      .thenApply(
                          choice -> {
                            if (choice instanceof NetworkChoice.ExistingPort port
                                && isAmong(choices, port)) {
                              throw portInUse(port.portId());
                            }
                            choices.add(choice);
                            return choices;
                          }));
    }
    return all;
  }

  private static boolean isAmong(List<NetworkChoice> choices, NetworkChoice.ExistingPort port) {
    return choices.stream()
        .anyMatch(
            one ->
                one instanceof NetworkChoice.ExistingPort other
                    && other.portId().equals(port.portId()));
  }

  private CompletionStage<NetworkChoice> one(Caller caller, CreateRequest.NetworkWish.Item item) {
    if (item.port().isPresent()) {
      return port(caller, item.port().get())
          .thenApply(
              port -> {
                if (!port.deviceId().isEmpty()) {
                  throw portInUse(port.id());
                }
                return new NetworkChoice.ExistingPort(port.networkId(), port.id(), item.tag());
              });
    }
    String id = item.network().orElseThrow();
    Network network =
        catalog
            .find(Network.class, id)
            .filter(found -> mayUse(caller, found))
            .orElseThrow(
                () -> ApiError.badRequest("Network " + id + " could not be found.").thrown());
    if (network.subnets().isEmpty()) {
      throw ApiError.badRequest(
              "Network " + id + " requires a subnet in order to boot instances on.")
          .thrown();
    }
    return CompletableFuture.completedFuture(
        new NetworkChoice.OnNetwork(network.id(), item.fixedIp(), item.tag()));
  }

  /** Looks through the ports of the networks the caller may use, one network after the other. */
  private CompletionStage<Port> port(Caller caller, String id) {
    CompletionStage<Optional<Port>> found = CompletableFuture.completedFuture(Optional.empty());
    for (Network network : catalog.all(Network.class)) {
      if (mayUse(caller, network)) {
        found =
            found.thenCompose(
                port ->
                    port.isPresent()
                        ? CompletableFuture.completedFuture(port)
                        : networks
                            .ports(network.id())
                            .thenApply(
                                ports ->
                                    ports.stream().filter(p -> p.id().equals(id)).findFirst()));
      }
    }
    return found.thenApply(
        port ->
            port.filter(p -> caller.reaches(new ProjectId(p.projectId())))
                .orElseThrow(
                    () -> ApiError.badRequest("Port " + id + " could not be found.").thrown()));
  }

  private static boolean mayUse(Caller caller, Network network) {
    return network.shared() || caller.reaches(new ProjectId(network.projectId()));
  }

  private static Refused portInUse(String id) {
    return new ApiError(409, "PortInUse", "Port " + id + " is still in use.").thrown();
  }
}
