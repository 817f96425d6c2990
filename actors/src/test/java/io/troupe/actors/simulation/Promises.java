package io.troupe.actors.simulation;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.host.Claim;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceState.Phase;
import io.troupe.actors.instance.Move;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.Shelf;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.network.Port;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeSnapshot;
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
import java.util.stream.Stream;

/** What must hold in a {@link World}, at every moment and when it has come to rest. */
final class Promises {
  private static final Set<String> DEVICES =
      Set.of(
          "attach_volume", "detach_volume", "swap_volume", "attach_interface", "detach_interface");

  private final World world;

  Promises(World world) {
    this.world = world;
  }

  void always() {
    world.instances.values().forEach(one -> lastCopy(one.state()));
    world.instances.values().forEach(one -> leavesOnlyIfItMay(one.state()));
    world.instances.values().forEach(one -> isGoneWhenItSaysSo(one.state()));
    var newest = new HashMap<InstanceId, Long>();
    var holders = new HashMap<InstanceId, Integer>();
    var running = new HashMap<InstanceId, Set<HostId>>();
    var volumes = new HashMap<String, InstanceId>();
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
                var claim = host.state().claim(instance);
                if (claim.isEmpty()) {
                  throw new AssertionError(instance + " has a guest without a claim: " + host);
                }
                var itsOwnDisk = !world.wasAdopted(instance) && guest.root().isEmpty();
                if (itsOwnDisk
                    && !claim.get().condemned()
                    && !world.disks.has(instance, guest.generation())) {
                  throw new AssertionError("the disk of " + instance + " is gone: " + host);
                }
                for (String volume : guest.volumes()) {
                  var before = volumes.put(volume, instance);
                  if (before != null && !before.equals(instance)) {
                    throw new AssertionError(volume + " is on " + before + " and " + instance);
                  }
                }
                if (guest.power() == PowerState.RUNNING && !claim.get().condemned()) {
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

  private static void leavesOnlyIfItMay(InstanceState state) {
    var left =
        state.trails().stream().anyMatch(one -> one.action().equals(OperationTrail.PREEMPTED));
    if (left && !Importance.of(state.request().orElseThrow().flavor().extraSpecs()).preemptible()) {
      throw new AssertionError("was made to leave and is not preemptible: " + state);
    }
  }

  /**
   * What somebody took away by hand may be there again before its host has looked; and a rebuild
   * makes another guest.
   */
  private void isGoneWhenItSaysSo(InstanceState state) {
    var isBeingMade =
        state.operation().filter(one -> one.kind() == OperationKind.REBUILD).isPresent();
    if (state.host().isEmpty() || isBeingMade || !saysThatItsGuestIsGone(state)) {
      return;
    }
    var wasLost =
        world.hosts.values().stream().anyMatch(host -> host.hypervisor.wasEverLost(state.id()));
    if (!wasLost && world.hosts.get(state.host().get()).hypervisor.has(state.id())) {
      throw new AssertionError("is there, and was said to be gone: " + state);
    }
  }

  /** Of what moves from host to host, or waits there to be confirmed, there is always a guest. */
  private void lastCopy(InstanceState state) {
    var moves =
        state.moves().open().isPresent()
            && state
                .operation()
                .filter(
                    one ->
                        one.kind() == OperationKind.EVACUATE || one.kind() == OperationKind.DELETE)
                .isEmpty()
            && state.trails().stream().noneMatch(Promises::takesGuestAway);
    if (moves
        && world.hosts.values().stream()
            .map(host -> host.hypervisor)
            .noneMatch(one -> one.has(state.id()) || one.lostLately(state.id()))) {
      throw new AssertionError("no guest is left of " + state);
    }
  }

  /** Of an instance that was evacuated there may be none, whatever is done to it since. */
  private static boolean takesGuestAway(OperationTrail trail) {
    return trail.action().equals("evacuate");
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
    attachments(states);
    images(states);
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
    assertThat(world.disks.owners())
        .as("root disks; of one that is deleted after a failed evacuation it stays")
        .allMatch(id -> wasTried(world.instances.get(id).state(), "evacuate"));
    world.networks.forEach(network -> assertThat(network.ports()).isEmpty());
    assertThat(world.volumes.volumes())
        .allMatch(volume -> volume.status() == Volume.Status.AVAILABLE && volume.use().isEmpty())
        .allMatch(volume -> volume.files().before().isEmpty() && volume.files().old().isEmpty());
    assertThat(world.images.all())
        .as("what was for them alone")
        .noneMatch(image -> image.purpose().equals(ImageDesk.SHELF));
    assertThat(world.instances.keySet()).noneMatch(world.project::counts);
  }

  private static void ended(InstanceState state) {
    assertThat(state.operation()).isEmpty();
    assertThat(state.phase()).isNotEqualTo(Phase.ASKED);
    assertThat(state.trails())
        .as("trails of %s", state.id())
        .allMatch(trail -> trail.finishedAt().isPresent());
    assertThat(state.moves().open().filter(Move::doubted))
        .as("nobody has asked again about the revert of %s", state)
        .isEmpty();
    if (state.visible()) {
      assertThat(state.vmState()).isNotEqualTo(VmState.BUILDING);
      switch (state.vmState()) {
        case DELETED, SHELVED_OFFLOADED ->
            assertThat(state.host()).as("host of %s", state).isEmpty();
        case ERROR ->
            assertThat(state.host().isEmpty() || mayBeInErrorOnAHost(state))
                .as("host of %s in error", state)
                .isTrue();
        default -> assertThat(state.host()).as("host of %s", state).isPresent();
      }
      assertThat(state.fault().isPresent() || state.vmState() != VmState.ERROR || wasReset(state))
          .as("an error has a fault")
          .isTrue();
      assertThat(state.softDeletedAt().isPresent())
          .as("%s knows since when it is soft-deleted", state.id())
          .isEqualTo(state.vmState() == VmState.SOFT_DELETED);
      assertThat(state.moves().open().isPresent())
          .as("a move that is not settled: %s", state)
          .isEqualTo(state.vmState() == VmState.RESIZED || state.other().isPresent());
    }
  }

  private static boolean mayBeInErrorOnAHost(InstanceState state) {
    return lostItsGuest(state)
        || wasReset(state)
        || state.other().isPresent() // a move that is in doubt
        || wasTried(state, "rebuild")
        || wasTried(state, "evacuate"); // and was refused, or undone
  }

  private static boolean wasTried(InstanceState state, String action) {
    return state.trails().stream().anyMatch(trail -> trail.action().equals(action));
  }

  private static boolean saysThatItsGuestIsGone(InstanceState state) {
    return state.vmState() == VmState.ERROR
        && state.fault().filter(fault -> fault.message().contains("no longer on")).isPresent();
  }

  /** One that was in error by an administrator's word keeps that and shows that nothing runs. */
  private static boolean lostItsGuest(InstanceState state) {
    return saysThatItsGuestIsGone(state)
        || state.vmState() == VmState.ERROR
            && wasReset(state)
            && state.power() == PowerState.NOSTATE;
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
        && state.vmState() != VmState.RESCUED
        && state.vmState() != VmState.SHELVED;
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
        var isOther = state.other().filter(host.id()::equals).isPresent();
        if (state.other().isPresent() && (isHere || isOther)
            || isHere && mayBeRemovedByRebuild(state)) {
          possible.add(id);
        } else if (isHere && lostItsGuest(state)) {
          assertThat(host.hypervisor.has(id)).as("guest of %s", state).isFalse();
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

  /** So that the root volume can be what it was. */
  private static boolean mayBeRemovedByRebuild(InstanceState state) {
    return removalsByRebuild(state).findAny().isPresent();
  }

  /** The guest could not be removed, and neither could it be asked what it has. */
  private static boolean staysInDoubt(InstanceState state) {
    return removalsByRebuild(state).anyMatch(step -> !step.ok());
  }

  /** By the rebuild, or by what broke it off. */
  private static Stream<OperationTrail.Step> removalsByRebuild(InstanceState state) {
    return state.trails().stream()
        .filter(trail -> trail.action().equals("rebuild") || isSoftDeleteThatStays(trail))
        .flatMap(trail -> trail.steps().stream())
        .filter(step -> step.name().equals("destroy"));
  }

  private static boolean isSoftDeleteThatStays(OperationTrail trail) {
    return trail.action().equals(OperationKind.SOFT_DELETE.action())
        && trail.steps().stream()
            .noneMatch(
                step -> step.name().equals("release_claim") || step.name().equals("condemn"));
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

  /** Instance, volume service and guest say the same of what the instance has. */
  private void attachments(Map<InstanceId, InstanceState> states) {
    var inUse = new HashMap<InstanceId, Set<String>>();
    for (Volume volume : world.volumes.volumes()) {
      assertThat(volume.status())
          .as("%s", volume)
          .isIn(Volume.Status.AVAILABLE, Volume.Status.IN_USE, Volume.Status.RESERVED);
      volume
          .use()
          .ifPresent(
              use -> inUse.computeIfAbsent(use.instance(), _ -> new HashSet<>()).add(volume.id()));
    }
    states.values().forEach(this::rootVolume);
    states.forEach(
        (id, state) -> {
          var volumes = state.volumes().stream().map(AttachedVolume::id).collect(toSet());
          var macs = state.nics().stream().map(Nic::mac).collect(toSet());
          assertThat(inUse.getOrDefault(id, Set.of()))
              .as("volumes of %s", state)
              .isEqualTo(volumes);
          for (SimHost host : world.hosts.values()) {
            var guest = host.hypervisor.guests().get(id);
            if (guest != null
                && guest.marked()
                && state.host().filter(host.id()::equals).isPresent()) {
              assertThat(volumes)
                  .as("volumes of the guest of %s", state)
                  .containsAll(guest.volumes());
              assertThat(macs).as("cards of the guest of %s", state).containsAll(guest.macs());
              if (!failedAtDevices(state)) {
                assertThat(guest.volumes())
                    .as("volumes of the guest of %s", state)
                    .isEqualTo(volumes);
                assertThat(guest.macs()).as("cards of the guest of %s", state).isEqualTo(macs);
              }
            }
          }
        });
  }

  /** It is the file that the instance says it is, and its guest boots from it. */
  private void rootVolume(InstanceState state) {
    var root = state.volumes().stream().filter(AttachedVolume::root).findFirst();
    if (root.isEmpty()) {
      return;
    }
    var volume =
        world.volumes.volumes().stream()
            .filter(one -> one.id().equals(root.get().id()))
            .findFirst()
            .orElseThrow();
    assertThat(volume.ref()).as("root volume of %s", state).isEqualTo(root.get().ref());
    if (state.vmState() == VmState.ERROR || wasReset(state) || staysInDoubt(state)) {
      return; // which of two files the guest has may be in doubt
    }
    for (SimHost host : world.hosts.values()) {
      var guest = host.hypervisor.guests().get(state.id());
      if (guest != null && state.host().filter(host.id()::equals).isPresent()) {
        assertThat(guest.root())
            .as("root of the guest of %s", state)
            .isEqualTo(volume.ref().name());
      }
    }
  }

  /** What could not even be undone stays on both sides as if it had been done. */
  private static boolean failedAtDevices(InstanceState state) {
    return state.trails().stream()
        .filter(trail -> DEVICES.contains(trail.action()))
        .anyMatch(trail -> trail.error().isPresent());
  }

  /** None waits for bytes for ever, and what is shelved lives on in its own. */
  private void images(Map<InstanceId, InstanceState> states) {
    var shelves = new HashSet<String>();
    for (InstanceState state : states.values()) {
      if (state.visible() && !state.deleted()) {
        state.shelf().map(Shelf::imageId).ifPresent(shelves::add);
      }
      var isShelved =
          state.vmState() == VmState.SHELVED || state.vmState() == VmState.SHELVED_OFFLOADED;
      if (isShelved && !state.request().orElseThrow().bootsFromVolume()) {
        assertThat(state.shelf().filter(shelf -> world.images.has(shelf.imageId())))
            .as("image of %s", state)
            .isPresent();
      }
    }
    for (VolumeSnapshot snapshot : world.volumes.snapshots()) {
      assertThat(world.images.has(snapshot.name()))
          .as("the image that names %s is there", snapshot)
          .isTrue();
      assertThat(snapshot.status()).isEqualTo(VolumeSnapshot.Status.AVAILABLE);
    }
    for (ImageDesk.Kept image : world.images.all()) {
      assertThat(image.whole()).as("%s", image).isTrue();
      assertThat(image.purpose().equals(ImageDesk.SHELF) && !shelves.contains(image.id()))
          .as("%s is nobody's, of %s", image, states.get(image.instance()))
          .isFalse();
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
