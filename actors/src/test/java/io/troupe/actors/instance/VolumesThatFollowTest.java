package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.origin;
import static io.troupe.actors.instance.MoveLife.CLAIMED;
import static io.troupe.actors.instance.MoveLife.DONE;
import static io.troupe.actors.instance.MoveLife.TICKETED;
import static io.troupe.actors.instance.MoveLife.gone;
import static io.troupe.actors.instance.MoveLife.guest;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.VolumeRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Whatever becomes of the guest, its volumes are the instance's: they follow, or it stays. */
class VolumesThatFollowTest {
  private static final String DATA = Examples.volumeChoice(1).volumeId();
  private static final String ROOT = Examples.volumeChoice(8).volumeId();
  private static final GuestSpec.ImageRef SNAP =
      new GuestSpec.ImageRef("snap", "ef56", "qcow2", 3, 4);

  private static StepOutcome.VolumeConnected connected(String id, Optional<String> pool) {
    return new StepOutcome.VolumeConnected(
        new VolumeRef(id, "troupe-volume-" + id + ".qcow2", "qcow2"),
        "attachment",
        5,
        new VolumePlace(Optional.of(H1), pool));
  }

  private static Life having(Life life, Optional<String> pool) {
    return life.does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1)))
        .gets(connected(DATA, pool))
        .gets(new StepOutcome.VolumeOnGuest("/dev/vdb"))
        .gets(DONE);
  }

  /** On h1, with a volume in a pool that other hosts have too. */
  private static Life pooled() {
    return having(Life.active(), Optional.of("san"));
  }

  /** On h1, with a volume that lies there alone. */
  private static Life local() {
    return having(Life.active(), Optional.empty());
  }

  private static Life fromVolume(Optional<String> pool) {
    var root = new VolumeChoice(ROOT, Optional.empty(), true, true, Optional.empty());
    var request = Examples.boot(0).withVolumes(List.of(root));
    return Life.asked(request)
        .gets(DONE)
        .gets(Life.placed(H1))
        .gets(new StepOutcome.Claimed("zone-1"))
        .gets(connected(ROOT, pool))
        .gets(guest(PowerState.RUNNING))
        .gets(DONE);
  }

  private static GuestSpec spawned(Life life) {
    return ((DriverCommand.Spawn) ((Effect.RunOnHost) life.asks().what()).command()).spec();
  }

  private static UserCommand.Shelve shelve() {
    return new UserCommand.Shelve(origin("s"), Examples.image("snap"));
  }

  private static UserCommand.Unshelve unshelve(Optional<String> host) {
    return new UserCommand.Unshelve(origin("u"), Optional.of(SNAP), Optional.empty(), host);
  }

  private static Life offloaded(Life life) {
    return life.does(shelve())
        .gets(DONE)
        .gets(guest(PowerState.SHUTDOWN))
        .gets(DONE)
        .gets(gone())
        .gets(DONE)
        .gets(DONE);
  }

  private static StepOutcome.VolumesConnected allConnected() {
    return new StepOutcome.VolumesConnected(Map.of());
  }

  @Test
  void aRebuiltGuestHasItsVolumesAndCards() {
    var life =
        local()
            .does(new UserCommand.Rebuild(origin("r"), Examples.rebuild("img-2")))
            .gets(DONE)
            .gets(CLAIMED);

    var spec = spawned(life);
    assertThat(spec.volumes()).extracting(VolumeRef::id).containsExactly(DATA);
    assertThat(spec.devices()).containsExactly("vdb");
    assertThat(spec.nics()).hasSize(1);
    life.gets(guest(PowerState.RUNNING));
    assertThat(((Effect.MarkVolumes) life.asks().what()).devices())
        .isEqualTo(Map.of(DATA, "/dev/vdb"));
  }

  /** No host is named: any that has the pool will do. */
  @Test
  void aBootFromAPoolIsPlacedWhereThatPoolIs() {
    var root =
        new VolumeChoice(ROOT, Optional.empty(), true, true, Optional.empty(), Optional.of("san"));
    var life = Life.asked(Examples.boot(0).withVolumes(List.of(root))).gets(DONE);

    assertThat(((Effect.Place) life.asks().what()).spec().volumePool()).contains("san");
    life.gets(Life.placed(H2));
    assertThat(((Effect.ClaimHost) life.asks().what()).spec().volumePool()).contains("san");
  }

  @Nested
  class Moves {
    @Test
    void connectThemAtTheDestinationBeforeItIsAsked() {
      var life =
          pooled()
              .does(new UserCommand.Migrate(origin("m"), Optional.empty()))
              .gets(Life.placed(H2));
      var claim = (Effect.ClaimHost) life.asks().what();
      assertThat(claim.spec().volumePool()).contains("san");

      life.gets(CLAIMED);

      var connect = (Effect.ConnectVolumes) life.asks().what();
      assertThat(connect.host()).isEqualTo(H2);
      assertThat(connect.beside()).containsExactly(H1);
      life.gets(allConnected()).gets(TICKETED);
      var prepare = (DriverCommand.PrepareMove) ((Effect.RunOnHost) life.asks().what()).command();
      assertThat(prepare.spec().volumes()).extracting(VolumeRef::id).containsExactly(DATA);
    }

    @Test
    void askTheSchedulerForHostsOfThePoolOnly() {
      for (var command : List.of(MoveLife.liveMigrate(), MoveLife.evacuate(), MoveLife.resize())) {
        var life = pooled().does(command);
        if (life.asks().what() instanceof Effect.ReserveQuota) {
          life.gets(DONE);
        }
        var place = (Effect.Place) life.asks().what();
        assertThat(place.spec().extraSpecs())
            .containsEntry("trait:CUSTOM_STORAGE_POOL_SAN", "required");
      }
    }

    @Test
    void goToTheNextHostWhenThisOneDoesNotSeeThem() {
      var life =
          pooled()
              .does(new UserCommand.Migrate(origin("m"), Optional.empty()))
              .gets(Life.placed(H2, Examples.H3))
              .gets(CLAIMED)
              .gets(new StepOutcome.VolumeRefused(new Rejection.Conflict("not here")));

      assertThat(life.todo())
          .startsWith(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.CLAIM,
              StepKind.CONNECT_VOLUMES,
              StepKind.OFFER);
    }

    @Test
    void areRefusedWhereOneLiesOnItsHostAlone() {
      for (var command :
          List.of(
              new UserCommand.Migrate(origin("m"), Optional.empty()),
              MoveLife.liveMigrate(),
              MoveLife.evacuate(),
              MoveLife.resize())) {
        assertThat(local().refuses(command).toString()).contains("on the storage of host h1 alone");
      }
    }

    @Test
    void resizeInPlaceWhereOneLiesOnItsHostAlone() {
      var life =
          local().under(MoveLife.sameHostToo(Life.SETTINGS)).does(MoveLife.resize()).gets(DONE);

      var place = (Effect.Place) life.asks().what();
      assertThat(place.spec().detail().destination()).contains("h1");
      assertThat(place.spec().excluded()).isEmpty();
    }

    @Test
    void buildTheEvacuatedGuestWithThem() {
      var life = pooled().does(MoveLife.evacuate()).gets(Life.placed(H2)).gets(CLAIMED).gets(DONE);

      var connect = (Effect.ConnectVolumes) life.asks().what();
      assertThat(connect.host()).isEqualTo(H2);
      assertThat(connect.beside()).as("the dead host").isEqualTo(Set.of(H1));
      life.gets(allConnected());
      assertThat(spawned(life).volumes()).extracting(VolumeRef::id).containsExactly(DATA);
      life.gets(guest(PowerState.RUNNING)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().volumes()).hasSize(1);
    }

    @Test
    void areNotEvacuatedWhileOneIsOnItsWayInOrOut() {
      var another = Examples.volumeChoice(2);
      assertWaits(pooled().does(new UserCommand.AttachVolume(origin("b"), another)));
      var detaching = pooled().does(new UserCommand.DetachVolume(origin("d"), DATA));
      assertWaits(detaching);
      assertWaits(detaching.gets(DONE));
      assertWaits(detaching.gets(guest(PowerState.RUNNING)));

      var swap = new UserCommand.SwapVolume(origin("w"), DATA, another.volumeId());
      var swapping = pooled().does(swap);
      assertWaits(swapping);
      swapping.gets(connected(another.volumeId(), Optional.of("san")));
      assertThat(swapping.does(MoveLife.evacuate()).todo())
          .as("the guest on the dead host may never have copied all")
          .startsWith(StepKind.PLACE);
    }

    private void assertWaits(Life life) {
      assertThat(life.refuses(MoveLife.evacuate()))
          .as("%s", life.todo())
          .isInstanceOf(Rejection.WrongState.class);
    }

    @Test
    void leaveTheRootVolumeAsLargeAsItIs() {
      var life = fromVolume(Optional.of("san")).does(MoveLife.resize()).gets(DONE);
      assertThat(((Effect.Place) life.asks().what()).spec().resources().diskGib())
          .as("its swap")
          .isEqualTo(1);
      life.gets(Life.placed(H2)).gets(CLAIMED).gets(allConnected()).gets(TICKETED);

      var prepare = (DriverCommand.PrepareMove) ((Effect.RunOnHost) life.asks().what()).command();
      assertThat(prepare.spec().size().diskGib()).isZero();
      assertThat(prepare.spec().rootVolume().orElseThrow().id()).isEqualTo(ROOT);
    }

    @Test
    void onOneHostHaveNoOtherGuestToBeTold() {
      assertThat(having(MoveLife.resizedOnOneHost(), Optional.empty()).state().volumes())
          .hasSize(1);
    }
  }

  /** Resized from h1 to h2, where a revert goes back to the guest on h1. */
  @Nested
  class Between {
    private static final String OTHER = Examples.volumeChoice(2).volumeId();

    private static Life attaching(Optional<String> pool) {
      return MoveLife.resized()
          .does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1)))
          .gets(connected(DATA, pool));
    }

    private static Life attached() {
      return attaching(Optional.of("san"))
          .gets(allConnected())
          .gets(new StepOutcome.VolumeOnGuest("/dev/vdc"))
          .gets(new StepOutcome.VolumeOnGuest("/dev/vdb"))
          .gets(DONE);
    }

    private static HostId asked(Life life) {
      return ((Effect.RunOnHost) life.asks().what()).host();
    }

    private static DriverCommand command(Life life) {
      return ((Effect.RunOnHost) life.asks().what()).command();
    }

    @Test
    void anAttachedOneIsHadByBothGuests() {
      var life = attaching(Optional.of("san"));
      var connect = (Effect.ConnectVolumes) life.asks().what();
      assertThat(connect.host()).isEqualTo(H1);
      assertThat(connect.beside()).containsExactly(H2);

      life.gets(allConnected());
      assertThat(asked(life)).isEqualTo(H1);
      assertThat(command(life).target().generation())
          .isEqualTo(life.state().moves().open().orElseThrow().sourceGeneration());
      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdc"));
      assertThat(asked(life)).isEqualTo(H2);
      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdb")).gets(DONE);

      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(life.state().volumes())
          .extracting(AttachedVolume::device)
          .containsExactly("/dev/vdb");
    }

    @Test
    void oneThatTheSourceCannotHaveIsNotAttachedAtAll() {
      var life =
          attaching(Optional.empty())
              .gets(new StepOutcome.VolumeRefused(new Rejection.Conflict("it lies on h2")));

      assertThat(life.todo()).containsExactly(StepKind.FREE_VOLUME);
      life.gets(DONE);
      assertThat(life.state().volumes()).isEmpty();
      assertThat(life.state().vmState()).isEqualTo(VmState.RESIZED);
      assertThat(life.state().trails().getLast().error().orElseThrow()).contains("it lies on h2");
    }

    @Test
    void oneThatIsNotAttachedLeavesTheOtherGuestToo() {
      var life =
          attaching(Optional.of("san"))
              .gets(allConnected())
              .gets(new StepOutcome.VolumeOnGuest("/dev/vdb"))
              .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));

      assertThat(life.todo())
          .containsExactly(StepKind.DETACH_VOLUME, StepKind.DETACH_VOLUME, StepKind.FREE_VOLUME);
      assertThat(asked(life)).isEqualTo(H2);
      life.gets(guest(PowerState.RUNNING));
      assertThat(asked(life)).isEqualTo(H1);
      life.gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(life.state().volumes()).isEmpty();
    }

    @Test
    void aDetachedOneIsFreeOnceNeitherGuestHasIt() {
      var life = attached().does(new UserCommand.DetachVolume(origin("d"), DATA)).gets(DONE);
      assertThat(asked(life)).isEqualTo(H2);
      life.gets(guest(PowerState.RUNNING));
      assertThat(asked(life)).isEqualTo(H1);
      assertThat(((DriverCommand.DetachVolume) command(life)).volumeId()).isEqualTo(DATA);
      life.gets(guest(PowerState.SHUTDOWN));

      assertThat(life.asks().what()).isInstanceOf(Effect.FreeVolume.class);
      life.gets(DONE);
      assertThat(life.state().volumes()).isEmpty();
    }

    @Test
    void aSwappedOneIsSwappedForBothGuests() {
      var life =
          attached()
              .does(new UserCommand.SwapVolume(origin("s"), DATA, OTHER))
              .gets(connected(OTHER, Optional.of("san")))
              .gets(allConnected());
      assertThat(asked(life)).isEqualTo(H1);
      assertThat(((DriverCommand.AttachVolume) command(life)).volume().id()).isEqualTo(OTHER);
      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdc"));
      assertThat(((DriverCommand.SwapVolume) command(life)).to().id()).isEqualTo(OTHER);
      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdb"));
      assertThat(asked(life)).isEqualTo(H1);
      assertThat(((DriverCommand.DetachVolume) command(life)).volumeId()).isEqualTo(DATA);
      life.gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(((Effect.FreeVolume) life.asks().what()).volumeId()).isEqualTo(DATA);
      life.gets(DONE);

      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(OTHER);
    }

    @Test
    void aSwapThatFailsLeavesTheSourceAsItWas() {
      var life =
          attached()
              .does(new UserCommand.SwapVolume(origin("s"), DATA, OTHER))
              .gets(connected(OTHER, Optional.of("san")))
              .gets(allConnected())
              .gets(new StepOutcome.VolumeOnGuest("/dev/vdc"))
              .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT))
              .gets(new StepOutcome.VolumeOnGuest("/dev/vdb"));

      assertThat(asked(life)).isEqualTo(H1);
      assertThat(((DriverCommand.DetachVolume) command(life)).volumeId()).isEqualTo(OTHER);
      life.gets(guest(PowerState.SHUTDOWN));
      assertThat(((Effect.FreeVolume) life.asks().what()).volumeId()).isEqualTo(OTHER);
      life.gets(DONE);
      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(DATA);
    }

    @Test
    void aRevertStartsTheGuestThatHasThem() {
      var life =
          attached()
              .does(new UserCommand.RevertResize(origin("back")))
              .gets(gone())
              .gets(DONE)
              .gets(guest(PowerState.SHUTDOWN)); // with the disk of before

      assertThat(asked(life)).isEqualTo(H1);
      life.gets(guest(PowerState.RUNNING)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(DATA);
    }
  }

  @Nested
  class Shelving {
    @Test
    void keepsThemReservedWithoutAHost() {
      var life = pooled().does(shelve()).gets(DONE).gets(guest(PowerState.SHUTDOWN)).gets(DONE);

      assertThat(life.todo())
          .containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.KEEP_VOLUMES);
      life.gets(gone()).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
      assertThat(life.state().volumes()).hasSize(1);
    }

    @Test
    void endsWhereTheyCanBeHadAndNobodyElseHasThem() {
      var life = offloaded(pooled()).does(unshelve(Optional.empty()));
      assertThat(((Effect.Place) life.asks().what()).spec().volumePool()).contains("san");

      life.gets(Life.placed(H2)).gets(CLAIMED);

      var connect = (Effect.ConnectVolumes) life.asks().what();
      assertThat(connect.host()).isEqualTo(H2);
      assertThat(connect.beside()).isEmpty();
      life.gets(allConnected());
      assertThat(spawned(life).volumes()).extracting(VolumeRef::id).containsExactly(DATA);
      assertThat(spawned(life).nics()).hasSize(1);
      life.gets(guest(PowerState.RUNNING));
      assertThat(life.todo()).containsExactly(StepKind.MARK_VOLUMES, StepKind.DROP_IMAGE);
    }

    @Test
    void comesBackToTheirHostWhereTheyLieAlone() {
      var life = offloaded(local()).does(unshelve(Optional.empty()));

      assertThat(((Effect.Place) life.asks().what()).spec().detail().destination()).contains("h1");
      assertThat(offloaded(local()).refuses(unshelve(Optional.of("h2"))).toString())
          .contains("storage of host h1");
    }

    @Test
    void thatCannotConnectThemStaysOffloadedWithThem() {
      var life =
          offloaded(pooled())
              .does(unshelve(Optional.empty()))
              .gets(Life.placed(H2))
              .gets(CLAIMED)
              .gets(new StepOutcome.VolumeRefused(new Rejection.Conflict("not here")));

      assertThat(life.todo())
          .containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.KEEP_VOLUMES);
      life.gets(gone()).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
      assertThat(life.state().volumes()).hasSize(1);
      assertThat(life.state().shelf()).isPresent();
    }

    @Test
    void ofAServerThatBootsFromAVolumeMakesNoImage() {
      var life = fromVolume(Optional.empty()).does(shelve());

      assertThat(life.todo())
          .containsExactly(
              StepKind.POWER_OFF, StepKind.DESTROY, StepKind.RELEASE_CLAIM, StepKind.KEEP_VOLUMES);
      life.gets(guest(PowerState.SHUTDOWN)).gets(gone()).gets(DONE).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
      life.does(
              new UserCommand.Unshelve(
                  origin("u"), Optional.empty(), Optional.empty(), Optional.empty()))
          .gets(Life.placed(H1))
          .gets(CLAIMED)
          .gets(allConnected());
      assertThat(spawned(life).rootVolume().orElseThrow().id()).isEqualTo(ROOT);
      life.gets(guest(PowerState.RUNNING)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void letsVolumesComeAndGoWithoutAHost() {
      var life =
          offloaded(pooled())
              .does(new UserCommand.AttachVolume(origin("b"), Examples.volumeChoice(2)));
      assertThat(((Effect.ConnectVolume) life.asks().what()).host())
          .isEqualTo(Optional.<HostId>empty());
      var second = Examples.volumeChoice(2).volumeId();
      life.gets(
          new StepOutcome.VolumeConnected(
              new VolumeRef(second, "second", "qcow2"), "attachment-2", 5));
      assertThat(life.rests()).isTrue();
      assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);

      life.does(new UserCommand.DetachVolume(origin("d"), DATA));
      assertThat(life.asks().what()).isInstanceOf(Effect.ReleaseVolume.class);
      life.gets(DONE);

      life.does(unshelve(Optional.empty())).gets(Life.placed(H2)).gets(CLAIMED);
      life.gets(
          new StepOutcome.VolumesConnected(
              Map.of(second, new VolumePlace(Optional.of(H2), Optional.empty()))));
      assertThat(spawned(life).volumes()).extracting(VolumeRef::id).containsExactly(second);
      assertThat(spawned(life).devices()).as("as it was foretold").containsExactly("vdc");
      assertThat(life.state().volumes().getFirst().place().host()).contains(H2);
    }
  }

  @Nested
  class Swapping {
    private final String latter = Examples.volumeChoice(2).volumeId();

    private Life swapping() {
      return local()
          .does(new UserCommand.SwapVolume(origin("w"), DATA, latter))
          .gets(connected(latter, Optional.empty()));
    }

    private DriverCommand.SwapVolume command(Life life) {
      return (DriverCommand.SwapVolume) ((Effect.RunOnHost) life.asks().what()).command();
    }

    @Test
    void putsOneInThePlaceOfTheOtherAndFreesThat() {
      var life = swapping();
      assertThat(command(life).from().id()).isEqualTo(DATA);
      assertThat(command(life).to().id()).isEqualTo(latter);
      assertThat(life.state().volumes()).as("neither is lost on the way").hasSize(2);

      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdb"));

      assertThat(((Effect.MarkVolume) life.asks().what()).volumeId()).isEqualTo(latter);
      life.gets(DONE);
      assertThat(((Effect.FreeVolume) life.asks().what()).volumeId()).isEqualTo(DATA);
      life.gets(DONE);
      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(latter);
      assertThat(life.state().volumes().getFirst().device()).isEqualTo("/dev/vdb");
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void thatFailsIsTakenBackAndFreesTheNewOne() {
      var life = swapping().late();
      assertThat(command(life).from().id()).isEqualTo(latter);
      assertThat(command(life).to().id()).isEqualTo(DATA);

      life.gets(new StepOutcome.VolumeOnGuest("/dev/vdb"));

      assertThat(((Effect.FreeVolume) life.asks().what()).volumeId()).isEqualTo(latter);
      life.gets(DONE);
      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(DATA);
      assertThat(life.state().trails().getLast().error()).isPresent();
    }

    @Test
    void thatCannotEvenBeTakenBackKeepsBoth() {
      var life =
          swapping().late().gets(Life.failure(io.troupe.drivers.spi.DriverFailure.Kind.HOST_FAULT));

      assertThat(((Effect.MarkVolume) life.asks().what()).volumeId()).isEqualTo(latter);
      life.gets(DONE);
      assertThat(life.state().volumes()).hasSize(2);
    }

    private Life softlyDeleted(Life life) {
      return life.under(Life.SETTINGS.reclaimingAfter(60_000))
          .does(new UserCommand.Delete(origin("d")));
    }

    private void assertFreesAndHas(Life life, String freed, String left) {
      assertThat(((Effect.FreeVolume) life.asks().what()).volumeId()).isEqualTo(freed);
      life.gets(DONE).gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(life.state().volumes()).extracting(AttachedVolume::id).containsExactly(left);
    }

    @Test
    void brokenOffBeforeTheGuestCanHaveTheNewOneFreesThat() {
      var swap = new UserCommand.SwapVolume(origin("w"), DATA, latter);

      assertFreesAndHas(softlyDeleted(local().does(swap)), latter, DATA);
    }

    @Test
    void brokenOffWhileTheGuestMayHaveEitherKeepsBoth() {
      var life = softlyDeleted(swapping());

      assertThat(((Effect.MarkVolume) life.asks().what()).volumeId()).isEqualTo(latter);
      life.gets(DONE).gets(guest(PowerState.SHUTDOWN)).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(life.state().volumes()).hasSize(2);
    }

    @Test
    void brokenOffOnceTheGuestHasTheNewOneFreesTheOld() {
      var onGuest = new StepOutcome.VolumeOnGuest("/dev/vdb");

      var unmarked = softlyDeleted(swapping().gets(onGuest));
      assertThat(((Effect.MarkVolume) unmarked.asks().what()).volumeId()).isEqualTo(latter);

      assertFreesAndHas(unmarked.gets(DONE), DATA, latter);
      assertFreesAndHas(softlyDeleted(swapping().gets(onGuest).gets(DONE)), DATA, latter);
    }

    @Test
    void brokenOffOnceItWasTakenBackFreesTheNewOne() {
      var life = swapping().late().gets(new StepOutcome.VolumeOnGuest("/dev/vdb"));

      assertFreesAndHas(softlyDeleted(life), latter, DATA);
    }

    @Test
    void ofTheRootIsRefused() {
      assertThat(
              fromVolume(Optional.empty())
                  .refuses(new UserCommand.SwapVolume(origin("w"), ROOT, latter))
                  .toString())
          .contains("Cannot swap a root device volume");
    }
  }

  @Nested
  class RootVolumes {
    @Test
    void areRebuiltFromTheSameImageOnly() {
      var life = fromVolume(Optional.empty());
      var image = life.state().request().orElseThrow().image();
      var other = Examples.rebuild("img-2");
      assertThat(life.refuses(new UserCommand.Rebuild(origin("r"), other)).toString())
          .contains("different image for a volume-backed server");

      var same =
          new RebuildRequest(
              image,
              Map.of(),
              other.revision(),
              other.key(),
              other.userDataBase64(),
              other.metadata(),
              other.files());
      life.does(new UserCommand.Rebuild(origin("r2"), same)).gets(CLAIMED);

      assertThat(spawned(life).rootVolume().orElseThrow().id()).isEqualTo(ROOT);
    }

    @Test
    void areNotMadeImagesOrBackupsOf() {
      var life = fromVolume(Optional.empty());
      assertThat(
              life.refuses(new UserCommand.CreateBackup(origin("b"), Optional.empty(), "daily", 0))
                  .toString())
          .contains("Backup is not supported for volume-backed instances.");
      assertThat(
              life.refuses(new UserCommand.CreateImage(origin("i"), Examples.image("snap")))
                  .toString())
          .contains("its image is one of snapshots of volumes");
    }

    @Test
    void areRescued() {
      var life =
          fromVolume(Optional.empty())
              .does(new UserCommand.Rescue(origin("r"), Examples.boot(0).image()))
              .gets(guest(PowerState.RUNNING));

      assertThat(life.state().vmState()).isEqualTo(VmState.RESCUED);
    }
  }
}
