package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.InstanceId;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Hosts as the Compute API shows hypervisors. Every host has one. */
record HypervisorJson(Microversion version) {

  ObjectNode brief(HostView host) {
    var json = Json.object();
    putId(json, FleetIds.hypervisor(host.id()));
    return json.put("hypervisor_hostname", host.id().value())
        .put("state", host.up() ? "up" : "down")
        .put("status", host.enabled() ? "enabled" : "disabled");
  }

  ObjectNode full(HostView host) {
    var json = brief(host);
    var machine = host.inventory();
    json.put("hypervisor_type", machine.hypervisorType())
        .put("hypervisor_version", machine.hypervisorVersion())
        .put("host_ip", machine.address());
    var service = json.putObject("service");
    putId(service, FleetIds.service(host.id()));
    service
        .put("host", host.id().value())
        .put("disabled_reason", host.disabledReason().isEmpty() ? null : host.disabledReason());
    if (version.until(87)) {
      putCapacity(json, List.of(host));
      putCpu(json, host);
    } else {
      json.putNull("uptime"); // drivers do not tell
    }
    return json;
  }

  /** The sum over hosts, each as the machine is; ratios do not count here. */
  static void putCapacity(ObjectNode json, List<HostView> hosts) {
    long vcpus = 0;
    long ram = 0;
    long disk = 0;
    long usedVcpus = 0;
    long usedRam = 0;
    long usedDisk = 0;
    long building = 0;
    long instances = 0;
    for (HostView host : hosts) {
      var total = host.inventory().total();
      vcpus += total.vcpus();
      ram += total.ramMib();
      disk += total.diskGib();
      usedVcpus += host.claimed().vcpus();
      usedRam += host.claimed().ramMib() + host.reserved().ramMib();
      usedDisk += host.claimed().diskGib() + host.reserved().diskGib();
      building += host.building();
      instances += host.instances().size();
    }
    json.put("vcpus", vcpus)
        .put("memory_mb", ram)
        .put("local_gb", disk)
        .put("vcpus_used", usedVcpus)
        .put("memory_mb_used", usedRam)
        .put("local_gb_used", usedDisk)
        .put("free_ram_mb", ram - usedRam)
        .put("free_disk_gb", disk - usedDisk)
        .put("disk_available_least", disk - usedDisk)
        .put("current_workload", building)
        .put("running_vms", instances);
  }

  private void putCpu(ObjectNode json, HostView host) {
    var cpu = Json.object();
    var machine = host.inventory();
    Map<String, String> details = machine.details();
    cpu.put("arch", machine.architecture());
    putIfKnown(cpu, "model", details, "cpu_model");
    var topology = cpu.putObject("topology");
    putIfKnown(topology, "sockets", details, "cpu_sockets");
    putIfKnown(topology, "cores", details, "cpu_cores");
    putIfKnown(topology, "threads", details, "cpu_threads");
    if (version.from(28)) {
      json.set("cpu_info", cpu);
    } else {
      json.put("cpu_info", new String(Json.bytes(cpu), StandardCharsets.UTF_8));
    }
  }

  private static void putIfKnown(
      ObjectNode json, String key, Map<String, String> details, String detail) {
    if (details.containsKey(detail)) {
      json.put(key, details.get(detail));
    }
  }

  /** The servers on a host; the key is left out when there are none, before 2.75. */
  void putServers(ObjectNode json, HostView host, Map<InstanceId, String> names) {
    if (host.instances().isEmpty() && version.until(74)) {
      return;
    }
    ArrayNode servers = json.putArray("servers");
    host.instances()
        .forEach(
            id ->
                servers
                    .addObject()
                    .put("name", names.getOrDefault(id, ""))
                    .put("uuid", id.toString()));
  }

  private void putId(ObjectNode json, UUID id) {
    if (version.from(53)) {
      json.put("id", id.toString());
    } else {
      json.put("id", FleetIds.number(id));
    }
  }
}
