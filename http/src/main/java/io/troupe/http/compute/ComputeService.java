package io.troupe.http.compute;

import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.MicroversionRange;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Compute service and where it hangs. */
public final class ComputeService {
  private static final MicroversionRange MICROVERSIONS =
      new MicroversionRange(
          "compute",
          Optional.of("X-OpenStack-Nova-API-Version"),
          ComputeVersions.MIN,
          ComputeVersions.MAX);

  private ComputeService() {}

  /** v2.1, the old v2 without microversions, and the lists of versions above them. */
  public static List<Service> services(Api everything) {
    var api = everything.with(new DriverSupport(everything.instances(), everything.hosts()));
    var current = new ArrayList<Route>();
    current.add(Route.get("/", Policy.OPEN, Handler.now(ComputeVersions::current21)));
    current.addAll(routes(api));
    var legacy = new ArrayList<Route>();
    legacy.add(Route.get("/", Policy.OPEN, Handler.now(ComputeVersions::legacy20)));
    legacy.addAll(routes(api));
    var versions = List.of(Route.get("/", Policy.OPEN, Handler.now(ComputeVersions::list)));
    return List.of(
        new Service(
            "compute",
            List.of("/", "/compute"),
            ErrorForm.COMPUTE,
            Optional.empty(),
            false,
            false,
            versions,
            Optional.of(Handler.now(ComputeVersions::choices))),
        new Service(
            "compute",
            List.of("/compute/v2.1", "/v2.1"),
            ErrorForm.COMPUTE,
            Optional.of(MICROVERSIONS),
            true,
            false,
            current,
            Optional.empty()),
        new Service(
            "compute-legacy",
            List.of("/compute/v2", "/v2"),
            ErrorForm.COMPUTE,
            Optional.empty(),
            true,
            true,
            legacy,
            Optional.empty()));
  }

  private static List<Route> routes(Api api) {
    var servers = new Servers(api.instances());
    var routes = new ArrayList<Route>();
    routes.addAll(new ServersRoutes(api, servers).routes());
    routes.addAll(new ServerActions(api, servers).routes());
    routes.addAll(new ServerMetadataRoutes(api, servers).routes());
    routes.addAll(new ServerTagsRoutes(servers).routes());
    routes.addAll(new ServerAddressesRoutes(servers).routes());
    routes.addAll(new ServerDiagnosticsRoutes(api, servers).routes());
    routes.addAll(new ServerTopologyRoutes(api, servers).routes());
    routes.addAll(new ServerPasswordRoutes(servers).routes());
    routes.addAll(new VolumeAttachmentsRoutes(api, servers).routes());
    routes.addAll(new InterfacesRoutes(api, servers).routes());
    routes.addAll(new ServerMigrationsRoutes(api, servers).routes());
    routes.addAll(new MigrationsRoutes(api).routes());
    routes.addAll(new InstanceActionsRoutes(api, servers).routes());
    routes.addAll(new FlavorsRoutes(api).routes());
    routes.addAll(new FlavorSpecsRoutes(api.catalog()).routes());
    routes.addAll(new KeyPairsRoutes(api).routes());
    routes.addAll(new ServerGroupsRoutes(api).routes());
    routes.addAll(new QuotaRoutes(api).routes());
    routes.addAll(new QuotaChangesRoutes(api).routes());
    routes.addAll(new ZonesRoutes(api.hosts()).routes());
    routes.addAll(new AggregatesRoutes(api).routes());
    routes.addAll(new AggregateActions(api).routes());
    routes.addAll(new HypervisorsRoutes(api).routes());
    routes.addAll(new ServicesRoutes(api.hosts(), api.instances()).routes());
    routes.addAll(new TenantUsageRoutes(api).routes());
    routes.addAll(extensions());
    return routes;
  }

  /** Extensions are long part of the API itself; old clients still ask for the list. */
  private static List<Route> extensions() {
    return List.of(
        Route.get(
            "/extensions",
            Policy.ANY,
            Handler.now(
                call -> {
                  var body = Json.object();
                  body.putArray("extensions");
                  return Reply.ok(body);
                })),
        Route.get(
            "/extensions/{id}",
            Policy.ANY,
            Handler.now(
                call -> {
                  throw ApiError.notFound("Extension", call.path("id")).thrown();
                })));
  }
}
