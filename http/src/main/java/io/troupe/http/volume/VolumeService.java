package io.troupe.http.volume;

import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.microversion.MicroversionRange;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Volume service and where it hangs. */
public final class VolumeService {
  static final Microversion MIN = new Microversion(3, 0);
  static final Microversion MAX = new Microversion(3, 71);

  private VolumeService() {}

  /** v3, and the list of versions above it. */
  public static List<Service> services(Api api) {
    var routes = new ArrayList<Route>();
    routes.add(Route.get("/", Policy.OPEN, Handler.now(VolumeDocuments::versions)));
    routes.addAll(new VolumesRoutes(api).routes());
    routes.addAll(MetadataRoutes.ofVolumes(api).routes());
    routes.addAll(new SnapshotsRoutes(api).routes());
    routes.addAll(MetadataRoutes.ofSnapshots(api).routes());
    routes.addAll(VolumeTypesRoutes.routes());
    routes.addAll(new VolumeLimitsRoutes(api).routes());
    routes.addAll(VolumeDocuments.routes());
    return List.of(
        new Service(
            "volume",
            List.of("/volume"),
            ErrorForm.COMPUTE,
            Optional.empty(),
            false,
            false,
            List.of(Route.get("/", Policy.OPEN, Handler.now(VolumeDocuments::versions))),
            Optional.empty()),
        new Service(
            "volume",
            List.of("/volume/v3"),
            ErrorForm.COMPUTE,
            Optional.of(new MicroversionRange("volume", Optional.empty(), MIN, MAX)),
            true,
            true,
            routes,
            Optional.empty()));
  }
}
