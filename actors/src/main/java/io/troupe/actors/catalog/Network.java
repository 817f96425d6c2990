package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A network with its subnets; the ports on it are its own actor's.
 *
 * @param shared whether every project may use it
 */
public record Network(
    String id,
    String name,
    String projectId,
    boolean shared,
    int mtu,
    List<Subnet> subnets,
    Instant createdAt)
    implements CatalogEntry {
  public Network {
    subnets = List.copyOf(subnets);
  }

  /**
   * An IPv4 subnet.
   *
   * @param poolStart first address handed out; {@code poolEnd} the last one
   */
  public record Subnet(
      String id,
      String name,
      String cidr,
      Optional<String> gateway,
      List<String> dnsServers,
      String poolStart,
      String poolEnd) {
    public Subnet {
      dnsServers = List.copyOf(dnsServers);
    }
  }

  @Override
  public String key() {
    return id;
  }
}
