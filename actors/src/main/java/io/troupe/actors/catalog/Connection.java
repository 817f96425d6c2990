package io.troupe.actors.catalog;

import java.time.Instant;
import java.util.Map;

/**
 * A registered hypervisor connection. Its hosts are discovered, not registered.
 *
 * @param uri such as {@code fake://?hosts=20} or {@code qemu:///system}
 * @param enabled whether its hosts take new instances
 */
public record Connection(
    String id,
    String uri,
    Map<String, String> options,
    boolean enabled,
    String disabledReason,
    Instant createdAt)
    implements CatalogEntry {
  public Connection {
    options = Map.copyOf(options);
  }

  @Override
  public String key() {
    return id;
  }
}
