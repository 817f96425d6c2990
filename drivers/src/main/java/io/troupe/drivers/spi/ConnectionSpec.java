package io.troupe.drivers.spi;

import io.troupe.core.value.ConnectionId;
import java.net.URI;
import java.util.Map;

/**
 * A hypervisor connection as it was registered.
 *
 * @param uri for instance {@code fake://?hosts=20} or {@code qemu:///system}
 * @param options settings of the driver that do not belong into the URI, by name
 */
public record ConnectionSpec(ConnectionId id, URI uri, Map<String, String> options) {
  public ConnectionSpec {
    options = Map.copyOf(options);
  }
}
