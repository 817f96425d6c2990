package io.troupe.actors.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.scheduler.rebalance.Guest;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetSnapshotTest {
  private static HostView host(HostId id, InstanceId... instances) {
    return new HostView(
        id,
        new ConnectionId("c"),
        Examples.inventory(id, 8, 8192, 100),
        4,
        1.5,
        1,
        new Resources(0, 512, 0),
        new Resources(3, 2048, 20),
        List.of(instances),
        true,
        "",
        true,
        "east",
        List.of(),
        Examples.NOW,
        false,
        2,
        List.of());
  }

  private static InstanceView instance(
      int number, VmState vmState, Optional<TaskState> task, List<AttachedVolume> volumes) {
    return new InstanceView(
        Examples.instance(number),
        1,
        Examples.boot(0),
        vmState,
        task,
        PowerState.RUNNING,
        Optional.of(Examples.H1),
        Optional.of("east"),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Examples.NOW,
        Examples.NOW,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        volumes);
  }

  private static InstanceView active(int number) {
    return instance(number, VmState.ACTIVE, Optional.empty(), List.of());
  }

  private static Guest only(InstanceView instance, boolean shared) {
    var fleet =
        FleetSnapshot.of(
            List.of(host(Examples.H1, instance.id())), List.of(), List.of(instance), shared);
    assertThat(fleet.guests()).hasSize(1);
    return fleet.guests().getFirst();
  }

  @Test
  void aHostIsWhatTheSchedulerSees() {
    var aggregate =
        new Aggregate(
            1, "u", "ssd", Set.of("h1"), Map.of("ssd", "true"), Examples.NOW, Optional.empty());

    var row =
        FleetSnapshot.of(
                List.of(host(Examples.H1, Examples.instance(1), Examples.instance(2))),
                List.of(aggregate),
                List.of(active(1)),
                false)
            .hosts()
            .getFirst();

    assertThat(row.freeVcpus()).isEqualTo(29);
    assertThat(row.freeRamMib()).isEqualTo(11_520 - 2048);
    assertThat(row.aggregateMetadata()).isEqualTo(Map.of("ssd", Set.of("true")));
    assertThat(row.availabilityZone()).isEqualTo("east");
    assertThat(row.instances()).isEqualTo(2);
    assertThat(row.ioOps()).isEqualTo(2);
    assertThat(row.machine().hypervisorType()).isEqualTo("fake");
  }

  @Test
  void aGuestCarriesItsDiskUnlessStorageIsShared() {
    var spec = only(active(1), false).spec();
    long ramGib = Math.ceilDiv(spec.resources().ramMib(), 1024L);

    assertThat(only(active(1), true).gib()).isEqualTo(ramGib);
    assertThat(only(active(1), false).gib()).isEqualTo(ramGib + spec.resources().diskGib());
    assertThat(spec.forcedHost()).isEmpty();
    assertThat(spec.detail().batch()).isEmpty();
  }

  @Test
  void whatCannotBeMovedLiveSaysWhy() {
    var stopped = instance(1, VmState.STOPPED, Optional.empty(), List.of());
    var busy = instance(1, VmState.ACTIVE, Optional.of(TaskState.REBOOTING), List.of());
    var attached = instance(1, VmState.ACTIVE, Optional.empty(), List.of(Examples.volume(1)));

    assertThat(only(active(1), false).fixed()).isEmpty();
    assertThat(only(stopped, false).fixed()).contains("it is stopped, not active or paused");
    assertThat(only(busy, false).fixed().orElseThrow()).startsWith("it is busy: reboot");
    assertThat(only(attached, false).fixed()).contains("it has volumes, which lie on its host");
    assertThat(only(attached, true).fixed()).isEmpty();
  }
}
