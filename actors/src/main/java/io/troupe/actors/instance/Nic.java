package io.troupe.actors.instance;

import java.util.List;
import java.util.Optional;

/**
 * A port of an instance, as it was when it was attached.
 *
 * @param label the network's name, the key of {@code addresses} in the API
 * @param mac lower-case, colon separated
 * @param address an IPv4 address
 */
public record Nic(
    String portId,
    String networkId,
    String label,
    String subnetId,
    String mac,
    String address,
    String cidr,
    Optional<String> gateway,
    List<String> dnsServers,
    int mtu) {
  public Nic {
    dnsServers = List.copyOf(dnsServers);
  }
}
