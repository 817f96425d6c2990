package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.VolumeRef;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every driver promises about the life of a guest beyond on and off, for those commands that
 * it offers.
 */
public abstract class LifeConformance extends DriverConformance {

  // -- adopted

  /** A fresh target of the instance that this foreign guest would be. */
  private GuestTarget targetOf(GuestReport foreign) {
    var some = target();
    return new GuestTarget(
        foreign.foreign().orElseThrow().id(),
        some.host(),
        some.generation(),
        some.epoch(),
        some.operation(),
        some.deadline());
  }

  @Test
  protected void adoptedGuestIsOursAndElseAsItWas() throws Exception {
    needs("Adopt");
    var name = makeForeignGuest();
    assumeTrue(name.isPresent(), "no foreign guest can be made here");
    var before = foreign(name.get());
    var target = targetOf(before);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Adopt(target, name.get())).power())
          .isEqualTo(before.power());
    }

    var after = reportOf(target).orElseThrow();
    assertThat(after.generation()).isEqualTo(target.generation());
    assertThat(after.power()).isEqualTo(before.power());
    assertThat(after.foreign()).isEmpty();
    assertThat(guest(new DriverCommand.Stop(target, 0)).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(reportOf(target)).as("also when it is off").isPresent();
    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
    assertThat(reportOf(target)).isEmpty();
  }

  @Test
  protected void adoptionIsFencedByGeneration() throws Exception {
    needs("Adopt");
    var target = target();
    spawn(target);
    var name = reportOf(target).orElseThrow().name();
    var older =
        new GuestTarget(
            target.instance(),
            target.host(),
            target.generation() - 1,
            target.epoch(),
            target.operation(),
            target.deadline());

    assertThat(failureOf(() -> run(new DriverCommand.Adopt(older, name))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(reportOf(target).orElseThrow().generation()).isEqualTo(target.generation());
  }

  @Test
  protected void guestThatIsNotThereOrHasAnotherNameIsNotAdopted() throws Exception {
    needs("Adopt");

    assertThat(failureOf(() -> run(new DriverCommand.Adopt(target(), "nobody"))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    var name = makeForeignGuest();
    if (name.isPresent()) {
      var target = targetOf(foreign(name.get()));
      assertThat(failureOf(() -> run(new DriverCommand.Adopt(target, "another-" + name.get()))))
          .isEqualTo(Kind.INSTANCE_FAULT);
      assertThat(foreign(name.get()).instance()).isEmpty();
    }
  }

  // -- paused and suspended

  @Test
  protected void pausedGuestIsInMemoryUntilItIsUnpausedEachTwice() throws Exception {
    needs("Pause", "Unpause");
    var target = target();
    spawn(target);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Pause(target)).power()).isEqualTo(PowerState.PAUSED);
      assertEverybodySays(target, PowerState.PAUSED);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Unpause(target)).power()).isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }
  }

  @Test
  protected void suspendedGuestGoesOnWhereItWasEachTwice() throws Exception {
    needs("Suspend", "Resume");
    var target = target();
    spawn(target);
    var booted = awaitBoots(target, 1);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Suspend(target)).power()).isEqualTo(PowerState.SUSPENDED);
      assertEverybodySays(target, PowerState.SUSPENDED);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Resume(target)).power()).isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }

    if (booted) {
      var marker = bootMarker(hostname(target.instance())).orElseThrow();
      assertThat(occurrences(console(target, 1 << 20), marker)).as("boots").isEqualTo(1);
    }
  }

  @Test
  protected void pausedAndSuspendedGuestsGoOnWhenStarted() throws Exception {
    needs("Pause", "Suspend", "Start");
    var target = target();
    spawn(target);

    run(new DriverCommand.Pause(target));
    assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Pause(target));
    assertThat(guest(new DriverCommand.Suspend(target)).power()).isEqualTo(PowerState.SUSPENDED);
  }

  @Test
  protected void suspendedGuestCanBeStoppedRebootedAndDestroyed() throws Exception {
    needs("Suspend", "Stop", "Reboot", "Resume");
    var target = target();
    spawn(target);

    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Stop(target, 0)).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(failureOf(() -> run(new DriverCommand.Resume(target))))
        .as("what was saved is gone")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Start(target));
    run(new DriverCommand.Suspend(target));
    assertThat(guest(new DriverCommand.Reboot(target, false, 0)).power())
        .isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Suspend(target));

    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
    assertThat(reportOf(target)).isEmpty();
  }

  @Test
  protected void guestThatIsOffCannotBePausedSuspendedOrInterrupted() throws Exception {
    needs("Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    for (var command :
        new DriverCommand[] {
          new DriverCommand.Pause(target),
          new DriverCommand.Unpause(target),
          new DriverCommand.Suspend(target),
          new DriverCommand.Resume(target),
          new DriverCommand.TriggerCrashDump(target)
        }) {
      if (can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command))).as(command.name()).isEqualTo(Kind.INSTANCE_FAULT);
        assertEverybodySays(target, PowerState.SHUTDOWN);
      }
    }
  }

  // -- crash dump

  /** A text that a guest writes to its console when it gets an NMI; empty if none. */
  protected Optional<String> interruptMarker() {
    return Optional.empty();
  }

  @Test
  protected void interruptedGuestHasGotIt() throws Exception {
    needs("TriggerCrashDump");
    var target = target();
    spawn(target);
    var booted = awaitBoots(target, 1);

    assertThat(guest(new DriverCommand.TriggerCrashDump(target)).present()).isTrue();

    assumeTrue(booted && interruptMarker().isPresent(), "guests do not say so");
    awaitConsole(target, interruptMarker().orElseThrow());
  }

  /** Waits until the guest has written this to its console. */
  protected final void awaitConsole(GuestTarget target, String text) throws Exception {
    var until = System.nanoTime() + bootTimeout().toNanos();
    for (var log = console(target, 1 << 20); !log.contains(text); log = console(target, 1 << 20)) {
      assertThat(System.nanoTime() - until).as("'%s' in time, log: %s", text, log).isNegative();
      Thread.sleep(lookInterval());
    }
  }

  // -- the guest's agent

  @Test
  protected void passwordIsNeverInWhatACommandSaysOfItself() {
    assertThat(new DriverCommand.SetPassword(target(), "root", "secret").toString())
        .contains("root")
        .doesNotContain("secret");
  }

  @Test
  protected void passwordOfAGuestThatIsOffIsTheInstancesFault() throws Exception {
    needs("SetPassword", "Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    assertThat(failureOf(() -> run(new DriverCommand.SetPassword(target, "root", "secret"))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  // -- snapshots

  @Test
  protected void snapshotOfAGuestThatRunsAndOfOneThatIsOffIsAWholeDisk() throws Exception {
    needs("Snapshot", "Stop");
    var target = target();
    spawn(target);

    var live = (DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "live"));
    assertThat(inspect(target).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Stop(target, 0));
    var off = (DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "off"));
    run(new DriverCommand.Snapshot(target, "off"));

    assertThat(inspect(target).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(off.quiesced()).isTrue();
    assertThat(snapshots).containsOnlyKeys("live", "off");
    assertIsWhole(live, snapshots.get("live"));
    assertIsWhole(off, snapshots.get("off"));
  }

  /** Format: QEMU's docs/interop/qcow2.txt. */
  private void assertIsWhole(DriverResult.SnapshotTaken taken, byte[] image) {
    var header = ByteBuffer.wrap(image);
    assertThat(taken.diskFormat()).isEqualTo("qcow2");
    assertThat(taken.sizeBytes()).isEqualTo(image.length);
    assertThat(header.getInt(0)).as("magic").isEqualTo(0x514649fb);
    assertThat(header.getLong(8)).as("backing file").isZero();
    assertThat(header.getLong(24)).as("virtual size").isEqualTo(taken.virtualSizeBytes());
    assertThat(taken.virtualSizeBytes()).isEqualTo(size().diskGib() << 30);
  }

  /** Whether its agent answers, and already, is the guest's affair; what is said of it holds. */
  @Test
  protected void snapshotThatMustBeQuiescedIsThatOrNone() throws Exception {
    needs("Snapshot", "Stop");
    var target = target();
    spawn(target);

    try {
      var live = (DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "live", true));
      assertThat(live.quiesced()).isTrue();
      assertIsWhole(live, snapshots.get("live"));
    } catch (DriverException e) {
      assertThat(e.failure().kind()).isEqualTo(Kind.INSTANCE_FAULT);
      assertThat(e).hasMessageContaining("os_require_quiesce");
      assertThat(snapshots).isEmpty();
    }
    assertThat(inspect(target).power()).isEqualTo(PowerState.RUNNING);
    run(new DriverCommand.Stop(target, 0));

    var off = (DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "off", true));

    assertThat(off.quiesced()).isTrue();
    assertIsWhole(off, snapshots.get("off"));
  }

  @Test
  protected void snapshotToAnImageThatIsGoneIsTheInstancesFault() throws Exception {
    needs("Snapshot", "Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    assertThat(failureOf(() -> run(new DriverCommand.Snapshot(target, "gone"))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(inspect(target).power()).isEqualTo(PowerState.SHUTDOWN);
  }

  // -- rescue

  @Test
  protected void rescuedGuestRunsUntilItIsUnrescuedEachTwice() throws Exception {
    needs("Rescue", "Unrescue", "Stop");
    var target = target();
    spawn(target);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Rescue(target, image())).power())
          .isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Unrescue(target)).power()).isEqualTo(PowerState.RUNNING);
      assertEverybodySays(target, PowerState.RUNNING);
    }
    run(new DriverCommand.Stop(target, 0));
    assertThat(guest(new DriverCommand.Rescue(target, image())).power())
        .isEqualTo(PowerState.RUNNING);

    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
    assertThat(reportOf(target)).isEmpty();
  }

  @Test
  protected void rescueWithoutItsImageIsTheInstancesFaultAndChangesNothing() throws Exception {
    needs("Rescue");
    var target = target();
    spawn(target);
    var missing = new GuestSpec.ImageRef("no-such-image", "0".repeat(128), "qcow2", 4, 4);

    assertThat(failureOf(() -> run(new DriverCommand.Rescue(target, missing))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertEverybodySays(target, PowerState.RUNNING);
  }

  // -- resize

  @Test
  protected void resizedGuestHasItsNewSizeWhenItRunsAgainEachTwice() throws Exception {
    needs("Resize", "Stop", "Start", "Diagnostics");
    var target = target();
    var larger = new Resources(2, size().ramMib() * 2, size().diskGib() + 1);
    spawn(target);

    assertThat(failureOf(() -> run(new DriverCommand.Resize(target, larger))))
        .as("while it runs")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Stop(target, 0));
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Resize(target, larger)).power())
          .isEqualTo(PowerState.SHUTDOWN);
    }
    run(new DriverCommand.Start(target));

    var diagnostics = (DriverResult.Diagnostics) run(new DriverCommand.Diagnostics(target));
    assertThat(diagnostics.cpus()).hasSize(2);
    assertThat(diagnostics.memory().maximumMib()).isEqualTo(larger.ramMib());
    if (can("Snapshot")) {
      run(new DriverCommand.Stop(target, 0));
      var taken = (DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "larger"));
      assertThat(taken.virtualSizeBytes()).isEqualTo(larger.diskGib() << 30);
      assertThat(failureOf(() -> run(new DriverCommand.Resize(target, size()))))
          .as("a disk does not shrink")
          .isEqualTo(Kind.INSTANCE_FAULT);
    }
  }

  private long diskBytes(GuestTarget target) throws Exception {
    return ((DriverResult.SnapshotTaken) run(new DriverCommand.Snapshot(target, "sized")))
        .virtualSizeBytes();
  }

  /** A guest whose disk has grown by a GiB, for the target's operation. */
  private GuestTarget grown() throws Exception {
    needs("Resize", "Stop", "Snapshot");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));
    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.Resize(target, size().plus(new Resources(0, 0, 1))));
    }
    assertThat(diskBytes(target)).isEqualTo((size().diskGib() + 1) << 30);
    return target;
  }

  private Resources sizeWithoutDisk() {
    return new Resources(size().vcpus(), size().ramMib(), 0);
  }

  @Test
  protected void resizeThatIsTakenBackGivesTheRootDiskOfBefore() throws Exception {
    var target = grown();

    for (var i = 0; i < 2; i++) {
      var back = DriverCommand.Resize.back(target, sizeWithoutDisk(), target.operation());
      assertThat(guest(back).power()).isEqualTo(PowerState.SHUTDOWN);
      assertThat(diskBytes(target)).isEqualTo(size().diskGib() << 30);
    }

    assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void onlyTheResizeThatIsMeantIsTakenBack() throws Exception {
    var target = grown();
    var another = OperationId.fresh();

    run(DriverCommand.Resize.back(target, sizeWithoutDisk(), another));

    assertThat(diskBytes(target)).isEqualTo((size().diskGib() + 1) << 30);
  }

  @Test
  protected void resizeThatIsSettledIsNotTakenBack() throws Exception {
    needs("TakeOver");
    var target = grown();
    var settled = next(target);

    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.TakeOver(settled, true));
    }
    run(DriverCommand.Resize.back(settled, sizeWithoutDisk(), target.operation()));

    assertThat(diskBytes(settled)).isEqualTo((size().diskGib() + 1) << 30);
  }

  // -- devices

  /**
   * Makes a volume on the host, which {@link #dropVolume} deletes; empty if that cannot be done.
   */
  protected Optional<VolumeRef> makeVolume() throws Exception {
    return can("CreateVolume") ? Optional.of(madeVolume(Optional.empty())) : Optional.empty();
  }

  /** Deletes the volume; fails when it is not there, if that can be seen. */
  protected void dropVolume(VolumeRef volume) throws Exception {
    run(new DriverCommand.DeleteVolume(ofVolume(volume), volume));
  }

  private VolumeRef madeVolume(Optional<GuestSpec.ImageRef> image) throws Exception {
    var id = UUID.randomUUID().toString();
    var volume = new VolumeRef(id, "troupe-volume-" + id + ".qcow2", "qcow2");
    run(new DriverCommand.CreateVolume(ofVolume(volume), volume, 1, image));
    return volume;
  }

  private GuestTarget ofVolume(VolumeRef volume) {
    var some = target();
    var target = GuestTarget.ofVolume(volume.id(), some.host(), some.operation(), some.deadline());
    return withEpoch(target, some.epoch());
  }

  @Test
  protected void nicComesAndGoesWhileTheGuestRunsEachTwice() throws Exception {
    needs("AttachNic", "DetachNic", "Diagnostics", "Stop", "Start");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    var before = macs(target);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.AttachNic(target, nic())).present()).isTrue();
      assertThat(macs(target)).hasSize(before.size() + 1).contains(nic().mac());
    }
    run(new DriverCommand.Stop(target, 0));
    run(new DriverCommand.Start(target));
    assertThat(macs(target)).as("after a start").contains(nic().mac());
    awaitBoots(target, 2);
    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.DetachNic(target, nic().mac()));
      assertThat(macs(target)).isEqualTo(before);
    }
  }

  @Test
  protected void nicComesAndGoesWhileTheGuestIsOff() throws Exception {
    needs("AttachNic", "DetachNic", "Diagnostics", "Stop", "Start");
    var target = target();
    spawn(target);
    var before = macs(target);

    run(new DriverCommand.Stop(target, 0));
    run(new DriverCommand.AttachNic(target, nic()));
    run(new DriverCommand.Start(target));
    assertThat(macs(target)).contains(nic().mac());
    run(new DriverCommand.Stop(target, 0));
    run(new DriverCommand.DetachNic(target, nic().mac()));
    run(new DriverCommand.Start(target));

    assertThat(macs(target)).isEqualTo(before);
  }

  @Test
  protected void volumeComesAndGoesAndOutlivesTheGuest() throws Exception {
    needs("AttachVolume", "DetachVolume", "Diagnostics");
    var volume = makeVolume();
    assumeTrue(volume.isPresent(), "no volume can be made");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    var before = diagnose(target).disks().size();

    for (var i = 0; i < 2; i++) {
      assertThat(run(new DriverCommand.AttachVolume(target, volume.get())))
          .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
      assertThat(diagnose(target).disks()).hasSize(before + 1);
    }
    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.DetachVolume(target, volume.get().id()));
      assertThat(diagnose(target).disks()).hasSize(before);
    }
    run(new DriverCommand.AttachVolume(target, volume.get()));
    run(new DriverCommand.Destroy(target));

    dropVolume(volume.get());
  }

  @Test
  protected void guestThatIsMadeAnewHasItsVolumesAndCards() throws Exception {
    needs("CreateVolume", "AttachVolume", "AttachNic", "Diagnostics");
    var first = madeVolume(Optional.empty());
    var second = madeVolume(Optional.empty());
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    var plain = diagnose(target);
    run(new DriverCommand.AttachVolume(target, first));
    run(new DriverCommand.AttachVolume(target, second));
    run(new DriverCommand.DetachVolume(target, first.id()));
    run(new DriverCommand.AttachNic(target, nic()));

    var anew = next(target);
    var spec = spec(anew.instance(), image());
    var nics = new java.util.ArrayList<>(spec.nics());
    nics.add(nic());
    var equipped =
        new GuestSpec(
            spec.name(),
            spec.hostname(),
            spec.projectId(),
            spec.userId(),
            spec.size(),
            spec.image(),
            nics,
            spec.configDrive(),
            spec.extraSpecs(),
            Optional.empty(),
            List.of(second),
            List.of("vdc"));
    run(new DriverCommand.Spawn(anew, equipped));

    awaitBoots(anew, 1);
    assertThat(diagnose(anew).disks()).hasSize(plain.disks().size() + 1);
    assertThat(macs(anew)).contains(nic().mac()).hasSize(plain.nics().size() + 1);
    assertThat(run(new DriverCommand.AttachVolume(anew, second)))
        .as("it is the device that it was")
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdc"));
    assertThat(run(new DriverCommand.AttachVolume(anew, first)))
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    run(new DriverCommand.Destroy(anew));
    dropVolume(first);
    dropVolume(second);
  }

  @Test
  protected void volumeIsSwappedForAnotherWhileTheGuestRunsEachTwice() throws Exception {
    needs("SwapVolume", "CreateVolume", "AttachVolume", "Stop", "Start");
    var former = madeVolume(Optional.empty());
    var latter = madeVolume(Optional.empty());
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    run(new DriverCommand.AttachVolume(target, former));
    var large = madeVolume(Optional.empty());
    run(new DriverCommand.CreateVolume(ofVolume(large), large, 2, Optional.empty()));

    for (var i = 0; i < 2; i++) {
      assertThat(run(new DriverCommand.SwapVolume(target, former, latter)))
          .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    }

    dropVolume(former);
    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(latter), latter))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(failureOf(() -> run(new DriverCommand.SwapVolume(target, former, large))))
        .as("one that the guest does not have")
        .isEqualTo(Kind.INSTANCE_FAULT);
    var third = madeVolume(Optional.empty());
    run(new DriverCommand.SwapVolume(target, latter, third));
    run(new DriverCommand.SwapVolume(target, third, large));
    assertThat(failureOf(() -> run(new DriverCommand.SwapVolume(target, large, latter))))
        .as("a smaller one")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Stop(target, 0));
    assertThat(failureOf(() -> run(new DriverCommand.SwapVolume(target, large, latter))))
        .as("a guest that is off")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Start(target));
    assertThat(run(new DriverCommand.AttachVolume(target, large)))
        .as("it has it after a start too")
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    awaitBoots(target, 2);
    run(new DriverCommand.DetachVolume(target, large.id()));
    dropVolume(large);
    dropVolume(third);
    dropVolume(latter);
  }

  @Test
  protected void volumeIsMadeGrownAndDeletedEachTwice() throws Exception {
    needs("CreateVolume", "DeleteVolume", "AttachVolume");
    var volume = madeVolume(Optional.empty());
    var ofVolume = ofVolume(volume);

    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.CreateVolume(ofVolume, volume, 2, Optional.empty()));
    }
    run(new DriverCommand.CreateVolume(ofVolume, volume, 1, Optional.empty())); // stays at 2
    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.DeleteVolume(ofVolume, volume));
    }

    var target = target();
    spawn(target);
    assertThat(failureOf(() -> run(new DriverCommand.AttachVolume(target, volume))))
        .as("what is deleted cannot be attached")
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  @Test
  protected void volumeIsCopiedAlsoWhileAGuestHasItEachTwice() throws Exception {
    needs("CopyVolume", "CreateVolume", "DeleteVolume", "AttachVolume", "Stop");
    var volume = madeVolume(Optional.empty());
    var loose = copyOf(volume, 2);
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    run(new DriverCommand.AttachVolume(target, volume));
    var live = copyOf(volume, 1);
    run(new DriverCommand.Stop(target, 0));
    var off = copyOf(volume, 1);
    run(new DriverCommand.Destroy(target));
    dropVolume(volume);

    run(new DriverCommand.CopyVolume(ofVolume(loose), volume, loose, 3)); // grows
    var copyOfCopy = copyOf(live, 1);
    var never = new VolumeRef(UUID.randomUUID().toString(), "troupe-volume-never.qcow2", "qcow2");
    assertThat(
            failureOf(() -> run(new DriverCommand.CopyVolume(ofVolume(never), volume, never, 1))))
        .as("of one that is gone")
        .isEqualTo(Kind.INSTANCE_FAULT);
    var further = target();
    spawn(further);
    run(new DriverCommand.AttachVolume(further, copyOfCopy));
    run(new DriverCommand.Destroy(further));
    for (var each : List.of(loose, live, off, copyOfCopy)) {
      dropVolume(each);
    }
  }

  private VolumeRef copyOf(VolumeRef volume, long gib) throws Exception {
    var id = UUID.randomUUID().toString();
    var copy = new VolumeRef(id, "troupe-snapshot-" + id + ".qcow2", "qcow2");
    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.CopyVolume(ofVolume(copy), volume, copy, gib));
    }
    return copy;
  }

  @Test
  protected void volumeThatAGuestHasIsNotDeleted() throws Exception {
    needs("CreateVolume", "DeleteVolume", "AttachVolume", "Stop");
    var volume = madeVolume(Optional.empty());
    var target = target();
    spawn(target);
    run(new DriverCommand.AttachVolume(target, volume));

    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(volume), volume))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Stop(target, 0));
    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(volume), volume))))
        .as("also while the guest is off")
        .isEqualTo(Kind.INSTANCE_FAULT);

    run(new DriverCommand.Destroy(target));
    dropVolume(volume);
  }

  @Test
  protected void guestBootsFromAVolumeThatOutlivesIt() throws Exception {
    needs("CreateVolume", "DeleteVolume", "Diagnostics");
    var root = madeVolume(Optional.of(image()));
    var further = madeVolume(Optional.empty());
    var target = target();
    var usual = spec(target.instance(), GuestSpec.ImageRef.NONE);
    var spec =
        new GuestSpec(
            usual.name(),
            usual.hostname(),
            usual.projectId(),
            usual.userId(),
            usual.size(),
            usual.image(),
            usual.nics(),
            usual.configDrive(),
            usual.extraSpecs(),
            Optional.of(root),
            List.of(further));

    run(new DriverCommand.Spawn(target, spec));

    awaitBoots(target, 1);
    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(root), root))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.DetachVolume(target, further.id()));
    dropVolume(further);
    run(new DriverCommand.Destroy(target));
    dropVolume(root);
  }

  /** As after a rebuild: the next guest of the instance boots from another file of one volume. */
  @Test
  protected void aVolumeHasAFurtherFileBesideTheOneThatAGuestHas() throws Exception {
    needs("CreateVolume", "DeleteVolume", "Diagnostics");
    var first = madeVolume(Optional.of(image()));
    var second = new VolumeRef(first.id(), "troupe-volume-" + first.id() + ".1.qcow2", "qcow2");
    var target = target();
    run(new DriverCommand.Spawn(target, bootingFrom(first, target)));
    awaitBoots(target, 1);

    for (var i = 0; i < 2; i++) {
      run(new DriverCommand.CreateVolume(ofVolume(second), second, 1, Optional.of(image())));
    }
    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(first), first))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.DeleteVolume(ofVolume(second), second));
    run(new DriverCommand.CreateVolume(ofVolume(second), second, 1, Optional.of(image())));

    var next = next(target);
    run(new DriverCommand.Spawn(next, bootingFrom(second, next)));
    awaitBoots(next, 1);
    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(ofVolume(second), second))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    dropVolume(first);
    run(new DriverCommand.Destroy(next));
    dropVolume(second);
  }

  private GuestSpec bootingFrom(VolumeRef root, GuestTarget target) {
    var usual = spec(target.instance(), GuestSpec.ImageRef.NONE);
    return new GuestSpec(
        usual.name(),
        usual.hostname(),
        usual.projectId(),
        usual.userId(),
        usual.size(),
        usual.image(),
        usual.nics(),
        usual.configDrive(),
        usual.extraSpecs(),
        Optional.of(root),
        List.of());
  }

  @Test
  protected void volumeCommandOfAPastEpochIsRefused() throws Exception {
    needs("CreateVolume", "DeleteVolume");
    assumeTrue(fencesEpochs(), "epochs are fenced elsewhere");
    var volume = madeVolume(Optional.empty());
    var before = ofVolume(volume);
    var now = withEpoch(before, EPOCH.incrementAndGet());
    run(new DriverCommand.CreateVolume(now, volume, 1, Optional.empty()));

    assertThat(failureOf(() -> run(new DriverCommand.DeleteVolume(before, volume))))
        .isEqualTo(Kind.RETRYABLE);
    assertThat(
            failureOf(
                () -> run(new DriverCommand.CreateVolume(before, volume, 2, Optional.empty()))))
        .isEqualTo(Kind.RETRYABLE);

    run(new DriverCommand.DeleteVolume(now, volume));
  }

  @Test
  protected void devicesOfASuspendedGuestStay() throws Exception {
    needs("AttachNic", "DetachNic", "Suspend");
    var target = target();
    spawn(target);
    run(new DriverCommand.Suspend(target));

    assertThat(failureOf(() -> run(new DriverCommand.AttachNic(target, nic()))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertEverybodySays(target, PowerState.SUSPENDED);
  }

  private List<String> macs(GuestTarget target) throws Exception {
    return diagnose(target).nics().stream().map(DriverResult.Diagnostics.Nic::mac).toList();
  }

  private DriverResult.Diagnostics diagnose(GuestTarget target) throws Exception {
    return (DriverResult.Diagnostics) run(new DriverCommand.Diagnostics(target));
  }

  // -- diagnostics

  @Test
  protected void diagnosticsCountWhatTheGuestHas() throws Exception {
    needs("Diagnostics", "Stop");
    var target = target();
    spawn(target);

    var result = run(new DriverCommand.Diagnostics(target));

    assertThat(result).isInstanceOf(DriverResult.Diagnostics.class);
    var diagnostics = (DriverResult.Diagnostics) result;
    assertThat(diagnostics.power()).isEqualTo(PowerState.RUNNING);
    assertThat(diagnostics.driver()).isNotBlank();
    assertThat(diagnostics.cpus()).hasSize(size().vcpus());
    assertThat(diagnostics.memory().maximumMib()).isEqualTo(size().ramMib());
    assertThat(diagnostics.memory().usedMib()).isBetween(1L, size().ramMib());
    assertThat(diagnostics.nics())
        .extracting(DriverResult.Diagnostics.Nic::mac)
        .containsExactlyElementsOf(nics().stream().map(GuestSpec.Nic::mac).toList());
    run(new DriverCommand.Stop(target, 0));
    assertThat(failureOf(() -> run(new DriverCommand.Diagnostics(target))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  private void assertEverybodySays(GuestTarget target, PowerState power) throws Exception {
    assertThat(inspect(target).power()).isEqualTo(power);
    assertThat(reportOf(target).orElseThrow().power()).isEqualTo(power);
  }
}
