package io.troupe.drivers.libvirt;

import io.troupe.core.value.Names;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** What a guest's NICs are plugged into on the host. */
sealed interface NicSource {
  /** QEMU's own user-mode network: needs nothing on the host, reaches out but not in. */
  record User() implements NicSource {}

  /** A network that libvirt manages. */
  record Network(String name) implements NicSource {}

  /** A bridge that the host's administrator manages. */
  record Bridge(String name) implements NicSource {}

  /** As {@link #parse} reads it. */
  default String option() {
    return switch (this) {
      case User() -> "user";
      case Network(var name) -> "network:" + name;
      case Bridge(var name) -> "bridge:" + name;
    };
  }

  /** {@code user}, {@code network:NAME} or {@code bridge:NAME}; empty when it is none of these. */
  static Optional<NicSource> parse(String text) {
    if (text.equals("user")) {
      return Optional.of(new User());
    }
    int colon = text.indexOf(':');
    String name = text.substring(colon + 1);
    if (colon < 0 || !Names.isToken(name)) {
      return Optional.empty();
    }
    return switch (text.substring(0, colon)) {
      case "network" -> Optional.of(new Network(name));
      case "bridge" -> Optional.of(new Bridge(name));
      default -> Optional.empty();
    };
  }

  /** libvirt's network {@code default} if the host has it and it is active, else {@code user}. */
  static NicSource ofHost(Connect connect) throws LibvirtException {
    org.libvirt.Network network;
    try {
      network = connect.networkLookupByName("default");
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_NETWORK)
          || LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_SUPPORT)) {
        return new User(); // not defined, or no network driver on this host
      }
      throw e;
    }
    try {
      return network.isActive() == 1 ? new Network("default") : new User();
    } finally {
      network.free();
    }
  }
}
