package io.troupe.actors.instance;

import io.troupe.core.value.InstanceId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A port of an instance, as it was when it was attached.
 *
 * @param label the network's name, the key of {@code addresses} in the API
 * @param mac lower-case, colon separated
 * @param address an IPv4 address
 * @param tag the owner's word for it
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
    int mtu,
    Optional<String> tag) {
  public Nic {
    dnsServers = List.copyOf(dnsServers);
  }

  /** One without a tag. */
  public Nic(
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
    this(
        portId,
        networkId,
        label,
        subnetId,
        mac,
        address,
        cidr,
        gateway,
        dnsServers,
        mtu,
        Optional.empty());
  }

  Nic tagged(Optional<String> word) {
    return new Nic(
        portId, networkId, label, subnetId, mac, address, cidr, gateway, dnsServers, mtu, word);
  }

  /**
   * The id of the port that is made for an instance; the same one however often it is asked for.
   *
   * @param index which of the instance's ports
   */
  public static String portIdOf(InstanceId instance, int index) {
    return UUID.nameUUIDFromBytes((instance + "/" + index).getBytes(StandardCharsets.UTF_8))
        .toString();
  }
}
