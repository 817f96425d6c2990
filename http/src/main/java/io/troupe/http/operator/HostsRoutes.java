package io.troupe.http.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Hosts;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Names;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The hosts that the connections show: all of them in short, one in full. */
final class HostsRoutes {
  private static final Set<String> QUERY =
      Set.of("connection", "availability_zone", "up", "enabled", "limit", "marker");

  private final Hosts hosts;
  private final int pageLimit;

  HostsRoutes(Hosts hosts, int pageLimit) {
    this.hosts = hosts;
    this.pageLimit = pageLimit;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/hosts", Policy.ADMIN, this::list),
        Route.get("/hosts/{id}", Policy.ADMIN, this::show),
        Route.put("/hosts/{id}/traits", Policy.ADMIN, this::putTraits),
        Route.put("/hosts/{id}/inventory", Policy.ADMIN, this::putInventory));
  }

  private CompletionStage<HttpResponse> putTraits(Call call) {
    return call.body(EquipmentJson::traits).thenCompose(change -> equip(call, change));
  }

  private CompletionStage<HttpResponse> putInventory(Call call) {
    return call.body(EquipmentJson::inventory).thenCompose(change -> equip(call, change));
  }

  private CompletionStage<HttpResponse> equip(Call call, Equipment.Change change) {
    return hosts
        .equip(named(call), change)
        .thenApply(answer -> Reply.ok(Json.object().set("host", full(ApiError.accepted(answer)))));
  }

  static ApiError noSuchHost() {
    return new ApiError(404, "HostNotFound", "There is no such host.");
  }

  private CompletionStage<HttpResponse> list(Call call) {
    call.query().expectOnly(QUERY);
    return hosts
        .hosts()
        .thenApply(
            all -> {
              List<HostView> asked =
                  all.stream()
                      .filter(host -> matches(host, call.query()))
                      .sorted(Comparator.comparing(host -> host.id().value()))
                      .toList();
              Page<HostView> page =
                  Page.of(asked, call.query(), pageLimit, host -> host.id().value());
              ObjectNode body = Json.object();
              ArrayNode list = body.putArray("hosts");
              page.entries().forEach(host -> list.add(summary(host)));
              page.addNextLink(body, "hosts_links", call, "/hosts");
              return Reply.ok(body);
            });
  }

  private static boolean matches(HostView host, Query query) {
    return query.get("connection").map(host.connection().value()::equals).orElse(true)
        && query.get("availability_zone").map(host.availabilityZone()::equals).orElse(true)
        && query.flag("up", host.up()) == host.up()
        && query.flag("enabled", host.enabled()) == host.enabled();
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return hosts
        .host(named(call))
        .thenApply(
            found ->
                found
                    .map(host -> Reply.ok(Json.object().set("host", full(host))))
                    .orElseThrow(() -> noSuchHost().thrown()));
  }

  /** The host of the path; 404 when no host can have this id. */
  static HostId named(Call call) {
    String id = call.path("id");
    if (!Names.isToken(id)) {
      throw noSuchHost().thrown();
    }
    return new HostId(id);
  }

  private static ObjectNode summary(HostView host) {
    var inventory = host.inventory();
    ObjectNode body =
        Json.object()
            .put("id", host.id().value())
            .put("connection", host.connection().value())
            .put("up", host.up())
            .put("enabled", host.enabled())
            .put("disabled_reason", host.disabledReason())
            .put("availability_zone", host.availabilityZone())
            .put("hypervisor_type", inventory.hypervisorType())
            .put("hypervisor_version", inventory.hypervisorVersion())
            .put("instance_count", host.instances().size())
            .put("foreign_guest_count", host.foreignGuests().size())
            .put("last_seen", Json.time(host.lastSeen()));
    body.set("total", json(inventory.total()));
    body.set("claimed", json(host.claimed()));
    return body;
  }

  private static ObjectNode full(HostView host) {
    var inventory = host.inventory();
    ObjectNode body =
        summary(host)
            .put("architecture", inventory.architecture())
            .put("guest_type", inventory.guestType())
            .put("address", inventory.address());
    body.set("reserved", json(host.reserved()));
    body.putObject("allocation_ratios")
        .put("vcpus", host.cpuRatio())
        .put("ram", host.ramRatio())
        .put("disk", host.diskRatio());
    ArrayNode traits = body.putArray("traits");
    host.equipment().allTraits(inventory.traits()).stream().sorted().forEach(traits::add);
    body.set("equipment", EquipmentJson.of(host.equipment()));
    body.set("used", EquipmentJson.used(host.detail().used()));
    host.detail().parts().ifPresent(parts -> body.set("topology", TopologyJson.of(parts)));
    ObjectNode details = body.putObject("details");
    inventory.details().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(detail -> details.put(detail.getKey(), detail.getValue()));
    ArrayNode instances = body.putArray("instances");
    host.instances().forEach(instance -> instances.add(instance.toString()));
    ArrayNode foreign = body.putArray("foreign_guests");
    host.foreignGuests().forEach(foreign::add);
    ArrayNode unknown = body.putArray("unknown_guests");
    host.unknownGuests().forEach(guest -> unknown.add(json(guest)));
    return body;
  }

  /** A guest that no claim stands for; {@code size} is null where the hypervisor does not say. */
  private static ObjectNode json(GuestReport guest) {
    ObjectNode body =
        Json.object()
            .put("name", guest.name())
            .put(
                "id",
                guest
                    .foreign()
                    .map(GuestReport.Foreign::id)
                    .or(guest::instance)
                    .map(InstanceId::toString)
                    .orElse(null))
            .put("power_state", guest.power().name())
            .put("bears_our_mark", guest.instance().isPresent());
    body.set("size", guest.foreign().map(it -> json(it.size())).orElse(null));
    return body;
  }

  private static ObjectNode json(Resources resources) {
    return Json.object()
        .put("vcpus", resources.vcpus())
        .put("ram_mib", resources.ramMib())
        .put("disk_gib", resources.diskGib());
  }
}
