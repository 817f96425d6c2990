package io.troupe.http.network;

import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.actors.catalog.Network;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Networks. An administrator makes and removes them. */
final class NetworksRoutes {
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "id",
          "name",
          "project_id",
          "tenant_id",
          "description",
          "status",
          "admin_state_up",
          "shared",
          "router:external",
          "mtu",
          "subnets",
          "tags",
          "created_at",
          "updated_at");

  /** Ethernet's, unless the creator says otherwise. */
  private static final int DEFAULT_MTU = 1500;

  private final Catalog catalog;
  private final NetworkAccess access;
  private final Networks networks;
  private final Listing listing;
  private final Clock clock;

  NetworksRoutes(Catalog catalog, Networks networks, int pageLimit, Clock clock) {
    this.catalog = catalog;
    this.access = new NetworkAccess(catalog);
    this.networks = networks;
    this.listing = new Listing("networks", ATTRIBUTES, pageLimit);
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v2.0/networks", Policy.READER, Handler.now(this::list)),
        Route.post("/v2.0/networks", Policy.ADMIN, this::create),
        Route.get("/v2.0/networks/{id}", Policy.READER, Handler.now(this::show)),
        Route.delete("/v2.0/networks/{id}", Policy.ADMIN, this::delete));
  }

  private HttpResponse list(Call call) {
    return listing.answer(
        call, access.visible(call.caller()).stream().map(NetworkJson::of).toList());
  }

  private HttpResponse show(Call call) {
    Network network = access.visible(call.caller(), call.path("id"));
    return shown(200, call, network);
  }

  private static HttpResponse shown(int status, Call call, Network network) {
    return Reply.json(
        status,
        Json.object().set("network", Listing.withFields(NetworkJson.of(network), call.query())));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(body -> body.required("network").object(network -> read(call, network)))
        .thenCompose(catalog::create)
        .thenApply(answer -> shown(201, call, ApiError.accepted(answer)));
  }

  private Network read(Call call, Body body) {
    NetworkAccess.only(body, "admin_state_up", true);
    NetworkAccess.only(body, "router:external", false);
    NetworkAccess.onlyBlank(body, "description");
    NetworkAccess.onlyEmpty(body, "availability_zone_hints");
    return new Network(
        UUID.randomUUID().toString(),
        body.nullable("name").map(field -> field.printable(255)).orElse(""),
        NetworkAccess.project(call.caller(), body),
        body.nullable("shared").map(field -> field.flag()).orElse(false),
        body.nullable("mtu").map(field -> (int) field.integer(68, 65_535)).orElse(DEFAULT_MTU),
        List.of(),
        clock.instant());
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    Network network = access.visible(call.caller(), call.path("id"));
    return networks
        .ports(network.id())
        .thenCompose(
            ports -> {
              if (!ports.isEmpty()) {
                throw new ApiError(
                        409,
                        "NetworkInUse",
                        "Unable to complete operation on network %s. It has %d ports."
                            .formatted(network.id(), ports.size()))
                    .thrown();
              }
              return catalog.remove(Network.class, network.id());
            })
        .thenApply(ApiError::accepted)
        .thenApply(removed -> Reply.empty(204));
  }
}
