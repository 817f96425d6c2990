package io.troupe.actors.instance;

import static io.troupe.actors.Examples.adminOrigin;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Purpose.Unshelve.Zone;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** An instance becomes an image, leaves its host, and comes back. */
class ShelveTest {
  private static final OperationSettings NEVER = OperationSettings.DEFAULT.offloadingAfter(-1);
  private static final OperationSettings LATER = OperationSettings.DEFAULT.offloadingAfter(60_000);
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");
  private static final StepOutcome.Guest RUNS = new StepOutcome.Guest(true, PowerState.RUNNING);
  private static final StepOutcome.Guest OFF = new StepOutcome.Guest(true, PowerState.SHUTDOWN);
  private static final StepOutcome.Guest GONE = new StepOutcome.Guest(false, PowerState.NOSTATE);
  private static final GuestSpec.ImageRef IMAGE =
      new GuestSpec.ImageRef("snap", "ef56", "qcow2", 3, 4);

  private static Life shelving(Life life, OperationSettings settings) {
    return life.under(settings).does(new UserCommand.Shelve(origin("s"), Examples.image("snap")));
  }

  private static Life shelved(OperationSettings settings) {
    return shelving(Life.active(), settings).gets(DONE).gets(OFF).gets(DONE);
  }

  private static Life offloaded() {
    return shelved(OperationSettings.DEFAULT).gets(GONE).gets(DONE);
  }

  private static UserCommand.Unshelve unshelve(Optional<Zone> zone, Optional<String> host) {
    return new UserCommand.Unshelve(origin("u"), Optional.of(IMAGE), zone, host);
  }

  private static Life unshelving() {
    return offloaded().does(unshelve(Optional.empty(), Optional.empty()));
  }

  private static String error(Life life) {
    return life.state().trails().getLast().error().orElseThrow();
  }

  @Test
  void isOffFirstAndStaysOnItsHostWhenItShall() {
    var life = shelving(Life.active(), NEVER);

    assertThat(life.todo())
        .containsExactly(StepKind.MAKE_IMAGE, StepKind.POWER_OFF, StepKind.SNAPSHOT);
    assertThat(life.state().taskState()).contains(TaskState.SHELVING);
    life.gets(DONE).gets(OFF);
    assertThat(life.state().taskState()).contains(TaskState.SHELVING_IMAGE_PENDING_UPLOAD);
    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));
    assertThat(life.state().taskState()).contains(TaskState.SHELVING_IMAGE_UPLOADING);
    life.gets(DONE);
    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().shelf().orElseThrow().imageId()).isEqualTo("snap");
  }

  @Test
  void leavesItsHostAtOnceAndKeepsPortsAndQuota() {
    var life = shelved(OperationSettings.DEFAULT);

    assertThat(life.todo()).containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
    assertThat(life.state().taskState()).contains(TaskState.SHELVING_OFFLOADING);
    life.gets(GONE).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
    assertThat(life.state().host()).isEmpty();
    assertThat(life.state().power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(life.state().nics()).hasSize(1);
  }

  /** What an administrator calls active while it is shelved. */
  private static Life shelvedOnce() {
    var life =
        shelved(NEVER)
            .does(
                new UserCommand.ResetState(
                    adminOrigin("reset"), UserCommand.ResetState.Resting.ACTIVE));
    while (!life.rests()) {
      life.gets(life.todo().getFirst() == StepKind.INSPECT ? RUNS : DONE);
    }
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(life.state().shelf().orElseThrow().imageId()).isEqualTo("snap");
    return life;
  }

  private static UserCommand again() {
    return new UserCommand.Shelve(origin("s2"), Examples.image("snap-2"));
  }

  private static String dropped(Life life) {
    return ((Effect.DropImage) life.asks().what()).imageId();
  }

  @Test
  void aSecondTimeDropsTheImageOfTheFirst() {
    var life = shelvedOnce().does(again());

    assertThat(dropped(life)).isEqualTo("snap");
    life.gets(DONE);
    assertThat(life.state().shelf()).isEmpty();
    life.gets(DONE).gets(OFF).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED);
    assertThat(life.state().shelf().orElseThrow().imageId()).isEqualTo("snap-2");
  }

  @Test
  void aSecondTimeBrokenOffByADeleteLeavesNeitherImage() {
    var life = shelvedOnce().does(again()).does(new UserCommand.ForceDelete(origin("d")));
    var all = new java.util.HashSet<String>();
    while (!life.rests()) {
      if (life.todo().getFirst() == StepKind.DROP_IMAGE) {
        all.add(dropped(life));
      }
      life.gets(life.todo().getFirst() == StepKind.DESTROY ? GONE : DONE);
    }

    assertThat(all).containsExactlyInAnyOrder("snap", "snap-2");
    assertThat(life.state().shelf()).isEmpty();
  }

  @Test
  void leavesItsHostWhenItsTimeHasCome() {
    var life = shelved(LATER);
    var due = new ReclaimDue(new OperationId("req-due"));

    life.after(Duration.ofSeconds(59)).ignores(due);
    life.after(Duration.ofSeconds(1)).does(due).gets(GONE).gets(DONE);

    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
    assertThat(life.state().trails().getLast().action()).isEqualTo("shelveOffload");
    shelved(NEVER).after(Duration.ofDays(9)).ignores(due);
  }

  @Test
  void leavesItsHostWhenAnAdministratorSaysSo() {
    var life = shelved(NEVER).does(new UserCommand.ShelveOffload(adminOrigin("o")));

    assertThat(life.todo()).containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
    life.gets(GONE).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
  }

  @Test
  void whoseHypervisorIsSilentLeavesTheGuestToItsHost() {
    var life = shelved(NEVER).does(new UserCommand.ShelveOffload(adminOrigin("o"))).late();

    assertThat(life.todo()).containsExactly(StepKind.CONDEMN);
    life.gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
  }

  @Nested
  class ThatFails {
    @Test
    void atTheImageRunsAgain() {
      var life =
          shelving(Life.active(), NEVER)
              .gets(DONE)
              .gets(OFF)
              .gets(Life.failure(DriverFailure.Kind.HOST_FAULT));

      assertThat(life.todo()).containsExactly(StepKind.DROP_IMAGE, StepKind.POWER_ON);
      life.gets(DONE).gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().shelf()).isEmpty();
      assertThat(error(life)).isEqualTo("it broke");
    }

    @Test
    void atTheImageStaysOffIfItWasOff() {
      var life =
          shelving(Life.stopped(), NEVER)
              .gets(DONE)
              .gets(OFF)
              .gets(Life.failure(DriverFailure.Kind.HOST_FAULT));

      life.gets(DONE).gets(OFF);
      assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    }

    @Test
    void toTurnItOffIsAsItIs() {
      var life =
          shelving(Life.active(), NEVER)
              .gets(DONE)
              .gets(Life.failure(DriverFailure.Kind.HOST_FAULT));

      assertThat(life.todo()).containsExactly(StepKind.DROP_IMAGE, StepKind.INSPECT);
      life.gets(DONE).gets(RUNS);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    }

    @Test
    void whoseTimeIsUpDropsTheImage() {
      var life = shelving(Life.active(), NEVER).gets(DONE).gets(OFF).late();

      assertThat(life.asks().what()).isEqualTo(new Effect.DropImage("snap"));
    }
  }

  @Nested
  class Unshelve {
    @Test
    void onItsHostItIsTurnedOnAndTheImageGoes() {
      var life = shelved(NEVER).does(unshelve(Optional.empty(), Optional.empty()));

      assertThat(life.todo()).containsExactly(StepKind.POWER_ON, StepKind.DROP_IMAGE);
      assertThat(life.state().taskState()).contains(TaskState.UNSHELVING);
      life.gets(RUNS);
      assertThat(life.asks().what()).isEqualTo(new Effect.DropImage("snap"));
      life.gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().shelf()).isEmpty();
    }

    @Test
    void offloadedItIsMadeOfItsImageSomewhere() {
      var life = unshelving();

      assertThat(life.todo())
          .containsExactly(StepKind.PLACE, StepKind.CLAIM, StepKind.SPAWN, StepKind.DROP_IMAGE);
      life.gets(Life.placed(Examples.H2, Examples.H3)).gets(new StepOutcome.Claimed("zone-2"));
      assertThat(life.state().taskState()).contains(TaskState.SPAWNING);
      assertThat(((Effect.RunOnHost) life.asks().what()).command())
          .isInstanceOfSatisfying(
              DriverCommand.Spawn.class,
              spawn -> assertThat(spawn.spec().image()).isEqualTo(IMAGE));
      life.gets(RUNS).gets(DONE);
      assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(life.state().host()).contains(Examples.H2);
      assertThat(life.state().shelf()).isEmpty();
      assertThat(life.state().request().orElseThrow().image())
          .as("still says what it was booted from")
          .isEqualTo(Examples.boot(1).image());
    }

    @Test
    void onAHostThatFailsItGoesToAnotherAndTheImageStillGoesLast() {
      var life =
          unshelving()
              .gets(Life.placed(Examples.H2, Examples.H3))
              .gets(new StepOutcome.Claimed("zone-2"))
              .gets(Life.failure(DriverFailure.Kind.HOST_FAULT));

      assertThat(life.todo())
          .containsExactly(
              StepKind.DESTROY,
              StepKind.RELEASE_CLAIM,
              StepKind.CLAIM,
              StepKind.SPAWN,
              StepKind.DROP_IMAGE);
    }

    @Test
    void withNoWayOnIsOffloadedAsBeforeWithAllItHad() {
      var nowhere = unshelving().gets(new StepOutcome.NoHost("none"));
      assertThat(nowhere.rests()).isTrue();

      var broken =
          unshelving()
              .gets(Life.placed(Examples.H2))
              .gets(new StepOutcome.Claimed("zone-2"))
              .gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));
      assertThat(broken.todo()).containsExactly(StepKind.DESTROY, StepKind.RELEASE_CLAIM);
      broken.gets(GONE).gets(DONE);

      for (Life life : java.util.List.of(nowhere, broken)) {
        assertThat(life.state().vmState()).isEqualTo(VmState.SHELVED_OFFLOADED);
        assertThat(life.state().host()).isEmpty();
        assertThat(life.state().shelf()).isPresent();
        assertThat(life.state().nics()).hasSize(1);
        assertThat(error(life)).isNotEmpty();
      }
    }

    @Test
    void toAZoneOrHost() {
      var pinned =
          offloaded().does(unshelve(Optional.of(new Zone(Optional.of("z"))), Optional.of("h9")));
      var spec = ((Effect.Place) pinned.asks().what()).spec();
      assertThat(spec.availabilityZone()).contains("z");
      assertThat(spec.forcedHost()).as("filters judge it").isEmpty();
      assertThat(spec.detail().destination()).contains("h9");
      assertThat(pinned.state().request().orElseThrow().availabilityZone()).contains("z");

      var refusal =
          shelved(NEVER)
              .refuses(unshelve(Optional.of(new Zone(Optional.of("z"))), Optional.empty()));
      assertThat(refusal).isInstanceOf(Rejection.Conflict.class);
    }

    @Test
    void whoseImageIsGoneIsRefused() {
      var command =
          new UserCommand.Unshelve(
              origin("u"), Optional.empty(), Optional.empty(), Optional.empty());

      assertThat(offloaded().refuses(command))
          .isEqualTo(
              new Rejection.Conflict("Unshelve attempted but the image snap cannot be found."));
    }
  }

  @Nested
  class Deleted {
    @Test
    void itsImageGoesToo() {
      for (Life life : java.util.List.of(shelved(NEVER), offloaded(), unshelving())) {
        life.does(new UserCommand.Delete(origin("d")));

        assertThat(life.todo()).endsWith(StepKind.DROP_IMAGE);
      }
      var half = shelving(Life.active(), NEVER).gets(DONE);
      half.does(new UserCommand.Delete(origin("d")));
      assertThat(half.todo()).endsWith(StepKind.DROP_IMAGE);
    }

    @Test
    void whatIsOffloadedCannotBeKeptToBeRestored() {
      var keeping = OperationSettings.DEFAULT.reclaimingAfter(60_000);

      var life = offloaded().under(keeping).does(new UserCommand.Delete(origin("d")));
      assertThat(life.todo()).contains(StepKind.RELEASE_PORTS);

      var onHost = shelved(NEVER).under(keeping).does(new UserCommand.Delete(origin("d")));
      assertThat(onHost.todo())
          .containsExactly(StepKind.POWER_OFF, StepKind.RELEASE_QUOTA, StepKind.DROP_IMAGE);
      onHost.gets(OFF).gets(DONE).gets(DONE);
      assertThat(onHost.state().vmState()).isEqualTo(VmState.SOFT_DELETED);
      assertThat(onHost.state().shelf()).isEmpty();
    }
  }
}
