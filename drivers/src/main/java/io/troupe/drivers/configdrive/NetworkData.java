package io.troupe.drivers.configdrive;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.drivers.spi.GuestSpec.Nic;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code network_data.json}: the guest's links, addresses and name servers. Format: Nova's {@code
 * doc/api_schemas/network_data.json}; cloud-init takes links of type {@code bridge} for physical.
 */
final class NetworkData {
  private NetworkData() {}

  static ObjectNode of(List<Nic> nics) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode links = json.putArray("links");
    ArrayNode networks = json.putArray("networks");
    Set<String> dnsServers = new LinkedHashSet<>();
    for (int i = 0; i < nics.size(); i++) {
      Nic nic = nics.get(i);
      String link = "nic" + i;
      links
          .addObject()
          .put("id", link)
          .put("vif_id", nic.portId())
          .put("type", "bridge")
          .put("mtu", nic.mtu())
          .put("ethernet_mac_address", nic.mac());
      networks.add(network("network" + i, link, nic));
      dnsServers.addAll(nic.dnsServers());
    }
    ArrayNode services = json.putArray("services");
    dnsServers.forEach(server -> services.addObject().put("type", "dns").put("address", server));
    return json;
  }

  private static ObjectNode network(String id, String link, Nic nic) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id)
        .put("link", link)
        .put("type", "ipv4")
        .put("ip_address", nic.address())
        .put("netmask", netmask(prefixLength(nic.cidr())))
        .put("network_id", nic.networkId());
    ArrayNode routes = json.putArray("routes");
    nic.gateway()
        .ifPresent(
            gateway ->
                routes
                    .addObject()
                    .put("network", "0.0.0.0")
                    .put("netmask", "0.0.0.0")
                    .put("gateway", gateway));
    ArrayNode services = json.putArray("services");
    nic.dnsServers()
        .forEach(server -> services.addObject().put("type", "dns").put("address", server));
    return json;
  }

  private static int prefixLength(String cidr) {
    return Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
  }

  static String netmask(int prefixLength) {
    int mask = prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    return (mask >>> 24)
        + "."
        + (mask >>> 16 & 255)
        + "."
        + (mask >>> 8 & 255)
        + "."
        + (mask & 255);
  }
}
