package io.troupe.actors.host;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.Optional;

/**
 * A host's promise of capacity to an instance.
 *
 * @param generation of the instance when it claimed; its guest carries the same
 * @param condemned the instance is gone or elsewhere; the guest shall be removed as soon as the
 *     hypervisor answers
 */
public record Claim(
    InstanceId instance,
    long generation,
    Resources amount,
    Optional<GroupSpec> group,
    boolean condemned) {

  Claim condemn() {
    return new Claim(instance, generation, amount, group, true);
  }
}
