package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverCommand;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens to an instance after its boot, in an actor that may die. */
class InstanceLifeActorTest {
  private static final Duration KEPT = Duration.ofHours(1);

  @RegisterExtension static final Stage stage = new Stage();

  private final InstanceIndex index = new InstanceIndex(10);
  private InstanceId id = Examples.instance(1);
  private ActorRef<InstanceActor.Message> actor;

  private static OperationSettings settings() {
    return OperationSettings.DEFAULT.reclaimingAfter(KEPT.toMillis());
  }

  private Behavior<InstanceActor.Message> behavior() {
    return stage.instance(id, index, settings());
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private TestProbe<InstanceActor.Reply> sends(UserCommand command) {
    var probe = stage.probe(InstanceActor.Reply.class);
    actor.tell(new InstanceActor.Do(command, probe.getRef()));
    return probe;
  }

  private void becomesActive() {
    sends(new UserCommand.Boot(origin("boot"), Examples.boot(1)));
    for (int step = 0; step < 5; step++) {
      Everybody.answer(stage.nextToOthers());
    }
    atRest();
  }

  private void becomesSoftDeleted() {
    becomesActive();
    sends(new UserCommand.Delete(origin("delete")));
    Everybody.answer(stage.nextToOthers(HostActor.Run.class));
    Everybody.answer(stage.nextToOthers(ProjectActor.Release.class));
    assertThat(atRest().vmState()).isEqualTo(VmState.SOFT_DELETED);
  }

  private InstanceView atRest() {
    stage.until(
        () ->
            stage
                .ask(actor, InstanceActor.Operations.class, InstanceActor.GetOperations::new)
                .trails()
                .stream()
                .allMatch(trail -> trail.finishedAt().isPresent()));
    return stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view().orElseThrow();
  }

  @Test
  void aRestoreIsAnsweredWhenTheQuotaHasAgreed() {
    becomesSoftDeleted();

    var user = sends(new UserCommand.Restore(origin("restore")));
    var reserve = stage.nextToOthers(ProjectActor.Reserve.class);
    user.expectNoMessage(Duration.ZERO);
    Everybody.answer(reserve);

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
    Everybody.answer(stage.nextToOthers(HostActor.Run.class));
    assertThat(atRest().vmState()).isEqualTo(VmState.ACTIVE);
  }

  @Test
  void aRestoreThatTheQuotaRefusesIsRefusedAlsoWhenAskedOnceMore() {
    becomesSoftDeleted();
    var reason = new Rejection.QuotaExceeded("instances", 1, 10, 10);
    var command = new UserCommand.Restore(origin("restore"));

    var user = sends(command);
    stage.nextToOthers(ProjectActor.Reserve.class).replyTo().tell(new ProjectActor.Refused(reason));

    assertThat(user.receiveMessage()).isEqualTo(new InstanceActor.Rejected(reason));
    Everybody.answer(stage.nextToOthers(ProjectActor.Release.class));
    assertThat(atRest().vmState()).isEqualTo(VmState.SOFT_DELETED);
    assertThat(sends(command).receiveMessage()).isEqualTo(new InstanceActor.Rejected(reason));
  }

  @Test
  void whenItsTimeIsOverBeingWokenIsItsEnd() {
    becomesSoftDeleted();
    actor.tell(new InstanceActor.Wake());
    assertThat(atRest().vmState()).as("too early").isEqualTo(VmState.SOFT_DELETED);
    stage.nothingToOthers();

    stage.pass(KEPT);
    assertThat(index.softDeleted(stage.instant().minus(KEPT).plusMillis(1))).containsExactly(id);
    actor = stage.killAndBringBack(actor, behavior());
    actor.tell(new InstanceActor.Wake());

    assertThat(stage.nextToOthers(HostActor.Run.class).command())
        .isInstanceOf(DriverCommand.Destroy.class);
  }

  @Test
  void anImageIsNamedWhenItIsThere() {
    becomesActive();

    var user = sends(new UserCommand.CreateImage(origin("image"), Examples.image("snap")));
    var make = stage.nextToOthers(ImagesActor.Make.class);
    user.expectNoMessage(Duration.ZERO);
    Everybody.answer(make);

    assertThat(user.receiveMessage())
        .isInstanceOfSatisfying(
            InstanceActor.Accepted.class,
            it -> assertThat(it.view().taskState()).contains(TaskState.IMAGE_SNAPSHOT));
    assertThat(stage.nextToOthers(HostActor.Run.class).command())
        .isInstanceOf(DriverCommand.Snapshot.class);
  }

  @Test
  void aPasswordReachesTheDriverAndNoJournal() {
    becomesActive();

    sends(new UserCommand.SetPassword(origin("password"), "s3cret"));
    var run = stage.nextToOthers(HostActor.Run.class);
    Everybody.answer(run);

    assertThat(run.command())
        .isInstanceOfSatisfying(
            DriverCommand.SetPassword.class,
            command -> {
              assertThat(command.password()).isEqualTo("s3cret");
              assertThat(command.user()).isEqualTo("root");
            });
    assertThat(atRest().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(stage.journal("instance|" + id).toString()).doesNotContain("s3cret");
  }

  @Test
  void aPasswordIsLostWithItsActorAndTheOperationFailsVisibly() {
    becomesActive();
    sends(new UserCommand.SetPassword(origin("password"), "s3cret"));
    stage.nextToOthers(HostActor.Run.class);

    actor = stage.killAndBringBack(actor, behavior());

    Everybody.answer(stage.nextToOthers(HostActor.Run.class)); // asks for the truth
    assertThat(atRest().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(trails().getFirst().error())
        .hasValueSatisfying(why -> assertThat(why).contains("set it again"));
  }

  /** Each with how often it asks somebody. */
  private record Work(UserCommand command, int questions, VmState end) {
    @Override
    public String toString() {
      return command.getClass().getSimpleName();
    }
  }

  static Stream<Work> works() {
    return Stream.of(
        new Work(new UserCommand.Pause(origin("w")), 1, VmState.PAUSED),
        new Work(new UserCommand.Suspend(origin("w")), 1, VmState.SUSPENDED),
        new Work(new UserCommand.TriggerCrashDump(origin("w")), 1, VmState.ACTIVE),
        new Work(new UserCommand.CreateImage(origin("w"), Examples.image("i")), 2, VmState.ACTIVE),
        new Work(
            new UserCommand.CreateBackup(origin("w"), Optional.of(Examples.image("i")), "daily", 1),
            3,
            VmState.ACTIVE),
        new Work(new UserCommand.Delete(origin("w")), 2, VmState.SOFT_DELETED),
        new Work(
            new UserCommand.ResetState(
                Examples.adminOrigin("w"), UserCommand.ResetState.Resting.ERROR),
            1,
            VmState.ERROR));
  }

  @ParameterizedTest
  @MethodSource("works")
  void killedAtAnyStepItGoesOnToTheSameEnd(Work work) {
    for (int killedAt = 0; killedAt < work.questions(); killedAt++) {
      id = Examples.instance(100 + killedAt);
      actor = stage.enter(behavior());
      becomesActive();
      sends(work.command());
      for (int step = 0; step < killedAt; step++) {
        Everybody.answer(stage.nextToOthers());
      }
      stage.nextToOthers(); // asked, and never answered

      actor = stage.killAndBringBack(actor, behavior());
      // What could be asked again was perhaps not written down yet.
      while (busy()) {
        stage.soonToOthers().ifPresent(Everybody::answer);
      }

      assertThat(atRest().vmState()).isEqualTo(work.end());
      stage.nothingToOthers();
    }
  }

  private boolean busy() {
    return trails().stream().anyMatch(trail -> trail.finishedAt().isEmpty());
  }

  private List<OperationTrail> trails() {
    return stage
        .ask(actor, InstanceActor.Operations.class, InstanceActor.GetOperations::new)
        .trails();
  }
}
