package io.troupe.http.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Subnets; each is part of its network's record. A network has one at most. */
final class SubnetsRoutes {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "id",
          "name",
          "network_id",
          "project_id",
          "tenant_id",
          "description",
          "ip_version",
          "cidr",
          "gateway_ip",
          "enable_dhcp",
          "subnetpool_id",
          "ipv6_address_mode",
          "ipv6_ra_mode",
          "dns_nameservers",
          "allocation_pools",
          "tags");

  private final Catalog catalog;
  private final NetworkAccess access;
  private final Networks networks;
  private final Listing listing;

  SubnetsRoutes(Catalog catalog, Networks networks, int pageLimit) {
    this.catalog = catalog;
    this.access = new NetworkAccess(catalog);
    this.networks = networks;
    this.listing = new Listing("subnets", ATTRIBUTES, pageLimit);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v2.0/subnets", Policy.READER, Handler.now(this::list)),
        Route.post("/v2.0/subnets", Policy.ADMIN, this::create),
        Route.get("/v2.0/subnets/{id}", Policy.READER, Handler.now(this::show)),
        Route.delete("/v2.0/subnets/{id}", Policy.ADMIN, this::delete));
  }

  private HttpResponse list(Call call) {
    List<ObjectNode> subnets =
        access.visible(call.caller()).stream()
            .flatMap(network -> network.subnets().stream().map(s -> NetworkJson.of(network, s)))
            .toList();
    return listing.answer(call, subnets);
  }

  private HttpResponse show(Call call) {
    String id = call.path("id");
    return shown(200, call, networkOf(call.caller(), id), id);
  }

  private static HttpResponse shown(int status, Call call, Network network, String subnetId) {
    Network.Subnet subnet =
        network.subnets().stream().filter(s -> s.id().equals(subnetId)).findFirst().orElseThrow();
    return Reply.json(
        status,
        Json.object()
            .set("subnet", Listing.withFields(NetworkJson.of(network, subnet), call.query())));
  }

  private Network networkOf(Caller caller, String subnetId) {
    return access.visible(caller).stream()
        .filter(network -> network.subnets().stream().anyMatch(s -> s.id().equals(subnetId)))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("Subnet", subnetId).thrown());
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(body -> body.required("subnet").object(s -> NewSubnet.read(call.caller(), s)))
        .thenCompose(
            asked -> {
              Network network = access.visible(call.caller(), asked.networkId());
              return catalog
                  .update(
                      Network.class,
                      network.id(),
                      now ->
                          now.subnets().isEmpty()
                              ? Answer.of(withSubnets(now, List.of(asked.subnet())))
                              : Answer.refuse(
                                  new Rejection.Conflict(
                                      "Network " + now.id() + " has a subnet; one is supported.")))
                  .thenApply(
                      answer -> shown(201, call, ApiError.accepted(answer), asked.subnet().id()));
            });
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String id = call.path("id");
    Network network = networkOf(call.caller(), id);
    return networks
        .ports(network.id())
        .thenCompose(
            ports -> {
              if (ports.stream().anyMatch(port -> port.subnetId().equals(id))) {
                throw new ApiError(
                        409,
                        "SubnetInUse",
                        "Unable to complete operation on subnet " + id + ": it has ports.")
                    .thrown();
              }
              return catalog.update(
                  Network.class,
                  network.id(),
                  now ->
                      Answer.of(
                          withSubnets(
                              now,
                              now.subnets().stream().filter(s -> !s.id().equals(id)).toList())));
            })
        .thenApply(ApiError::accepted)
        .thenApply(changed -> Reply.empty(204));
  }

  private static Network withSubnets(Network network, List<Network.Subnet> subnets) {
    return new Network(
        network.id(),
        network.name(),
        network.projectId(),
        network.shared(),
        network.mtu(),
        subnets,
        network.createdAt());
  }
}
