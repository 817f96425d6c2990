package io.troupe.actors.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.host.Claim;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceState.Phase;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.network.Port;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold in a {@link World}, at every moment and when it has come to rest. */
final class Promises {
  private final World world;

  Promises(World world) {
    this.world = world;
  }

  void always() {
    var newest = new HashMap<InstanceId, Long>();
    var holders = new HashMap<InstanceId, Integer>();
    for (SimHost host : world.hosts.values()) {
      var row = host.row();
      if (row.freeVcpus() < 0 || row.freeRamMib() < 0 || row.freeDiskGib() < 0) {
        throw new AssertionError("claimed over capacity: " + host);
      }
      if (world.apart().isPresent() && host.state().claims().size() > 1) {
        throw new AssertionError("the group is not apart: " + host);
      }
      host.hypervisor
          .guests()
          .forEach(
              (instance, guest) -> {
                if (host.state().claim(instance).isEmpty()) {
                  throw new AssertionError(instance + " has a guest without a claim: " + host);
                }
                var seen = newest.getOrDefault(instance, -1L);
                if (guest.generation() == seen) {
                  holders.merge(instance, 1, Integer::sum);
                } else if (guest.generation() > seen) {
                  newest.put(instance, guest.generation());
                  holders.put(instance, 1);
                }
              });
    }
    holders.forEach(
        (instance, count) -> {
          if (count > 1) {
            throw new AssertionError(
                instance + " has " + count + " guests of its newest generation: " + world.hosts);
          }
        });
  }

  void atRest() {
    var states =
        world.instances.values().stream()
            .map(SimInstance::state)
            .collect(Collectors.toMap(InstanceState::id, state -> state));
    states.values().forEach(Promises::ended);
    claims(states);
    guests(states);
    quota(states);
    ports(states);
  }

  /** All instances were deleted, or never came to be. */
  void nothingIsLeft() {
    world
        .instances
        .values()
        .forEach(
            one -> {
              var state = one.state();
              assertThat(state.visible() && !state.deleted()).as("%s is there", state).isFalse();
            });
    world
        .hosts
        .values()
        .forEach(
            host -> {
              assertThat(host.state().claims()).as("claims on %s", host).isEmpty();
              assertThat(host.hypervisor.guests()).as("guests on %s", host).isEmpty();
            });
    world.networks.forEach(network -> assertThat(network.ports()).isEmpty());
    assertThat(world.instances.keySet()).noneMatch(world.project::counts);
  }

  private static void ended(InstanceState state) {
    assertThat(state.operation()).isEmpty();
    assertThat(state.phase()).isNotEqualTo(Phase.ASKED);
    assertThat(state.trails())
        .as("trails of %s", state.id())
        .allMatch(trail -> trail.finishedAt().isPresent());
    if (state.visible()) {
      assertThat(state.vmState()).isNotEqualTo(VmState.BUILDING);
      assertThat(state.host().isPresent() || wasReset(state))
          .as("host of %s in %s", state.id(), state.vmState())
          .isEqualTo(
              state.vmState() != VmState.DELETED && state.vmState() != VmState.ERROR
                  || lostItsGuest(state)
                  || wasReset(state));
      assertThat(state.fault().isPresent() || state.vmState() != VmState.ERROR || wasReset(state))
          .as("an error has a fault")
          .isTrue();
      assertThat(state.softDeletedAt().isPresent())
          .as("%s knows since when it is soft-deleted", state.id())
          .isEqualTo(state.vmState() == VmState.SOFT_DELETED);
    }
  }

  private static boolean lostItsGuest(InstanceState state) {
    return state.vmState() == VmState.ERROR
        && state.fault().filter(fault -> fault.message().contains("no longer on")).isPresent();
  }

  /** Then an administrator's word stands, which need not be true. */
  private static boolean wasReset(InstanceState state) {
    return state.trails().stream().anyMatch(trail -> trail.action().equals("resetState"));
  }

  /** A guest is rescued when its instance says so; or an unrescue failed, as its trail says. */
  private static void rescued(InstanceState state, boolean guest) {
    if (wasReset(state)) {
      return;
    }
    var failed =
        state.trails().stream()
            .flatMap(trail -> trail.steps().stream())
            .anyMatch(step -> step.name().equals("unrescue") && !step.ok());
    if (guest || !failed) {
      assertThat(state.vmState() == VmState.RESCUED).as("%s is rescued", state).isEqualTo(guest);
    }
  }

  private static boolean followsItsGuest(InstanceState state) {
    return state.vmState() != VmState.SOFT_DELETED
        && state.vmState() != VmState.ERROR
        && state.vmState() != VmState.RESCUED;
  }

  private void claims(Map<InstanceId, InstanceState> states) {
    var claimed = new HashMap<InstanceId, HostId>();
    for (SimHost host : world.hosts.values()) {
      for (Claim claim : host.state().claims()) {
        assertThat(claim.condemned()).as("still condemned on %s", host).isFalse();
        assertThat(claimed.put(claim.instance(), host.id())).as("second claim").isNull();
      }
    }
    var hosts = new HashMap<InstanceId, HostId>();
    states.forEach((id, state) -> state.host().ifPresent(host -> hosts.put(id, host)));
    assertThat(claimed).as("claims are where the instances say they are").isEqualTo(hosts);
  }

  private void guests(Map<InstanceId, InstanceState> states) {
    for (SimHost host : world.hosts.values()) {
      Set<InstanceId> expected = new HashSet<>();
      states.values().stream()
          .filter(state -> state.host().filter(host.id()::equals).isPresent())
          .forEach(
              state -> {
                if (host.hypervisor.lost(state.id(), state.generation())) {
                  assertThat(followsItsGuest(state))
                      .as("%s is lost: %s", state.id(), state)
                      .isFalse();
                } else {
                  expected.add(state.id());
                }
              });
      assertThat(host.hypervisor.guests().keySet()).as("guests of %s", host).isEqualTo(expected);
      host.hypervisor
          .guests()
          .forEach(
              (id, guest) -> {
                var state = states.get(id);
                assertThat(guest.generation()).isEqualTo(state.generation());
                rescued(state, guest.rescued());
                assertThat(state.power()).as("power of %s", id).isEqualTo(guest.power());
                var wanted =
                    switch (guest.power()) {
                      case RUNNING -> VmState.ACTIVE;
                      case PAUSED -> VmState.PAUSED;
                      case SUSPENDED -> VmState.SUSPENDED;
                      default -> VmState.STOPPED;
                    };
                if (followsItsGuest(state)) {
                  assertThat(state.vmState()).as("vm state of %s", id).isEqualTo(wanted);
                }
              });
    }
  }

  private void quota(Map<InstanceId, InstanceState> states) {
    for (InstanceState state : states.values()) {
      var shouldCount =
          state.visible() && !state.deleted() && state.vmState() != VmState.SOFT_DELETED;
      assertThat(world.project.counts(state.id()))
          .as("quota counts %s, which is %s", state.id(), state.vmState())
          .isEqualTo(shouldCount);
    }
  }

  private void ports(Map<InstanceId, InstanceState> states) {
    var held = new HashSet<String>();
    states.values().forEach(state -> state.nics().stream().map(Nic::portId).forEach(held::add));
    var taken = new HashSet<String>();
    world.networks.forEach(network -> network.ports().stream().map(Port::id).forEach(taken::add));
    assertThat(taken).as("ports are the instances' nics").isEqualTo(held);
  }
}
