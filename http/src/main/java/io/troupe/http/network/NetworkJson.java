package io.troupe.http.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.network.Port;
import io.troupe.http.json.Json;

/** Networks, subnets and ports as the API shows them. */
final class NetworkJson {
  private NetworkJson() {}

  static ObjectNode of(Network network) {
    ObjectNode body =
        named(network.id(), network.name(), network.projectId())
            .put("status", "ACTIVE")
            .put("admin_state_up", true)
            .put("shared", network.shared())
            .put("router:external", false)
            .put("mtu", network.mtu());
    body.putArray("availability_zone_hints");
    body.putArray("availability_zones");
    var subnets = body.putArray("subnets");
    network.subnets().forEach(subnet -> subnets.add(subnet.id()));
    return dated(body, Json.time(network.createdAt()));
  }

  static ObjectNode of(Network network, Network.Subnet subnet) {
    ObjectNode body =
        named(subnet.id(), subnet.name(), network.projectId())
            .put("network_id", network.id())
            .put("ip_version", 4)
            .put("cidr", subnet.cidr())
            .put("gateway_ip", subnet.gateway().orElse(null))
            .put("enable_dhcp", false) // the config drive tells a guest its address
            .putNull("subnetpool_id")
            .putNull("ipv6_address_mode")
            .putNull("ipv6_ra_mode");
    body.putArray("allocation_pools")
        .addObject()
        .put("start", subnet.poolStart())
        .put("end", subnet.poolEnd());
    var servers = body.putArray("dns_nameservers");
    subnet.dnsServers().forEach(servers::add);
    body.putArray("host_routes");
    body.putArray("service_types");
    return dated(body, Json.time(network.createdAt()));
  }

  static ObjectNode of(Port port) {
    boolean used = !port.deviceId().isEmpty();
    ObjectNode body =
        named(port.id(), port.name(), port.projectId())
            .put("network_id", port.networkId())
            .put("mac_address", port.mac())
            .put("device_id", port.deviceId())
            .put("device_owner", used ? "compute:nova" : "")
            .put("status", used ? "ACTIVE" : "DOWN")
            .put("admin_state_up", true)
            .put("binding:vnic_type", "normal");
    body.putArray("fixed_ips")
        .addObject()
        .put("subnet_id", port.subnetId())
        .put("ip_address", port.address());
    body.putArray("security_groups").add(SecurityGroupsRoutes.defaultGroupId(port.projectId()));
    body.putArray("allowed_address_pairs");
    body.putArray("extra_dhcp_opts");
    return dated(body, Json.time(port.createdAt()));
  }

  private static ObjectNode named(String id, String name, String projectId) {
    return Json.object()
        .put("id", id)
        .put("name", name)
        .put("project_id", projectId)
        .put("tenant_id", projectId)
        .put("description", "");
  }

  private static ObjectNode dated(ObjectNode body, String createdAt) {
    body.putArray("tags");
    return body.put("created_at", createdAt).put("updated_at", createdAt);
  }
}
