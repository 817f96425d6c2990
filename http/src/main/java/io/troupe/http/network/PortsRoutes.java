package io.troupe.http.network;

import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.network.Port;
import io.troupe.core.value.ProjectId;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Ports, of the caller's project; an administrator sees all. */
final class PortsRoutes {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "id",
          "name",
          "network_id",
          "project_id",
          "tenant_id",
          "description",
          "mac_address",
          "device_id",
          "device_owner",
          "status",
          "admin_state_up",
          "fixed_ips",
          "security_groups",
          "binding:vnic_type",
          "tags");

  private final Catalog catalog;
  private final NetworkAccess access;
  private final Networks networks;
  private final Listing listing;

  PortsRoutes(Catalog catalog, Networks networks, int pageLimit) {
    this.catalog = catalog;
    this.access = new NetworkAccess(catalog);
    this.networks = networks;
    this.listing = new Listing("ports", ATTRIBUTES, pageLimit);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v2.0/ports", Policy.READER, this::list),
        Route.post("/v2.0/ports", Policy.MEMBER, this::create),
        Route.get("/v2.0/ports/{id}", Policy.READER, this::show),
        Route.delete("/v2.0/ports/{id}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    List<String> asked = call.query().all("network_id");
    return ports(call.caller(), asked)
        .thenApply(ports -> listing.answer(call, ports.stream().map(NetworkJson::of).toList()));
  }

  /**
   * The caller's ports. Of all networks, also those that are no longer visible: a port stays its
   * project's when its network stops being shared.
   *
   * @param networkIds only of these; of all when empty
   */
  private CompletionStage<List<Port>> ports(Caller caller, List<String> networkIds) {
    CompletionStage<List<Port>> all = CompletableFuture.completedFuture(List.of());
    for (Network network : catalog.all(Network.class)) {
      if (networkIds.isEmpty() || networkIds.contains(network.id())) {
        all = all.thenCombine(networks.ports(network.id()), PortsRoutes::join);
      }
    }
    return all.thenApply(
        ports ->
            ports.stream()
                .filter(port -> caller.reaches(new ProjectId(port.projectId())))
                .toList());
  }

  private static List<Port> join(List<Port> some, List<Port> more) {
    List<Port> joined = new ArrayList<>(some);
    joined.addAll(more);
    return joined;
  }

  private CompletionStage<Port> port(Call call) {
    String id = call.path("id");
    return ports(call.caller(), List.of())
        .thenApply(
            ports ->
                ports.stream()
                    .filter(port -> port.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> ApiError.notFound("Port", id).thrown()));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return port(call).thenApply(port -> shown(200, call, port));
  }

  private static HttpResponse shown(int status, Call call, Port port) {
    return Reply.json(
        status, Json.object().set("port", Listing.withFields(NetworkJson.of(port), call.query())));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return port(call)
        .thenCompose(port -> networks.deletePort(port.networkId(), port.id()))
        .thenApply(ApiError::accepted)
        .thenApply(port -> Reply.empty(204));
  }

  /** A port as its creator asked for it. */
  private record NewPort(
      String networkId, String projectId, String name, Optional<FixedIp> fixedIp) {
    private record FixedIp(Optional<String> subnetId, Optional<String> address) {}

    static NewPort read(Caller caller, Body body) {
      NetworkAccess.only(body, "admin_state_up", true);
      NetworkAccess.onlyBlank(body, "description");
      NetworkAccess.onlyBlank(body, "device_id"); // a server takes a port when it is booted
      NetworkAccess.onlyBlank(body, "device_owner");
      body.nullable("binding:vnic_type").ifPresent(field -> field.choice("normal"));
      String project = NetworkAccess.project(caller, body);
      String group = SecurityGroupsRoutes.defaultGroupId(project);
      body.nullable("security_groups")
          .ifPresent(field -> field.list(0, 1, element -> element.choice(group)));
      return new NewPort(
          body.required("network_id").text(1, 255),
          project,
          body.nullable("name").map(field -> field.printable(255)).orElse(""),
          body.nullable("fixed_ips").flatMap(NewPort::fixedIp));
    }

    private static Optional<FixedIp> fixedIp(Field field) {
      return field.list(0, 1, element -> element.object(NewPort::fixedIp)).stream().findFirst();
    }

    private static FixedIp fixedIp(Body body) {
      return new FixedIp(
          body.nullable("subnet_id").map(subnet -> subnet.text(1, 255)),
          body.nullable("ip_address")
              .map(
                  address ->
                      address.text(
                          64, "IPv4 address", text -> Ipv4Range.address(text).isPresent())));
    }
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(body -> body.required("port").object(p -> NewPort.read(call.caller(), p)))
        .thenCompose(
            asked -> {
              Network network = access.visible(call.caller(), asked.networkId());
              asked
                  .fixedIp()
                  .flatMap(NewPort.FixedIp::subnetId)
                  .filter(id -> network.subnets().stream().noneMatch(s -> s.id().equals(id)))
                  .ifPresent(
                      id -> {
                        throw ApiError.badRequest(
                                "Subnet " + id + " is not one of network " + network.id() + ".")
                            .thrown();
                      });
              return networks.createPort(
                  network.id(),
                  asked.projectId(),
                  asked.name(),
                  asked.fixedIp().flatMap(NewPort.FixedIp::address));
            })
        .thenApply(answer -> shown(201, call, ApiError.accepted(answer)));
  }
}
