package io.troupe.http.network;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses of an IPv4 subnet.
 *
 * @param base the network address as a number; the last one is the broadcast address
 * @param prefixLength 1 to 30, so that two guests fit
 */
record Ipv4Range(long base, int prefixLength) {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

  /** {@code a.b.c.d/n} without host bits; empty for anything else. */
  static Optional<Ipv4Range> parse(String cidr) {
    int slash = cidr.indexOf('/');
    if (slash < 0 || !cidr.substring(slash + 1).matches("[1-9]|[12][0-9]|30")) {
      return Optional.empty();
    }
    int prefixLength = Integer.parseInt(cidr.substring(slash + 1));
    return address(cidr.substring(0, slash))
        .map(base -> new Ipv4Range(base, prefixLength))
        .filter(range -> range.base() % range.size() == 0);
  }

  /** A dotted address as a number; empty for anything else. */
  static Optional<Long> address(String text) {
    Matcher parts = ADDRESS.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long address = 0;
    for (int part = 1; part <= 4; part++) {
      int value = Integer.parseInt(parts.group(part));
      if (value > 255 || (parts.group(part).length() > 1 && parts.group(part).startsWith("0"))) {
        return Optional.empty(); // some readers take a leading zero for octal
      }
      address = address << 8 | value;
    }
    return Optional.of(address);
  }

  static String text(long address) {
    return "%d.%d.%d.%d"
        .formatted(address >> 24 & 0xff, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
  }

  long size() {
    return 1L << (32 - prefixLength);
  }

  /** The first address a guest may have. */
  long first() {
    return base + 1;
  }

  long last() {
    return base + size() - 2;
  }

  boolean holds(long address) {
    return first() <= address && address <= last();
  }

  String cidr() {
    return text(base) + "/" + prefixLength;
  }
}
