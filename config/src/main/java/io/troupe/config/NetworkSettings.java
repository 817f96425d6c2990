package io.troupe.config;

import java.util.Locale;

/**
 * What the ports of the embedded network service are like.
 *
 * @param macPrefix the first one or two octets of every MAC, in lower case; the last four are the
 *     port's address. With one octet the second tells networks apart
 */
public record NetworkSettings(String macPrefix) {
  /** Locally administered, so that it is nobody else's. */
  public static final NetworkSettings DEFAULT = new NetworkSettings("02");

  public NetworkSettings {
    macPrefix = macPrefix.toLowerCase(Locale.ROOT);
    if (!macPrefix.matches("[0-9a-f]{2}(:[0-9a-f]{2})?")) {
      throw new IllegalArgumentException(
          "network.mac-prefix: it is one or two octets such as 02 or 02:4f, not " + macPrefix);
    }
    if ((Integer.parseInt(macPrefix.substring(0, 2), 16) & 1) == 1) {
      throw new IllegalArgumentException(
          "network.mac-prefix: " + macPrefix + " is of group addresses, its first octet is odd");
    }
  }
}
