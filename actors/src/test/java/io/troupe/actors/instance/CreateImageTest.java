package io.troupe.actors.instance;

import static io.troupe.actors.Examples.adminOrigin;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Images of a guest, one by one and as rotating backups. */
class CreateImageTest {
  private static final Image IMAGE = Examples.image("snap");
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");

  private static Life imaging(Life life) {
    return life.does(new UserCommand.CreateImage(origin("i"), IMAGE));
  }

  private static Life atSnapshot() {
    return imaging(Life.active()).gets(DONE);
  }

  private static Life backingUp(int kept) {
    var image = kept == 0 ? Optional.<Image>empty() : Optional.of(IMAGE);
    return Life.active().does(new UserCommand.CreateBackup(origin("b"), image, "daily", kept));
  }

  private static String error(Life life) {
    return life.state().trails().getLast().error().orElseThrow();
  }

  private static void assertAsBefore(Life life, VmState before) {
    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(before);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().fault()).isEmpty();
  }

  @Test
  void howFarTheImageHasComeIsShown() {
    var life = atSnapshot();

    life.does(new ImageReached("snap", Purpose.ImagePhase.PENDING_UPLOAD));
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_PENDING_UPLOAD);
    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_UPLOADING);
    assertThat(Legality.refusal(life.state(), Action.PAUSE, origin("p")))
        .contains(
            new Rejection.WrongState(
                "pause", life.state().id().toString(), "task_state", "image_uploading"));
    life.gets(DONE);
    assertAsBefore(life, VmState.ACTIVE);
  }

  @Test
  void ofABackupToo() {
    var life = backingUp(2).gets(DONE);
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_BACKUP);

    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));

    assertThat(life.state().taskState()).contains(TaskState.IMAGE_UPLOADING);
    life.gets(DONE);
    assertThat(life.state().taskState()).as("rotation").contains(TaskState.IMAGE_BACKUP);
  }

  @Test
  void whatComesLateOrTwiceOrOfAnotherImageSaysNothing() {
    var life = atSnapshot();
    life.does(new ImageReached("another", Purpose.ImagePhase.UPLOADING));
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_SNAPSHOT);
    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));
    var uploading = life.state();

    life.does(new ImageReached("snap", Purpose.ImagePhase.PENDING_UPLOAD));
    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));

    assertThat(life.state()).isEqualTo(uploading);
    life.gets(DONE);
    var rests = life.state();
    life.does(new ImageReached("snap", Purpose.ImagePhase.UPLOADING));
    assertThat(life.state()).isEqualTo(rests);
  }

  static Stream<Life> whereverItRests() {
    return Stream.of(Life.active(), Life.stopped());
  }

  @ParameterizedTest
  @MethodSource("whereverItRests")
  void theImageIsThereFirstAndTheGuestGoesOn(Life life) {
    var before = life.state().vmState();
    imaging(life);

    assertThat(life.asks().what()).isEqualTo(new Effect.MakeImage(IMAGE));
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_SNAPSHOT_PENDING);
    assertThat(life.state().owesAnswer()).isTrue();
    life.gets(DONE);
    assertThat(life.state().owesAnswer()).isFalse();
    assertThat(life.state().taskState()).contains(TaskState.IMAGE_SNAPSHOT);
    assertThat(life.asks().what())
        .isInstanceOfSatisfying(
            Effect.RunOnHost.class,
            run ->
                assertThat(run.command())
                    .isInstanceOfSatisfying(
                        DriverCommand.Snapshot.class,
                        it -> assertThat(it.imageId()).isEqualTo("snap")));
    life.gets(DONE);
    assertAsBefore(life, before);
    assertThat(life.state().trails().getLast().error()).isEmpty();
  }

  @Test
  void whatMayPassIsAskedForAgain() {
    atSnapshot().isToldToAskAgain(Life.failure(DriverFailure.Kind.RETRYABLE));
    imaging(Life.active()).isToldToAskAgain(Life.failure(DriverFailure.Kind.RETRYABLE));
  }

  @ParameterizedTest
  @EnumSource(value = DriverFailure.Kind.class, names = "RETRYABLE", mode = EnumSource.Mode.EXCLUDE)
  void thatFailsDropsTheImage(DriverFailure.Kind kind) {
    var life = atSnapshot().gets(Life.failure(kind));

    assertThat(life.asks().what()).isEqualTo(new Effect.DropImage("snap"));
    life.gets(DONE);
    assertAsBefore(life, VmState.ACTIVE);
    assertThat(error(life)).isEqualTo("it broke");
  }

  @Test
  void whoseTimeIsUpDropsTheImage() {
    var life = atSnapshot().late();

    assertThat(life.asks().what()).isEqualTo(new Effect.DropImage("snap"));
    life.gets(DONE);
    assertAsBefore(life, VmState.ACTIVE);
    assertThat(error(life)).isEqualTo("Timed out at step snapshot");
  }

  @Test
  void whatBreaksItOffDropsTheImage() {
    var deleted = atSnapshot().does(new UserCommand.Delete(origin("d")));
    assertThat(deleted.todo()).startsWith(StepKind.DESTROY).endsWith(StepKind.DROP_IMAGE);
    while (!deleted.rests()) {
      var asked = deleted.asks();
      if (asked.step().kind() == StepKind.DROP_IMAGE) {
        assertThat(asked.what()).isEqualTo(new Effect.DropImage("snap"));
      }
      deleted.gets(
          asked.step().kind() == StepKind.DESTROY
              ? new StepOutcome.Guest(false, PowerState.NOSTATE)
              : DONE);
    }
    assertThat(deleted.state().vmState()).isEqualTo(VmState.DELETED);

    var reset =
        atSnapshot()
            .does(
                new UserCommand.ResetState(
                    adminOrigin("r"), UserCommand.ResetState.Resting.ACTIVE));
    assertThat(reset.todo()).containsExactly(StepKind.RESERVE, StepKind.DROP_IMAGE);
    reset.gets(DONE).gets(DONE);
    assertAsBefore(reset, VmState.ACTIVE);

    var softly =
        atSnapshot()
            .under(OperationSettings.DEFAULT.reclaimingAfter(1_000))
            .does(new UserCommand.Delete(origin("d")));
    assertThat(softly.todo()).endsWith(StepKind.DROP_IMAGE);
    var atOnce = softly.does(new UserCommand.ForceDelete(origin("f")));
    assertThat(atOnce.todo()).endsWith(StepKind.DROP_IMAGE);
  }

  @Test
  void thatIsWholeAlreadyIsLeftBehindByADelete() {
    var life = atSnapshot().gets(DONE).does(new UserCommand.Delete(origin("d")));

    assertThat(life.todo()).doesNotContain(StepKind.DROP_IMAGE);
  }

  @Nested
  class AsBackup {
    @Test
    void theOldestGoWhenTheNewOneIsWhole() {
      var life = backingUp(2);

      assertThat(life.state().taskState()).contains(TaskState.IMAGE_BACKUP);
      life.gets(DONE).gets(DONE);
      assertThat(life.asks().what())
          .isEqualTo(new Effect.RotateBackups(Examples.PROJECT, "daily", 2));
      life.gets(DONE);
      assertAsBefore(life, VmState.ACTIVE);
    }

    @Test
    void thatFailsLeavesTheOlderOnes() {
      var life = backingUp(2).gets(DONE).gets(Life.failure(DriverFailure.Kind.HOST_FAULT));

      assertThat(life.todo()).containsExactly(StepKind.DROP_IMAGE);
      life.gets(DONE);
      assertAsBefore(life, VmState.ACTIVE);
      assertThat(error(life)).isEqualTo("it broke");
    }

    @Test
    void ofWhichNoneIsKeptMakesNone() {
      var life = backingUp(0);

      assertThat(life.todo()).containsExactly(StepKind.ROTATE_BACKUPS);
      assertThat(life.state().owesAnswer()).isFalse();
      life.gets(DONE);
      assertAsBefore(life, VmState.ACTIVE);
    }

    @Test
    void brokenOffWhileItRotatesKeepsTheNewOne() {
      var life = backingUp(1).gets(DONE).gets(DONE).does(new UserCommand.Delete(origin("d")));

      assertThat(life.todo()).doesNotContain(StepKind.DROP_IMAGE);
    }
  }
}
