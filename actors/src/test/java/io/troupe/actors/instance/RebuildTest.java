package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same instance from an image once more. */
class RebuildTest {
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");
  private static final StepOutcome.Guest RUNS = new StepOutcome.Guest(true, PowerState.RUNNING);
  private static final StepOutcome.Guest OFF = new StepOutcome.Guest(true, PowerState.SHUTDOWN);
  private static final StepOutcome.Guest GONE = new StepOutcome.Guest(false, PowerState.NOSTATE);
  private static final StepOutcome.Claimed CLAIMED = new StepOutcome.Claimed("zone-1");

  private static Life rebuilding(Life life) {
    return life.does(new UserCommand.Rebuild(origin("r"), Examples.rebuild("img-2")));
  }

  private static Life atSpawn() {
    return rebuilding(Life.active()).gets(DONE).gets(CLAIMED);
  }

  private static BootRequest request(Life life) {
    return life.state().request().orElseThrow();
  }

  private static DriverCommand told(Life life) {
    return ((Effect.RunOnHost) life.asks().what()).command();
  }

  @Test
  void keepsHostAndPortsAndMakesANewGuestOfANewGeneration() {
    var before = Life.active().state();

    var life = rebuilding(Life.active());

    assertThat(life.state().taskState()).contains(TaskState.REBUILDING);
    assertThat(life.asks().what())
        .isInstanceOfSatisfying(
            Effect.Permit.class,
            permit -> {
              assertThat(permit.host()).isEqualTo(Examples.H1);
              assertThat(permit.spec().imageProperties())
                  .isEqualTo(Map.of("hw_architecture", "x86_64"));
            });
    life.gets(DONE);
    assertThat(life.asks().what())
        .isInstanceOfSatisfying(
            Effect.ClaimHost.class,
            claim -> {
              assertThat(claim.host()).isEqualTo(Examples.H1);
              assertThat(claim.generation()).isEqualTo(before.generation() + 1);
            });
    life.gets(CLAIMED);
    assertThat(life.state().taskState()).contains(TaskState.REBUILD_SPAWNING);
    assertThat(told(life))
        .isInstanceOfSatisfying(
            DriverCommand.Spawn.class,
            spawn -> {
              assertThat(spawn.target().generation()).isEqualTo(before.generation() + 1);
              assertThat(spawn.spec().image().id()).isEqualTo("img-2");
              assertThat(spawn.spec().name()).isEqualTo("web 2");
              assertThat(spawn.spec().nics())
                  .extracting(GuestSpec.Nic::portId)
                  .containsExactly("port-0");
              assertThat(spawn.spec().configDrive().metadata()).isEqualTo(Map.of("role", "db"));
              assertThat(spawn.spec().configDrive().files()).isEmpty();
            });
    life.gets(RUNS);
    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(life.state().host()).isEqualTo(before.host());
    assertThat(life.state().nics()).isEqualTo(before.nics());
    assertThat(life.state().launchedAt()).isPresent();
    assertThat(request(life).tags()).as("stays").isEqualTo(Examples.boot(1).tags());
  }

  @Test
  void whatIsChangedShowsAtOnce() {
    var life = rebuilding(Life.active());

    assertThat(request(life).name()).isEqualTo("web 2");
    assertThat(request(life).image().id()).isEqualTo("img-2");
    assertThat(request(life).keyName()).contains("alice-key");
  }

  @Test
  void keyAndUserDataCanBeChangedAndTakenAway() {
    var image = Examples.boot(1).image();
    var nothing = Revision.ofName("web 1");
    var change =
        new RebuildRequest(
            image,
            Map.of(),
            nothing,
            Optional.of(new RebuildRequest.Key(Optional.empty(), Optional.empty())),
            Optional.of(""),
            Optional.empty(),
            List.of(new GuestSpec.InjectedFile("/a", "eA==")));

    var life = Life.active().does(new UserCommand.Rebuild(origin("r"), change));

    assertThat(request(life).keyName()).isEmpty();
    assertThat(request(life).publicKey()).isEmpty();
    assertThat(request(life).userDataBase64()).isEmpty();
    assertThat(request(life).metadata()).isEqualTo(Examples.boot(1).metadata());
    assertThat(request(life).files()).hasSize(1);
  }

  @Test
  void fromTheSameImageNeedsNoPermission() {
    var before = Life.active().state();
    var same =
        new RebuildRequest(
            Examples.boot(1).image(),
            Examples.boot(1).imageProperties(),
            Revision.ofName("web 1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());

    var life = Life.active().does(new UserCommand.Rebuild(origin("r"), same));

    assertThat(life.todo()).containsExactly(StepKind.CLAIM, StepKind.SPAWN);
    assertThat(life.state().generation()).isEqualTo(before.generation() + 1);
  }

  @Test
  void oneThatWasOffIsOffAgain() {
    var life = rebuilding(Life.stopped()).gets(DONE).gets(CLAIMED).gets(RUNS);

    assertThat(life.state().taskState()).contains(TaskState.POWERING_OFF);
    assertThat(told(life)).isInstanceOf(DriverCommand.Stop.class);
    life.gets(OFF);
    assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
  }

  @Test
  void anImageThatTheHostMayNotHaveChangesNothingButSaysSo() {
    var before = Life.active().state();

    var life = rebuilding(Life.active()).gets(new StepOutcome.NoHost("ImageProperties refused h1"));

    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().fault().orElseThrow().message())
        .isEqualTo("No valid host was found. ImageProperties refused h1");
    assertThat(life.state().host()).isEqualTo(before.host());
    assertThat(life.state().generation()).as("that of its guest").isEqualTo(before.generation());
    assertThat(request(life).image()).isEqualTo(Examples.boot(1).image());
    assertThat(request(life).imageProperties()).isEqualTo(Examples.boot(1).imageProperties());
  }

  @ParameterizedTest
  @EnumSource(value = DriverFailure.Kind.class, names = "RETRYABLE", mode = EnumSource.Mode.EXCLUDE)
  void thatFailsEndsInErrorOnItsHost(DriverFailure.Kind kind) {
    var life = atSpawn().gets(Life.failure(kind));

    assertThat(life.todo()).containsExactly(StepKind.TAKE_OVER, StepKind.INSPECT);
    life.gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT)).gets(GONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().fault().orElseThrow().message()).isEqualTo("it broke");
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().power()).isEqualTo(PowerState.NOSTATE);

    rebuilding2(life).gets(CLAIMED).gets(RUNS);
    assertThat(life.state().vmState()).as("rebuilt once more").isEqualTo(VmState.ACTIVE);
    assertThat(life.state().fault()).isEmpty();
  }

  private static Life rebuilding2(Life life) {
    return life.does(new UserCommand.Rebuild(origin("r2"), Examples.rebuild("img-2")));
  }

  /** Of the former guest, which is still there. */
  @Test
  void whatItsGuestDoesAfterAFailureIsHeard() {
    var life = atSpawn().late().late().late();
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);

    life.does(GuestReported.seen(Examples.H1, 1, PowerState.SHUTDOWN, "by itself"));

    assertThat(life.state().power()).isEqualTo(PowerState.SHUTDOWN);
  }

  @Test
  void whatMayPassIsToldAgainUntilTheDeadline() {
    var life = atSpawn();
    life.isToldToAskAgain(Life.failure(DriverFailure.Kind.RETRYABLE));

    life.late();

    assertThat(life.todo()).containsExactly(StepKind.TAKE_OVER, StepKind.INSPECT);
    life.gets(RUNS).gets(RUNS);
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().fault().orElseThrow().message())
        .isEqualTo("rebuild of instance " + life.state().id() + " timed out at step spawn.");
  }

  @Test
  void aClaimThatIsNotRenewedEndsInError() {
    var life = rebuilding(Life.active()).gets(DONE).gets(new StepOutcome.ClaimRefused("gone"));

    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().host()).contains(Examples.H1);
  }

  // ---- of one that boots from a volume

  private static final String ROOT = Examples.volumeChoice(8).volumeId();

  private static StepOutcome.VolumeConnected file(String number) {
    return new StepOutcome.VolumeConnected(
        new VolumeRef(ROOT, "troupe-volume-" + ROOT + number + ".qcow2", "qcow2"),
        "attachment",
        5,
        new VolumePlace(Optional.of(Examples.H1), Optional.of("san")));
  }

  private static Life fromVolume() {
    var root = new VolumeChoice(ROOT, Optional.empty(), true, true, Optional.empty());
    return Life.asked(Examples.boot(0).withVolumes(List.of(root)))
        .gets(DONE)
        .gets(Life.placed(Examples.H1))
        .gets(CLAIMED)
        .gets(file(""))
        .gets(RUNS)
        .gets(DONE);
  }

  private static Life atReimage() {
    return atClaimBeforeReimage().gets(CLAIMED);
  }

  private static Life atClaimBeforeReimage() {
    var image = Examples.rebuild("img-2").image();
    var wanted =
        new RebuildRequest(
            Examples.boot(0).image(),
            Map.of("hw_architecture", "x86_64"),
            Revision.ofName("web 2"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.of(image));
    return fromVolume().does(new UserCommand.Rebuild(origin("r"), wanted)).gets(DONE);
  }

  private static String rootFile(Life life) {
    return life.state().volumes().getFirst().ref().name();
  }

  @Test
  void aRootVolumeBeginsAnewBeforeTheNewGuestHasIt() {
    var life = atReimage();

    assertThat(life.state().taskState()).contains(TaskState.REBUILD_BLOCK_DEVICE_MAPPING);
    assertThat(life.asks().what())
        .isInstanceOfSatisfying(
            Effect.ReimageVolume.class,
            ask -> {
              assertThat(ask.volumeId()).isEqualTo(ROOT);
              assertThat(ask.image().id()).isEqualTo("img-2");
            });
    life.gets(file(".1"));
    assertThat(((DriverCommand.Spawn) told(life)).spec().rootVolume().orElseThrow().name())
        .isEqualTo("troupe-volume-" + ROOT + ".1.qcow2");
    life.gets(RUNS);
    assertThat(life.asks().what()).isInstanceOf(Effect.MarkVolumes.class);
    life.gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(life.state().volumes()).hasSize(1);
    assertThat(request(life).imageProperties()).containsKey("hw_architecture");
  }

  @Test
  void aRootVolumeThatCannotBeginAnewIsWhatItWasAndSoIsTheGuest() {
    var life =
        atReimage().gets(new StepOutcome.VolumeRefused(new Rejection.Conflict("host is full")));

    assertThat(life.todo())
        .containsExactly(StepKind.UNDO_REIMAGE, StepKind.TAKE_OVER, StepKind.INSPECT);
    life.gets(file("")).gets(RUNS).gets(RUNS);
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().power()).isEqualTo(PowerState.RUNNING);
    assertThat(life.state().fault().orElseThrow().message()).isEqualTo("host is full");
    assertThat(rootFile(life)).doesNotContain(".1.");
    assertThat(request(life).imageProperties()).isEqualTo(Examples.boot(0).imageProperties());
  }

  @ParameterizedTest
  @EnumSource(value = DriverFailure.Kind.class, names = "RETRYABLE", mode = EnumSource.Mode.EXCLUDE)
  void aGuestThatDoesNotComeLeavesTheRootVolumeAsItWas(DriverFailure.Kind kind) {
    var life = atReimage().gets(file(".1")).gets(Life.failure(kind));

    assertThat(life.todo()).containsExactly(StepKind.DESTROY, StepKind.UNDO_REIMAGE);
    life.gets(GONE).gets(file(""));
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().power()).isEqualTo(PowerState.NOSTATE);
    assertThat(rootFile(life)).doesNotContain(".1.");
  }

  /**
   * Asked once more after a crash, a destroy may fail that had been done, and the volume would be
   * what it was without anybody who knows.
   */
  @Test
  void thatTheGuestIsGoneIsWrittenBeforeTheVolumeIsToldToBeWhatItWas() {
    var life = atReimage().gets(file(".1")).gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));
    var before = life.state();

    var gone = List.of(life.gets(GONE).last());

    assertThat(life.todo()).containsExactly(StepKind.UNDO_REIMAGE);
    assertThat(gone).allMatch(InstanceEvent::mayWait);
    assertThat(before.unwritten(gone)).isEmpty();
  }

  /** Then nobody knows what the guest has: both files stay. */
  @Test
  void whatCannotBeRemovedEither() {
    var life =
        atReimage()
            .gets(file(".1"))
            .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT))
            .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));

    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(rootFile(life)).contains(".1.");
  }

  /** After a crash the claim might fail, and nobody would know that the volume has begun anew. */
  @Test
  void thatTheHostHasClaimedIsWrittenBeforeTheVolumeIsToldToBeginAnew() {
    var life = atClaimBeforeReimage();
    var before = life.state();

    var claimed = List.of(life.gets(CLAIMED).last());

    assertThat(life.todo()).startsWith(StepKind.REIMAGE);
    assertThat(claimed).allMatch(InstanceEvent::mayWait);
    assertThat(before.unwritten(claimed)).isEmpty();
  }

  @Test
  void aResetStateWhileTheRootVolumeBeginsAnewLeavesItAsItWas() {
    var life =
        atReimage()
            .does(
                new UserCommand.ResetState(
                    Examples.adminOrigin("x"), UserCommand.ResetState.Resting.ACTIVE));

    assertThat(life.todo()).containsExactly(StepKind.UNDO_REIMAGE, StepKind.RESERVE);
    assertThat(request(life).imageProperties()).isEqualTo(Examples.boot(0).imageProperties());
    life.gets(file("")).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(rootFile(life)).doesNotContain(".1.");
  }

  private static Life softDeletedWhileItsGuestIsMade() {
    return atReimage()
        .gets(file(".1"))
        .under(OperationSettings.DEFAULT.reclaimingAfter(3_600_000))
        .does(new UserCommand.Delete(origin("d")));
  }

  /** The old guest or the new one may be there: what is restored must not run from either. */
  @Test
  void aSoftDeleteWhileTheGuestIsMadeTakesItAwayAndLeavesTheVolumeAsItWas() {
    var life = softDeletedWhileItsGuestIsMade();

    assertThat(life.todo())
        .containsExactly(StepKind.DESTROY, StepKind.UNDO_REIMAGE, StepKind.RELEASE_QUOTA);
    assertThat(request(life).imageProperties()).isEqualTo(Examples.boot(0).imageProperties());
    life.ignores(new UserCommand.Delete(origin("e")));
    life.gets(GONE).gets(file("")).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(rootFile(life)).doesNotContain(".1.");
  }

  @Test
  void aSoftDeleteThatCannotTakeTheGuestAwayEndsInError() {
    var life =
        softDeletedWhileItsGuestIsMade().gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));

    assertThat(life.todo()).containsExactly(StepKind.INSPECT, StepKind.RESERVE);
    life.gets(RUNS).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().fault()).isPresent();
  }

  @Test
  void aSoftDeleteWhoseHypervisorDoesNotAnswerEndsInErrorToo() {
    var life = softDeletedWhileItsGuestIsMade();
    life.late();

    assertThat(life.todo()).containsExactly(StepKind.INSPECT, StepKind.RESERVE);
    assertThat(life.state().vmState()).isEqualTo(VmState.ERROR);
  }

  @Test
  void aDeleteForGoodBreaksOffTheSoftDelete() {
    var life = softDeletedWhileItsGuestIsMade().does(new UserCommand.ForceDelete(origin("f")));

    assertThat(life.todo())
        .startsWith(StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.RELEASE_VOLUMES);
  }

  /** The former guest's host is dead; on another one it is made of what the volume was. */
  @Test
  void anEvacuationWhileTheRootVolumeBeginsAnewLeavesItAsItWas() {
    var life = atReimage().does(MoveLife.evacuate());

    assertThat(life.todo()).startsWith(StepKind.UNDO_REIMAGE);
    life.isToldToAskAgain(Life.failure(DriverFailure.Kind.RETRYABLE));
    life.gets(file(""));
    assertThat(life.todo()).doesNotContain(StepKind.UNDO_REIMAGE).contains(StepKind.SPAWN);
    assertThat(rootFile(life)).doesNotContain(".1.");
    assertThat(request(life).imageProperties()).isEqualTo(Examples.boot(0).imageProperties());
  }

  @Test
  void onlyARootVolumeBeginsAnew() {
    var wanted =
        new RebuildRequest(
            Examples.boot(1).image(),
            Map.of(),
            Revision.ofName("web 1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.of(Examples.boot(1).image()));

    assertThat(Life.active().refuses(new UserCommand.Rebuild(origin("r"), wanted)).toString())
        .contains("does not boot from a volume");
  }

  @Test
  void isBrokenOffByDelete() {
    var life = atSpawn().does(new UserCommand.Delete(origin("d")));

    assertThat(life.todo()).startsWith(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
  }
}
