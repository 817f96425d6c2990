package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Hosts;
import io.troupe.actors.host.HostView;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-availability-zone}: the zones there are, and whether one of their hosts is usable. */
final class ZonesRoutes {
  private final Hosts hosts;

  ZonesRoutes(Hosts hosts) {
    this.hosts = hosts;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-availability-zone", Policy.ANY, call -> zones(call, false)),
        Route.get("/os-availability-zone/detail", Policy.ADMIN, call -> zones(call, true)));
  }

  private CompletionStage<HttpResponse> zones(Call call, boolean withHosts) {
    return hosts.hosts().thenApply(all -> Reply.ok(json(byZone(all), withHosts)));
  }

  private static Map<String, List<HostView>> byZone(List<HostView> all) {
    var zones = new TreeMap<String, List<HostView>>();
    for (HostView host : all) {
      zones.computeIfAbsent(host.availabilityZone(), name -> new ArrayList<>()).add(host);
    }
    return zones;
  }

  private static ObjectNode json(Map<String, List<HostView>> zones, boolean withHosts) {
    var body = Json.object();
    var list = body.putArray("availabilityZoneInfo");
    zones.forEach(
        (name, members) -> {
          var zone = list.addObject().put("zoneName", name);
          boolean usable = members.stream().anyMatch(host -> host.up() && host.enabled());
          zone.putObject("zoneState").put("available", usable);
          if (!withHosts) {
            zone.putNull("hosts");
            return;
          }
          var shown = zone.putObject("hosts");
          for (HostView host : members) {
            shown
                .putObject(host.id().value())
                .putObject("nova-compute")
                .put("available", host.up())
                .put("active", host.enabled())
                .put("updated_at", Json.timeMicros(host.lastSeen()));
          }
        });
    return body;
  }
}
