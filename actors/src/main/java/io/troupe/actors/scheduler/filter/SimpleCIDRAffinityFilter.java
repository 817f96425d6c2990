package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Keeps hosts whose own address is in the network of the hint {@code build_near_host_ip}, whose
 * width the hint {@code cidr} says, {@code /24} without it. A hint that is no address or width
 * keeps no host. Source: Nova's filter of this name.
 *
 * @param address any address of the network
 * @param width as the hint gives it
 */
record SimpleCIDRAffinityFilter(String address, String width) implements HostFilter.ByHost {
  /** Empty when the request names no address. */
  static Optional<HostFilter> of(RequestSpec request) {
    return first(request, "build_near_host_ip")
        .map(
            address -> new SimpleCIDRAffinityFilter(address, first(request, "cidr").orElse("/24")));
  }

  private static Optional<String> first(RequestSpec request, String hint) {
    return request.hints().getOrDefault(hint, List.of()).stream()
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return isNear(host.address())
        ? Verdict.PASS
        : new Verdict.Mismatch(
            "address", address + width, host.address().isEmpty() ? "none" : host.address());
  }

  private boolean isNear(String own) {
    try {
      byte[] asked = InetAddress.ofLiteral(address).getAddress();
      byte[] found = InetAddress.ofLiteral(own).getAddress();
      int bits = Integer.parseInt(width.startsWith("/") ? width.substring(1) : width);
      return asked.length == found.length
          && bits >= 0
          && bits <= 8 * asked.length
          && equal(asked, found, bits);
    } catch (IllegalArgumentException _) { // no literal, no number
      return false;
    }
  }

  private static boolean equal(byte[] one, byte[] other, int bits) {
    for (int bit = 0; bit < bits; bit++) {
      if (((one[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }
}
