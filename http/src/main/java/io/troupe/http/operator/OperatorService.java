package io.troupe.http.operator;

import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Placements;
import io.troupe.actors.drain.Drains;
import io.troupe.config.SchedulerSettings;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The operator service: all its routes below {@code /v1}. */
public final class OperatorService {
  private OperatorService() {}

  public static Service of(
      Catalog catalog,
      Hosts hosts,
      Placements placements,
      SchedulerSettings schedulerDefaults,
      Instances instances,
      int pageLimit,
      Clock clock) {
    List<Route> routes = new ArrayList<>(new ConnectionsRoutes(hosts).routes());
    routes.addAll(new HostsRoutes(hosts, pageLimit).routes());
    routes.addAll(new DrainRoutes(new Drains(catalog, hosts, clock), hosts).routes());
    routes.addAll(new AdoptionRoutes(catalog, hosts, instances).routes());
    routes.addAll(new PlacementsRoutes(catalog, placements).routes());
    routes.addAll(new SchedulerRoutes(catalog, schedulerDefaults, clock).routes());
    routes.addAll(
        new RebalanceRoutes(catalog, hosts, instances, schedulerDefaults, clock).routes());
    routes.addAll(new OperationsRoutes(instances, pageLimit).routes());
    return Service.of("operator", "/v1", ErrorForm.PLAIN, routes);
  }
}
