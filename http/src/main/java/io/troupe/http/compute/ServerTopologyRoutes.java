package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.instance.InstanceView;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.http.Api;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /servers/{id}/topology}, from 2.78: the guest's NUMA cells, as its host's claim says.
 * Without cells, or without a host, there are none.
 */
final class ServerTopologyRoutes {
  private final Api api;
  private final Servers servers;

  ServerTopologyRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers/{id}/topology", Policy.READER, this::show).in(Window.from(78)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    boolean withHost = call.caller().may(Permission.HOST_TOPOLOGY);
    return servers
        .find(call)
        .thenCompose(this::place)
        .thenApply(place -> Reply.ok(json(place, withHost)));
  }

  private CompletionStage<GuestPlace> place(InstanceView server) {
    return server.host().isEmpty()
        ? CompletableFuture.completedFuture(GuestPlace.NONE)
        : api.hosts()
            .place(server.host().get(), server.id(), server.request().flavor().guestSize());
  }

  private static ObjectNode json(GuestPlace place, boolean withHost) {
    var body = Json.object();
    var nodes = body.putArray("nodes");
    body.putNull("pagesize_kb");
    for (GuestPlacement.Cell cell :
        place.placement().map(GuestPlacement::cells).orElse(List.of())) {
      var node = nodes.addObject().put("memory_mb", cell.ramMib());
      var siblings = node.putArray("siblings");
      place.siblings(cell).forEach(core -> core.forEach(siblings.addArray()::add));
      var vcpus = node.putArray("vcpu_set");
      cell.cpus().forEach(vcpus::add);
      if (withHost) {
        node.put("host_node", cell.hostCell());
        var pinning = node.putObject("cpu_pinning");
        cell.pins().forEach(pin -> pinning.put(String.valueOf(pin.vcpu()), pin.cpu()));
      }
      if (cell.pageKib() > 0) {
        body.put("pagesize_kb", cell.pageKib());
      }
    }
    return body;
  }
}
