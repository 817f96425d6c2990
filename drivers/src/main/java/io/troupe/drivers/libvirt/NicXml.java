package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.GuestSpec.Nic;

/** A guest's network card as libvirt describes it. */
final class NicXml {
  private NicXml() {}

  /** Adds the card to a domain's devices, and answers it. */
  static XmlElement add(XmlElement devices, Nic nic, NicSource source) {
    XmlElement card =
        switch (source) {
          case NicSource.User() -> devices.child("interface", "type", "user");
          case NicSource.Network(var name) -> {
            XmlElement made = devices.child("interface", "type", "network");
            made.child("source", "network", name);
            yield made;
          }
          case NicSource.Bridge(var name) -> {
            XmlElement made = devices.child("interface", "type", "bridge");
            made.child("source", "bridge", name);
            yield made;
          }
        };
    card.child("mac", "address", nic.mac());
    card.child("model", "type", "virtio");
    if (source instanceof NicSource.User) {
      userNetwork(card, nic.cidr());
    } else if (nic.mtu() > 0) {
      card.child("mtu", "size", Integer.toString(nic.mtu()));
    }
    return card;
  }

  /**
   * QEMU plays the subnet's router, so that the address on the config drive is one of its own. Its
   * DHCP begins at host 15, so smaller subnets are refused by QEMU and stay with its default.
   */
  private static void userNetwork(XmlElement card, String cidr) {
    int slash = cidr.indexOf('/');
    String prefix = cidr.substring(slash + 1);
    if (Integer.parseInt(prefix) <= 27) {
      String address = cidr.substring(0, slash);
      card.child("ip", "family", "ipv4", "address", address, "prefix", prefix);
    }
  }
}
