package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A request for 1 vCPU, 1024 MiB, 10 GiB and 3 candidates, to be changed where a test cares. */
public record RequestDraft(
    Resources resources,
    Optional<String> zone,
    Optional<String> forcedHost,
    Set<HostId> excluded,
    Optional<GroupSpec> group,
    Map<String, String> extraSpecs,
    int candidates) {
  public static RequestDraft any() {
    return new RequestDraft(
        new Resources(1, 1024, 10),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        3);
  }

  public RequestDraft asking(int vcpus, long ramMib, long diskGib) {
    return new RequestDraft(
        new Resources(vcpus, ramMib, diskGib),
        zone,
        forcedHost,
        excluded,
        group,
        extraSpecs,
        candidates);
  }

  public RequestDraft zone(String name) {
    return new RequestDraft(
        resources, Optional.of(name), forcedHost, excluded, group, extraSpecs, candidates);
  }

  public RequestDraft forced(String host) {
    return new RequestDraft(
        resources, zone, Optional.of(host), excluded, group, extraSpecs, candidates);
  }

  public RequestDraft excluding(String host) {
    return new RequestDraft(
        resources, zone, forcedHost, Set.of(new HostId(host)), group, extraSpecs, candidates);
  }

  public RequestDraft group(GroupSpec.Policy policy, int maxPerHost) {
    return new RequestDraft(
        resources,
        zone,
        forcedHost,
        excluded,
        Optional.of(new GroupSpec("g", policy, maxPerHost)),
        extraSpecs,
        candidates);
  }

  public RequestDraft extraSpec(String key, String value) {
    return new RequestDraft(
        resources, zone, forcedHost, excluded, group, Map.of(key, value), candidates);
  }

  public RequestDraft extraSpecs(Map<String, String> specs) {
    return new RequestDraft(resources, zone, forcedHost, excluded, group, specs, candidates);
  }

  public RequestDraft candidates(int most) {
    return new RequestDraft(resources, zone, forcedHost, excluded, group, extraSpecs, most);
  }

  public RequestSpec spec() {
    return new RequestSpec(
        InstanceId.fresh(),
        new ProjectId("demo"),
        resources,
        zone,
        forcedHost,
        excluded,
        group,
        Map.of(),
        extraSpecs,
        Map.of(),
        candidates);
  }
}
