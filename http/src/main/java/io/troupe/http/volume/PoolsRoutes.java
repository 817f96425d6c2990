package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.host.HostView;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.config.PoolCapacity;
import io.troupe.config.PoolSettings;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The pools that volumes lie in, as Cinder's scheduler shows them, and their zones. */
final class PoolsRoutes {
  private final Api api;

  PoolsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/scheduler-stats/get_pools", Policy.ADMIN, this::pools),
        Route.get("/os-availability-zone", Policy.READER, this::zones));
  }

  private CompletionStage<HttpResponse> pools(Call call) {
    boolean detail = call.query().flag("detail", false);
    var name = call.query().get("name");
    return api.placements()
        .pools()
        .thenApply(ApiError::accepted)
        .thenApply(
            pools -> {
              ObjectNode body = Json.object();
              var list = body.putArray("pools");
              pools.stream()
                  .filter(pool -> name.isEmpty() || name.get().equals(pool.name()))
                  .forEach(pool -> list.add(json(pool, detail)));
              return Reply.ok(body);
            });
  }

  private ObjectNode json(StoragePool pool, boolean detail) {
    ObjectNode json = Json.object().put("name", pool.name());
    if (detail) {
      put(json.putObject("capabilities"), pool, api.schedulerDefaults().pools());
    }
    return json;
  }

  private void put(ObjectNode json, StoragePool pool, PoolSettings settings) {
    switch (pool.capacity()) {
      case PoolCapacity.Gib(var amount) ->
          json.put("total_capacity_gb", amount)
              .put(
                  "free_capacity_gb",
                  Math.max(0, amount - pool.keptBackGib() - pool.provisionedGib()));
      case PoolCapacity.Infinite() ->
          json.put("total_capacity_gb", "infinite").put("free_capacity_gb", "infinite");
      case PoolCapacity.Unknown() ->
          json.put("total_capacity_gb", "unknown").put("free_capacity_gb", "unknown");
    }
    json.put("pool_name", pool.name())
        .put("volume_backend_name", pool.name())
        .put("storage_protocol", pool.shared() ? "shared" : "local")
        .put("vendor_name", "Troupe")
        .put("allocated_capacity_gb", pool.allocatedGib())
        .put("provisioned_capacity_gb", pool.provisionedGib())
        .put("reserved_percentage", settings.reservedPercent())
        .put("max_over_subscription_ratio", Double.toString(settings.maxOverSubscription()))
        .put("thin_provisioning_support", settings.thin())
        .put("thick_provisioning_support", !settings.thin())
        .put("total_volumes", pool.volumes())
        .put("multiattach", false)
        .put("QoS_support", false)
        .put("backend_state", isUp(pool) ? "up" : "down")
        .put("timestamp", Json.timeMicros(api.clock().instant()));
    var hosts = json.putArray("hosts");
    pool.members().forEach(member -> hosts.add(member.host().value()));
  }

  private static boolean isUp(StoragePool pool) {
    return pool.members().stream().anyMatch(member -> member.state().isEmpty());
  }

  private CompletionStage<HttpResponse> zones(Call call) {
    return api.hosts()
        .hosts()
        .thenApply(
            hosts -> {
              var usable = new TreeMap<String, Boolean>();
              usable.put(VolumeJson.ZONE, true);
              for (HostView host : hosts) {
                usable.merge(
                    host.availabilityZone(), host.up() && host.enabled(), Boolean::logicalOr);
              }
              ObjectNode body = Json.object();
              var list = body.putArray("availabilityZoneInfo");
              usable.forEach(
                  (name, isUsable) ->
                      list.addObject()
                          .put("zoneName", name)
                          .putObject("zoneState")
                          .put("available", isUsable));
              return Reply.ok(body);
            });
  }
}
