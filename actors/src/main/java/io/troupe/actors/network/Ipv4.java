package io.troupe.actors.network;

/** IPv4 addresses as numbers. */
public final class Ipv4 {
  private Ipv4() {}

  /** The address as an unsigned number; throws when {@code text} is not four decimal octets. */
  public static long parse(String text) {
    var octets = text.split("\\.", -1);
    if (octets.length != 4) {
      throw new IllegalArgumentException("not an IPv4 address: " + text);
    }
    long address = 0;
    for (String octet : octets) {
      int value = octet.matches("[0-9]{1,3}") ? Integer.parseInt(octet) : 256;
      if (value > 255) {
        throw new IllegalArgumentException("not an IPv4 address: " + text);
      }
      address = address << 8 | value;
    }
    return address;
  }

  public static String text(long address) {
    return "%d.%d.%d.%d"
        .formatted(address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
  }

  /**
   * The MAC of a port: unique on its network since it carries the whole address.
   *
   * @param prefix one octet, and another one tells it apart from those of other networks; or two
   */
  public static String mac(String prefix, String networkId, long address) {
    var two =
        prefix.indexOf(':') < 0 ? "%s:%02x".formatted(prefix, networkId.hashCode() & 255) : prefix;
    return "%s:%02x:%02x:%02x:%02x"
        .formatted(
            two, address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
  }
}
