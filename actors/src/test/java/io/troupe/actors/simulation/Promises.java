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
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
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
    var running = new HashMap<InstanceId, Set<HostId>>();
    for (SimHost host : world.hosts.values()) {
      var row = host.row();
      if (row.freeVcpus() < 0 || row.freeRamMib() < 0 || row.freeDiskGib() < 0) {
        throw new AssertionError("claimed over capacity: " + host);
      }
      if (host.state().claims().stream().filter(claim -> claim.group().isPresent()).count() > 1) {
        throw new AssertionError("the group is not apart: " + host);
      }
      host.hypervisor
          .guests()
          .forEach(
              (instance, guest) -> {
                if (guest.foreign() && !world.wasAdopted(instance)) {
                  return; // it may bear the mark of an adoption that was given up
                }
                if (host.state().claim(instance).isEmpty()) {
                  throw new AssertionError(instance + " has a guest without a claim: " + host);
                }
                if (guest.power() == PowerState.RUNNING
                    && !host.state().claim(instance).get().condemned()) {
                  running.computeIfAbsent(instance, _ -> new HashSet<>()).add(host.id());
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
    running.forEach(
        (instance, hosts) -> {
          if (hosts.size() > 1) {
            throw new AssertionError(instance + " runs on " + hosts + ": " + world.hosts);
          }
        });
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
              var guests = host.hypervisor.guests();
              guests
                  .entrySet()
                  .removeIf(one -> one.getValue().foreign() && !world.wasAdopted(one.getKey()));
              assertThat(guests).as("guests on %s", host).isEmpty();
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
    if (state.visible() && !(state.vmState() == VmState.ERROR && hasMoved(state))) {
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

  /** Or tried to. */
  private static boolean hasMoved(InstanceState state) {
    return state.trails().stream()
        .anyMatch(
            trail ->
                Set.of("resize", "migrate", "live-migration", "evacuate", "confirmResize")
                    .contains(trail.action()));
  }

  /** A move that failed in a way that nobody can tell where the guest is, or a word that stands. */
  private static boolean isInDoubt(InstanceState state) {
    return hasMoved(state) && (state.vmState() == VmState.ERROR || wasReset(state));
  }

  /** It waits to be reverted again; whether its guest is gone already nobody could say. */
  private static boolean isHalfReverted(InstanceState state) {
    return state.vmState() == VmState.RESIZED
        && state.trails().stream()
            .filter(trail -> trail.action().equals("revertResize"))
            .anyMatch(trail -> trail.error().isPresent());
  }

  /** Then an administrator's word stands, which need not be true. */
  private static boolean wasReset(InstanceState state) {
    return state.trails().stream().anyMatch(trail -> trail.action().equals("resetState"));
  }

  /**
   * A guest is rescued when its instance says so; or an unrescue failed, as its trail says, or an
   * evacuation broke off a rescue and nobody knows how far that had come.
   */
  private static void rescued(InstanceState state, boolean guest) {
    if (wasReset(state)) {
      return;
    }
    var failed =
        state.trails().stream()
            .flatMap(trail -> trail.steps().stream())
            .anyMatch(step -> step.name().equals("unrescue") && !step.ok());
    failed |=
        state.trails().stream()
            .filter(trail -> trail.action().equals("rescue"))
            .anyMatch(trail -> trail.error().equals(Optional.of("Broken off by evacuate")));
    if (guest || !failed) {
      assertThat(state.vmState() == VmState.RESCUED).as("%s is rescued", state).isEqualTo(guest);
    }
  }

  private static boolean followsItsGuest(InstanceState state) {
    return state.vmState() != VmState.SOFT_DELETED
        && state.vmState() != VmState.ERROR
        && state.vmState() != VmState.RESIZED
        && state.vmState() != VmState.RESCUED;
  }

  private void claims(Map<InstanceId, InstanceState> states) {
    var claimed = new HashMap<InstanceId, Set<HostId>>();
    for (SimHost host : world.hosts.values()) {
      for (Claim claim : host.state().claims()) {
        assertThat(claim.condemned()).as("still condemned on %s", host).isFalse();
        claimed.computeIfAbsent(claim.instance(), _ -> new HashSet<>()).add(host.id());
      }
    }
    states.forEach(
        (id, state) -> {
          Set<HostId> hosts = new HashSet<>();
          state.host().ifPresent(hosts::add);
          state.other().ifPresent(hosts::add);
          assertThat(claimed.getOrDefault(id, Set.of()))
              .as("claims are where the instance says they are: %s", state)
              .isEqualTo(hosts);
        });
  }

  private void guests(Map<InstanceId, InstanceState> states) {
    for (SimHost host : world.hosts.values()) {
      Set<InstanceId> expected = new HashSet<>();
      Set<InstanceId> possible = new HashSet<>();
      for (InstanceState state : states.values()) {
        var id = state.id();
        var isHere = state.host().filter(host.id()::equals).isPresent();
        if (isInDoubt(state)
            || isHalfReverted(state)
            || state.other().filter(host.id()::equals).isPresent()) {
          possible.add(id);
        } else if (isHere && host.hypervisor.lostLately(id)) {
          assertThat(followsItsGuest(state)).as("%s is lost: %s", id, state).isFalse();
        } else if (isHere) {
          expected.add(id);
        }
      }
      var guests = host.hypervisor.guests();
      guests
          .entrySet()
          .removeIf(one -> one.getValue().foreign() && states.get(one.getKey()).host().isEmpty());
      guests.keySet().removeAll(possible);
      assertThat(guests.keySet()).as("guests of %s", host).isEqualTo(expected);
      guests.forEach((id, guest) -> agrees(states.get(id), guest));
    }
  }

  private static void agrees(InstanceState state, SimHypervisor.Guest guest) {
    assertThat(guest.generation())
        .as("generation of the guest of %s", state)
        .isBetween(state.guestGeneration(), state.generation());
    rescued(state, guest.rescued());
    assertThat(state.power()).as("power of %s", state).isEqualTo(guest.power());
    var wanted =
        switch (guest.power()) {
          case RUNNING -> VmState.ACTIVE;
          case PAUSED -> VmState.PAUSED;
          case SUSPENDED -> VmState.SUSPENDED;
          default -> VmState.STOPPED;
        };
    if (followsItsGuest(state)) {
      assertThat(state.vmState()).as("vm state of %s", state).isEqualTo(wanted);
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
    var sum =
        states.values().stream()
            .filter(state -> world.project.counts(state.id()))
            .map(Promises::amount)
            .reduce(Resources.NONE, Resources::plus);
    assertThat(world.project.sum()).as("quota counts what they are: %s", states).isEqualTo(sum);
  }

  /** The larger of both flavors while a resize waits to be confirmed or reverted. */
  private static Resources amount(InstanceState state) {
    var now = state.request().orElseThrow().flavor();
    return state
        .moves()
        .open()
        .filter(_ -> state.vmState() == VmState.RESIZED)
        .map(move -> move.from().larger(move.to()))
        .orElseGet(now::resources);
  }

  private void ports(Map<InstanceId, InstanceState> states) {
    var held = new HashSet<String>();
    states.values().forEach(state -> state.nics().stream().map(Nic::portId).forEach(held::add));
    var taken = new HashSet<String>();
    world.networks.forEach(network -> network.ports().stream().map(Port::id).forEach(taken::add));
    assertThat(taken).as("ports are the instances' nics").isEqualTo(held);
  }
}
