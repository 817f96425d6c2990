package io.troupe.actors.instance;

import io.troupe.core.value.Resources;
import java.util.Map;

/**
 * The flavor as it was when the instance was booted; later changes of the flavor do not reach it.
 */
public record FlavorAtBoot(
    String id,
    String name,
    int vcpus,
    long ramMib,
    int rootGib,
    int ephemeralGib,
    int swapMib,
    Map<String, String> extraSpecs) {
  public FlavorAtBoot {
    extraSpecs = Map.copyOf(extraSpecs);
  }

  /** What a host must have for it; swap rounds up to whole GiB, as in Nova. */
  public Resources resources() {
    return new Resources(vcpus, ramMib, rootGib + ephemeralGib + (swapMib + 1023) / 1024);
  }

  /** What both this and {@code other} could be run with: of each the larger. */
  public Resources larger(FlavorAtBoot other) {
    return resources().larger(other.resources());
  }

  /** What the guest is built with: the root disk alone, not what else the flavor claims. */
  public Resources guestSize() {
    return new Resources(vcpus, ramMib, rootGib);
  }
}
