package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.GuestSpec.Nic;

/** A guest's network card as libvirt describes it. */
final class NicXml {
  private NicXml() {}

  /** Adds the card to a domain's devices, and answers it. */
  static XmlElement add(XmlElement devices, Nic nic, NicSource source) {
    XmlElement card = connect(devices.child("interface"), source);
    card.child("mac", "address", nic.mac());
    card.child("model", "type", "virtio");
    if (source instanceof NicSource.User) {
      userNetwork(card, nic.cidr());
    } else if (nic.mtu() > 0) {
      card.child("mtu", "size", Integer.toString(nic.mtu()));
    }
    return card;
  }

  private static XmlElement connect(XmlElement card, NicSource source) {
    switch (source) {
      case NicSource.User() -> card.set("type", "user");
      case NicSource.Network(var name) ->
          card.set("type", "network").child("source", "network", name);
      case NicSource.Bridge(var name) -> card.set("type", "bridge").child("source", "bridge", name);
    }
    return card;
  }

  /** Plugs a card that is there into something else; what its guest sees of it stays. */
  static void plug(XmlElement card, NicSource source) {
    card.all("source | target | backend").forEach(XmlElement::remove);
    if (!(source instanceof NicSource.User)) {
      card.all("ip").forEach(XmlElement::remove); // QEMU no longer plays the router
    }
    connect(card, source);
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
