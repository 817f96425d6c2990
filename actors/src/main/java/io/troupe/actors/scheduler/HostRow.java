package io.troupe.actors.scheduler;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A host as the scheduler sees it: its last word, and through {@link HostTable#row} also what was
 * promised on it since. A hint only; the host's own log decides whether a claim fits.
 *
 * @param version grows with every change the host reports; an older row never replaces a newer one
 * @param total what the machine has, before reservation and ratio
 * @param reserved kept back for the host itself
 * @param claimed the sum of all claims
 * @param cpuRatio virtual per physical: capacity is (total − reserved) × ratio; above 0
 * @param aggregateMetadata for each key the values of all aggregates the host is in
 * @param disabledReason empty when nobody disabled it
 * @param up whether its hypervisor answered lately
 * @param instances claims on it
 * @param ioOps instances on it that are being built or rebuilt, resized, snapshotted, rescued …
 * @param groupMembers for each server group the number of its members here, 1 or more
 * @param machine unknown in rows from before hosts told
 * @param address its own IP address, empty when unknown
 * @param detail absent in rows from before hosts told
 */
public record HostRow(
    HostId id,
    long version,
    Resources total,
    Resources reserved,
    Resources claimed,
    double cpuRatio,
    double ramRatio,
    double diskRatio,
    String availabilityZone,
    Map<String, Set<String>> aggregateMetadata,
    boolean enabled,
    String disabledReason,
    boolean up,
    int instances,
    int ioOps,
    Map<String, Integer> groupMembers,
    Machine machine,
    String address,
    HostDetail detail)
    implements CborSerializable {
  /** Amounts are held as 32-bit numbers in the scan; a host counts as having at most this much. */
  static final int MOST = (1 << 30) - 1;

  public HostRow {
    aggregateMetadata = HostClass.deepCopy(aggregateMetadata);
    groupMembers = Map.copyOf(groupMembers);
    machine = machine == null ? Machine.UNKNOWN : machine;
    address = address == null ? "" : address;
    detail = detail == null ? HostDetail.NONE : detail;
    requireRatio(id, "cpu", cpuRatio);
    requireRatio(id, "ram", ramRatio);
    requireRatio(id, "disk", diskRatio);
    if (instances < 0 || ioOps < 0) {
      throw new IllegalArgumentException(
          "host " + id + ": counts must not be negative: " + instances + ", " + ioOps);
    }
  }

  /** A host that tells nothing of its hypervisor. */
  public HostRow(
      HostId id,
      long version,
      Resources total,
      Resources reserved,
      Resources claimed,
      double cpuRatio,
      double ramRatio,
      double diskRatio,
      String availabilityZone,
      Map<String, Set<String>> aggregateMetadata,
      boolean enabled,
      String disabledReason,
      boolean up,
      int instances,
      int ioOps,
      Map<String, Integer> groupMembers) {
    this(
        id,
        version,
        total,
        reserved,
        claimed,
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        instances,
        ioOps,
        groupMembers,
        Machine.UNKNOWN,
        "",
        HostDetail.NONE);
  }

  public HostRow with(HostDetail other) {
    return new HostRow(
        id,
        version,
        total,
        reserved,
        claimed,
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        instances,
        ioOps,
        groupMembers,
        machine,
        address,
        other);
  }

  private static void requireRatio(HostId id, String resource, double ratio) {
    if (!(ratio > 0) || Double.isInfinite(ratio)) {
      throw new IllegalArgumentException(
          "host " + id + ": " + resource + " allocation ratio must be above 0: " + ratio);
    }
  }

  /** The same row as a later word of its host. */
  HostRow withVersion(long later) {
    return new HostRow(
        id,
        later,
        total,
        reserved,
        claimed,
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        instances,
        ioOps,
        groupMembers,
        machine,
        address,
        detail);
  }

  /** vCPUs that can still be claimed; below 0 when a ratio was lowered under the claims. */
  public int freeVcpus() {
    return freeVcpusAt(cpuRatio);
  }

  /** MiB of RAM that can still be claimed. */
  public int freeRamMib() {
    return freeRamMibAt(ramRatio);
  }

  /** GiB of disk that can still be claimed. */
  public int freeDiskGib() {
    return freeDiskGibAt(diskRatio);
  }

  /** vCPUs that could still be claimed if the ratio were this one. */
  public int freeVcpusAt(double ratio) {
    return free(total.vcpus(), reserved.vcpus(), ratio, claimed.vcpus());
  }

  /** MiB of RAM that could still be claimed if the ratio were this one. */
  public int freeRamMibAt(double ratio) {
    return free(total.ramMib(), reserved.ramMib(), ratio, claimed.ramMib());
  }

  /** GiB of disk that could still be claimed if the ratio were this one. */
  public int freeDiskGibAt(double ratio) {
    return free(total.diskGib(), reserved.diskGib(), ratio, claimed.diskGib());
  }

  /** MiB of the machine's own RAM that no claim and no reservation takes. */
  public int idleRamMib() {
    return whole(total.ramMib() - reserved.ramMib() - claimed.ramMib());
  }

  /** GiB of the machine's own disk that no claim and no reservation takes. */
  public int idleDiskGib() {
    return whole(total.diskGib() - reserved.diskGib() - claimed.diskGib());
  }

  /** Thousandths of a vCPU, counted with the ratio, that no claim and no reservation takes. */
  public int idleMilliVcpus() {
    return whole(
        Math.floor(total.vcpus() * cpuRatio * 1000)
            - 1000.0 * (reserved.vcpus() + (long) claimed.vcpus()));
  }

  public int members(String group) {
    return groupMembers.getOrDefault(group, 0);
  }

  /** What the host is apart from its load. */
  public HostClass hostClass() {
    return new HostClass(
        enabled, disabledReason, up, availabilityZone, aggregateMetadata, machine, detail.traits());
  }

  /** The same row on the parts of an equal class, so that equal rows do not hold copies of them. */
  HostRow of(HostClass equal) {
    return new HostRow(
        id,
        version,
        total,
        reserved,
        claimed,
        cpuRatio,
        ramRatio,
        diskRatio,
        equal.availabilityZone(),
        equal.aggregateMetadata(),
        enabled,
        equal.disabledReason(),
        up,
        instances,
        ioOps,
        groupMembers,
        equal.machine(),
        address,
        detail.sharing(equal.traits()));
  }

  /** The row when these instances are on the host too, all of them still building. */
  HostRow with(Collection<RequestSpec> promised) {
    Resources claims = claimed;
    Map<String, Integer> members = groupMembers;
    for (RequestSpec request : promised) {
      claims = claims.plus(request.resources());
      if (request.group().isPresent()) {
        members = members == groupMembers ? new HashMap<>(groupMembers) : members;
        members.merge(request.group().get().id(), 1, Integer::sum);
      }
    }
    return new HostRow(
        id,
        version,
        total,
        reserved,
        claims,
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        instances + promised.size(),
        ioOps + promised.size(),
        members,
        machine,
        address,
        detail.with(promised));
  }

  /** The row when this instance has come to stay: it lives here and is not being built. */
  public HostRow having(RequestSpec request) {
    return changed(request, 1, detail.having(request));
  }

  /**
   * The row when this instance has gone from here. What it held of resource classes stays taken,
   * for a row does not tell which provider gave it.
   */
  public HostRow without(RequestSpec request) {
    return changed(request, -1, detail.without(request));
  }

  /** The row when these claims are gone, all that they hold with them. */
  HostRow evicting(List<PreemptibleClaim> gone) {
    Resources left = claimed;
    var members = new HashMap<>(groupMembers);
    for (PreemptibleClaim claim : gone) {
      left = left.minus(claim.amount());
      claim.group().ifPresent(group -> members.computeIfPresent(group, (_, now) -> now - 1));
    }
    members.values().removeIf(count -> count < 1);
    return new HostRow(
        id,
        version,
        total,
        reserved,
        left,
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        Math.max(0, instances - gone.size()),
        ioOps,
        members,
        machine,
        address,
        detail.evicting(gone));
  }

  private HostRow changed(RequestSpec request, int more, HostDetail then) {
    Resources asked = request.resources();
    var members = new HashMap<>(groupMembers);
    request
        .group()
        .ifPresent(
            group ->
                members.merge(group.id(), more, (now, one) -> now + one > 0 ? now + one : null));
    members.values().removeIf(count -> count < 1);
    return new HostRow(
        id,
        version,
        total,
        reserved,
        new Resources(
            Math.max(0, claimed.vcpus() + more * asked.vcpus()),
            Math.max(0, claimed.ramMib() + more * asked.ramMib()),
            Math.max(0, claimed.diskGib() + more * asked.diskGib())),
        cpuRatio,
        ramRatio,
        diskRatio,
        availabilityZone,
        aggregateMetadata,
        enabled,
        disabledReason,
        up,
        Math.max(0, instances + more),
        ioOps,
        members,
        machine,
        address,
        then);
  }

  /**
   * Whole units that fit beside the claims. Placement compares used + asked ≤ capacity with a
   * fractional capacity; for whole requests that is the same.
   */
  private static int free(long total, long reserved, double ratio, long claimed) {
    return whole(Math.floor((total - reserved) * ratio) - claimed);
  }

  /** The number as the columns hold it. */
  static int whole(double amount) {
    return (int) Math.clamp(amount, -MOST, MOST);
  }
}
