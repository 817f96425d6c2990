package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A host with 8 vCPUs, 8192 MiB, 100 GiB, nothing on it, ratios 1, to be changed where a test
 * cares.
 */
public record HostDraft(HostRow row) {
  public static HostDraft named(String name) {
    return new HostDraft(
        new HostRow(
            new HostId(name),
            1,
            new Resources(8, 8192, 100),
            Resources.NONE,
            Resources.NONE,
            1,
            1,
            1,
            "nova",
            Map.of(),
            true,
            "",
            true,
            0,
            0,
            Map.of()));
  }

  public HostDraft reserved(int vcpus, long ramMib, long diskGib) {
    return capacity(new Resources(vcpus, ramMib, diskGib), row.claimed(), row.cpuRatio());
  }

  public HostDraft claimed(int vcpus, long ramMib, long diskGib) {
    return capacity(row.reserved(), new Resources(vcpus, ramMib, diskGib), row.cpuRatio());
  }

  /** The same ratio for all three resources. */
  public HostDraft ratio(double ratio) {
    return capacity(row.reserved(), row.claimed(), ratio);
  }

  private HostDraft capacity(Resources reserved, Resources claimed, double ratio) {
    return new HostDraft(
        new HostRow(
            row.id(),
            row.version(),
            row.total(),
            reserved,
            claimed,
            ratio,
            ratio,
            ratio,
            row.availabilityZone(),
            row.aggregateMetadata(),
            row.enabled(),
            row.disabledReason(),
            row.up(),
            row.instances(),
            row.ioOps(),
            row.groupMembers(),
            row.machine(),
            row.address(),
            row.detail()));
  }

  public HostDraft version(long version) {
    return state(version, row.enabled(), row.disabledReason(), row.up());
  }

  public HostDraft disabled(String reason) {
    return state(row.version(), false, reason, row.up());
  }

  public HostDraft down() {
    return state(row.version(), row.enabled(), row.disabledReason(), false);
  }

  private HostDraft state(long version, boolean enabled, String reason, boolean up) {
    return new HostDraft(
        new HostRow(
            row.id(),
            version,
            row.total(),
            row.reserved(),
            row.claimed(),
            row.cpuRatio(),
            row.ramRatio(),
            row.diskRatio(),
            row.availabilityZone(),
            row.aggregateMetadata(),
            enabled,
            reason,
            up,
            row.instances(),
            row.ioOps(),
            row.groupMembers(),
            row.machine(),
            row.address(),
            row.detail()));
  }

  public HostDraft zone(String zone) {
    return place(zone, row.aggregateMetadata(), row.ioOps(), row.groupMembers());
  }

  public HostDraft aggregates(Map<String, Set<String>> metadata) {
    return place(row.availabilityZone(), metadata, row.ioOps(), row.groupMembers());
  }

  public HostDraft ioOps(int ioOps) {
    return place(row.availabilityZone(), row.aggregateMetadata(), ioOps, row.groupMembers());
  }

  public HostDraft members(Map<String, Integer> members) {
    return place(row.availabilityZone(), row.aggregateMetadata(), row.ioOps(), members);
  }

  private HostDraft place(
      String zone, Map<String, Set<String>> metadata, int ioOps, Map<String, Integer> members) {
    return new HostDraft(
        new HostRow(
            row.id(),
            row.version(),
            row.total(),
            row.reserved(),
            row.claimed(),
            row.cpuRatio(),
            row.ramRatio(),
            row.diskRatio(),
            zone,
            metadata,
            row.enabled(),
            row.disabledReason(),
            row.up(),
            row.instances(),
            ioOps,
            members,
            row.machine(),
            row.address(),
            row.detail()));
  }

  public HostDraft machine(Machine machine, String address) {
    return new HostDraft(
        new HostRow(
            row.id(),
            row.version(),
            row.total(),
            row.reserved(),
            row.claimed(),
            row.cpuRatio(),
            row.ramRatio(),
            row.diskRatio(),
            row.availabilityZone(),
            row.aggregateMetadata(),
            row.enabled(),
            row.disabledReason(),
            row.up(),
            row.instances(),
            row.ioOps(),
            row.groupMembers(),
            machine,
            address,
            row.detail()));
  }

  public HostDraft detail(HostDetail detail) {
    return new HostDraft(row.with(detail));
  }

  public HostDraft traits(String... traits) {
    var old = row.detail();
    return detail(
        new HostDetail(
            old.residents(),
            Set.of(traits),
            old.providers(),
            old.used(),
            old.failedBuilds(),
            old.metrics(),
            List.of()));
  }

  /** The host itself first. */
  public HostDraft providers(Provider... providers) {
    return detail(
        new HostDetail(
            Residents.NONE, Set.of(), List.of(providers), Map.of(), 0, Map.of(), List.of()));
  }

  public HostDraft residents(Set<InstanceId> instances, Map<String, Integer> flavors) {
    return detail(
        new HostDetail(
            new Residents(instances, flavors, Map.of()),
            Set.of(),
            List.of(),
            Map.of(),
            0,
            Map.of(),
            List.of()));
  }
}
