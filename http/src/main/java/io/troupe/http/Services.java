package io.troupe.http;

import io.troupe.http.compute.ComputeService;
import io.troupe.http.identity.IdentityService;
import io.troupe.http.identity.Passwords;
import io.troupe.http.identity.Tokens;
import io.troupe.http.image.ImageService;
import io.troupe.http.network.NetworkService;
import io.troupe.http.operator.HealthService;
import io.troupe.http.operator.MetricsService;
import io.troupe.http.operator.OperatorService;
import io.troupe.http.route.Service;
import io.troupe.http.volume.VolumeService;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.Materializer;

/** Every service of the port, in one list. */
final class Services {
  private Services() {}

  static List<Service> of(Api api, Tokens tokens, Passwords passwords, Materializer materializer) {
    var services = new ArrayList<Service>();
    services.addAll(IdentityService.services(api, tokens, passwords));
    services.addAll(ComputeService.services(api));
    int pageLimit = api.settings().pageLimit();
    services.add(
        ImageService.of(
            api.catalog(), api.images(), api.imageLimits(), pageLimit, api.clock(), materializer));
    services.addAll(VolumeService.services(api));
    services.add(NetworkService.of(api.catalog(), api.networks(), pageLimit, api.clock()));
    services.add(
        OperatorService.of(
            api.catalog(),
            api.hosts(),
            api.placements(),
            api.schedulerDefaults(),
            api.instances(),
            pageLimit,
            api.clock()));
    services.add(HealthService.of(api.notReady()));
    services.add(MetricsService.of(api.registry()));
    return services;
  }
}
