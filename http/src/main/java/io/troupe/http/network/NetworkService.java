package io.troupe.http.network;

import io.troupe.actors.Catalog;
import io.troupe.actors.Networks;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The network service: all its routes below {@code /networking}. */
public final class NetworkService {
  private NetworkService() {}

  public static Service of(Catalog catalog, Networks networks, int pageLimit, Clock clock) {
    List<Route> routes = new ArrayList<>(NetworkDocuments.routes());
    routes.addAll(new NetworksRoutes(catalog, networks, pageLimit, clock).routes());
    routes.addAll(new SubnetsRoutes(catalog, networks, pageLimit).routes());
    routes.addAll(new PortsRoutes(catalog, networks, pageLimit).routes());
    routes.addAll(new SecurityGroupsRoutes(catalog, pageLimit).routes());
    routes.addAll(QuotasRoutes.routes());
    return Service.of("network", "/networking", ErrorForm.NETWORK, routes);
  }
}
