package io.troupe.http;

import io.troupe.http.compute.ComputeService;
import io.troupe.http.identity.IdentityService;
import io.troupe.http.identity.Passwords;
import io.troupe.http.identity.Tokens;
import io.troupe.http.route.Service;
import java.util.ArrayList;
import java.util.List;

/** Every service of the port, in one list. */
final class Services {
  private Services() {}

  static List<Service> of(Api api, Tokens tokens, Passwords passwords) {
    var services = new ArrayList<Service>();
    services.addAll(IdentityService.services(api, tokens, passwords));
    services.addAll(ComputeService.services(api));
    return services;
  }
}
