package io.troupe.bench.scheduler;

import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A fleet about 60 % full: three machine sizes, three zones, one host in twenty disabled, one in
 * ten in a dedicated aggregate. The same for the same seed.
 */
final class Fleet {
  private static final List<String> ZONES = List.of("nova", "east", "west");
  private static final int[] FLAVOR_VCPUS = {1, 2, 4, 8};
  private static final long MIB_PER_VCPU = 2048;

  private final Random random;

  Fleet(long seed) {
    random = new Random(seed);
  }

  HostTable hosts(int count) {
    var table = new HostTable();
    for (int i = 0; i < count; i++) {
      table.put(host(new HostId("host-" + i)));
    }
    return table;
  }

  private HostRow host(HostId id) {
    int size = 1 + random.nextInt(3);
    var total = new Resources(32 * size, 131_072L * size, 2_000L * size);
    int instances = size * (18 + random.nextInt(13));
    var claimed = new Resources(2 * instances, 2 * MIB_PER_VCPU * instances, 40L * instances);
    boolean dedicated = random.nextInt(10) == 0;
    return new HostRow(
        id,
        1,
        total,
        new Resources(0, 512, 0),
        claimed,
        4.0,
        1.0,
        1.0,
        ZONES.get(random.nextInt(ZONES.size())),
        dedicated ? Map.of("filter_tenant_id", Set.of("project-1")) : Map.of(),
        random.nextInt(20) != 0,
        "",
        true,
        instances,
        random.nextInt(3),
        Map.of());
  }

  /** 32 kinds of request: sizes by zone or none, for two projects. */
  List<RequestSpec> requests() {
    var requests = new ArrayList<RequestSpec>();
    for (int vcpus : FLAVOR_VCPUS) {
      for (int zone = 0; zone < 4; zone++) {
        for (int project = 0; project < 2; project++) {
          requests.add(request(vcpus, zone, project));
        }
      }
    }
    return requests;
  }

  /** More RAM than any host has. */
  static RequestSpec tooMuch() {
    return request(512, ZONES.size(), 0);
  }

  private static RequestSpec request(int vcpus, int zone, int project) {
    Optional<String> asked = zone < ZONES.size() ? Optional.of(ZONES.get(zone)) : Optional.empty();
    return new RequestSpec(
        InstanceId.fresh(),
        new ProjectId("project-" + project),
        new Resources(vcpus, vcpus * MIB_PER_VCPU, 20L * vcpus),
        asked,
        Optional.empty(),
        Set.of(),
        Optional.<GroupSpec>empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        3);
  }

  /** The same kind of request for another instance. */
  static RequestSpec again(RequestSpec kind, long number) {
    return new RequestSpec(
        new InstanceId(new UUID(0, number)),
        kind.project(),
        kind.resources(),
        kind.availabilityZone(),
        kind.forcedHost(),
        kind.excluded(),
        kind.group(),
        kind.hints(),
        kind.extraSpecs(),
        kind.imageProperties(),
        kind.candidates());
  }
}
