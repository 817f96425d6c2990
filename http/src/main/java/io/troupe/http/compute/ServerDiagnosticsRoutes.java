package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverResult.Diagnostics;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /servers/{id}/diagnostics}: what the hypervisor has counted about a running guest. From
 * 2.48 in the standard form, before in the one that libvirt's users know.
 */
final class ServerDiagnosticsRoutes {
  private static final long KIB_PER_MIB = 1024;

  private final Api api;
  private final Servers servers;

  ServerDiagnosticsRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
  }

  List<Route> routes() {
    return List.of(Route.get("/servers/{id}/diagnostics", Policy.ADMIN, this::show));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return servers
        .find(call)
        .thenCompose(
            server -> {
              requireRunning(server);
              return api.instances().diagnostics(server.id());
            })
        .thenApply(
            answer ->
                Reply.ok(
                    call.version().from(48) ? standard(counted(answer)) : free(counted(answer))));
  }

  private static void requireRunning(InstanceView server) {
    if (server.host().isEmpty()) {
      throw ApiError.of(new Rejection.NotReady(server.id().toString())).thrown();
    }
    if (server.power() != PowerState.RUNNING) {
      throw ApiError.of(
              new Rejection.WrongState(
                  "get_diagnostics",
                  server.id().toString(),
                  "power state",
                  server.power().name().toLowerCase(Locale.ROOT)))
          .thrown();
    }
  }

  /** Where the driver cannot, Nova answers 400 here. */
  private static Diagnostics counted(Answer<Diagnostics> answer) {
    if (answer instanceof Answer.Rejected<Diagnostics>(Rejection.Unsupported(var message))) {
      throw ApiError.badRequest("Instance does not support diagnostics: " + message).thrown();
    }
    return ApiError.accepted(answer);
  }

  private static ObjectNode standard(Diagnostics counted) {
    var json =
        Json.object()
            .put("state", counted.power().name().toLowerCase(Locale.ROOT))
            .put("driver", counted.driver())
            .put("hypervisor", counted.hypervisor())
            .put("hypervisor_os", counted.hypervisorOs())
            .put("uptime", counted.uptimeSeconds().orElse(null))
            .put("config_drive", counted.configDrive())
            .put("num_cpus", counted.cpus().size())
            .put("num_nics", counted.nics().size())
            .put("num_disks", counted.disks().size());
    var cpus = json.putArray("cpu_details");
    for (var cpu : counted.cpus()) {
      cpus.addObject()
          .put("id", cpu.id())
          .put("time", cpu.timeNanos().orElse(null))
          .put("utilisation", cpu.utilisationPercent().orElse(null));
    }
    var nics = json.putArray("nic_details");
    for (var nic : counted.nics()) {
      putTraffic(nics.addObject().put("mac_address", nic.mac()), nic.traffic());
    }
    var disks = json.putArray("disk_details");
    for (var disk : counted.disks()) {
      disks
          .addObject()
          .put("read_bytes", disk.readBytes())
          .put("read_requests", disk.readRequests())
          .put("write_bytes", disk.writeBytes())
          .put("write_requests", disk.writeRequests())
          .put("errors_count", disk.errors());
    }
    json.putObject("memory_details")
        .put("maximum", counted.memory().maximumMib())
        .put("used", counted.memory().usedMib());
    return json;
  }

  /** Rates are in the schema, and no hypervisor gives them. */
  private static void putTraffic(ObjectNode json, Optional<Diagnostics.Traffic> counted) {
    json.put("rx_octets", counted.map(Diagnostics.Traffic::rxOctets).orElse(null))
        .put("rx_errors", counted.map(Diagnostics.Traffic::rxErrors).orElse(null))
        .put("rx_drop", counted.map(Diagnostics.Traffic::rxDrop).orElse(null))
        .put("rx_packets", counted.map(Diagnostics.Traffic::rxPackets).orElse(null))
        .putNull("rx_rate")
        .put("tx_octets", counted.map(Diagnostics.Traffic::txOctets).orElse(null))
        .put("tx_errors", counted.map(Diagnostics.Traffic::txErrors).orElse(null))
        .put("tx_drop", counted.map(Diagnostics.Traffic::txDrop).orElse(null))
        .put("tx_packets", counted.map(Diagnostics.Traffic::txPackets).orElse(null))
        .putNull("tx_rate");
  }

  private static ObjectNode free(Diagnostics counted) {
    var json =
        Json.object()
            .put("memory", counted.memory().maximumMib() * KIB_PER_MIB)
            .put("memory-actual", counted.memory().usedMib() * KIB_PER_MIB);
    for (var cpu : counted.cpus()) {
      cpu.timeNanos().ifPresent(time -> json.put("cpu" + cpu.id() + "_time", time));
    }
    for (int i = 0; i < counted.disks().size(); i++) {
      var disk = counted.disks().get(i);
      String name = "vd" + (char) ('a' + i);
      json.put(name + "_read", disk.readBytes())
          .put(name + "_read_req", disk.readRequests())
          .put(name + "_write", disk.writeBytes())
          .put(name + "_write_req", disk.writeRequests())
          .put(name + "_errors", disk.errors());
    }
    for (int i = 0; i < counted.nics().size(); i++) {
      String name = "vnet" + i;
      counted
          .nics()
          .get(i)
          .traffic()
          .ifPresent(
              traffic ->
                  json.put(name + "_rx", traffic.rxOctets())
                      .put(name + "_rx_packets", traffic.rxPackets())
                      .put(name + "_rx_errors", traffic.rxErrors())
                      .put(name + "_rx_drop", traffic.rxDrop())
                      .put(name + "_tx", traffic.txOctets())
                      .put(name + "_tx_packets", traffic.txPackets())
                      .put(name + "_tx_errors", traffic.txErrors())
                      .put(name + "_tx_drop", traffic.txDrop()));
    }
    return json;
  }
}
