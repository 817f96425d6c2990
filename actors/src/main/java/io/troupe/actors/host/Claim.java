package io.troupe.actors.host;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.PreemptibleClaim;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.Optional;

/**
 * A host's promise of capacity to an instance.
 *
 * @param generation of the instance when it claimed; its guest carries the same
 * @param condemned the instance is gone or elsewhere; the guest shall be removed as soon as the
 *     hypervisor answers
 * @param keepsDisk whether the condemned guest's root disk stays, for another host that has the
 *     same storage; false in claims of former releases
 * @param holding absent in claims from before there was one
 */
public record Claim(
    InstanceId instance,
    long generation,
    Resources amount,
    Optional<GroupSpec> group,
    boolean condemned,
    Holding holding,
    boolean keepsDisk) {
  public Claim {
    holding = holding == null ? Holding.NONE : holding;
  }

  /** A claim of nothing more. */
  public Claim(
      InstanceId instance,
      long generation,
      Resources amount,
      Optional<GroupSpec> group,
      boolean condemned) {
    this(instance, generation, amount, group, condemned, Holding.NONE, false);
  }

  /** Whether what is {@code asked} now, under a newer generation, is a part of it. */
  boolean isMoreThan(Resources asked, long newer) {
    return newer > generation
        && asked.vcpus() <= amount.vcpus()
        && asked.ramMib() <= amount.ramMib()
        && asked.diskGib() <= amount.diskGib();
  }

  /** What the scheduler is told of it, if it may be evicted. */
  Optional<PreemptibleClaim> preemptible() {
    return holding
        .preemptible()
        .filter(_ -> !condemned)
        .map(
            priority ->
                new PreemptibleClaim(
                    instance,
                    generation,
                    priority,
                    amount,
                    group.map(GroupSpec::id),
                    holding.held(),
                    holding.placements()));
  }

  Claim condemn(boolean disk) {
    return new Claim(instance, generation, amount, group, true, holding, disk);
  }
}
