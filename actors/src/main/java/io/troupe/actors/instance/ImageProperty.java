package io.troupe.actors.instance;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Truths that images say about their guests, with the words of Glance's metadata. */
public enum ImageProperty {
  /** A snapshot must not be taken but of file systems in order. */
  OS_REQUIRE_QUIESCE,
  /** Whether there is an agent in the guest. Unsaid, it is asked. */
  HW_QEMU_GUEST_AGENT;

  private static final Set<String> TRUE = Set.of("1", "t", "true", "on", "y", "yes");
  private static final Set<String> FALSE = Set.of("0", "f", "false", "off", "n", "no");

  private String in(Map<String, String> properties) {
    var key = name().toLowerCase(Locale.ROOT);
    return properties.getOrDefault(key, "").strip().toLowerCase(Locale.ROOT);
  }

  public boolean isTrue(Map<String, String> properties) {
    return TRUE.contains(in(properties));
  }

  /** Whether it is denied, not only unsaid. */
  public boolean isFalse(Map<String, String> properties) {
    return FALSE.contains(in(properties));
  }
}
