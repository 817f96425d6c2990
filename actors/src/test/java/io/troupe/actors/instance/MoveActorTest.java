package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.MoveSettings;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverCommand;
import java.time.Duration;
import java.util.HashSet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Moves of an instance whose actor dies between any two steps. */
class MoveActorTest {
  private static final Duration CONFIRMED_AFTER = Duration.ofHours(1);

  @RegisterExtension static final Stage stage = new Stage();

  private final InstanceIndex index = new InstanceIndex(10);
  private final InstanceId id = Examples.instance(1);
  private ActorRef<InstanceActor.Message> actor;

  private static OperationSettings settings() {
    var moves =
        new MoveSettings(
            3_600_000, CONFIRMED_AFTER.toMillis(), false, false, false, 0, 0, 0, false);
    return OperationSettings.DEFAULT.with(moves);
  }

  private Behavior<InstanceActor.Message> behavior() {
    return stage.instance(id, index, settings());
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
    sends(new UserCommand.Boot(origin("boot"), Examples.boot(0)));
    answerAll(false);
  }

  private TestProbe<InstanceActor.Reply> sends(UserCommand command) {
    var probe = stage.probe(InstanceActor.Reply.class);
    actor.tell(new InstanceActor.Do(command, probe.getRef()));
    return probe;
  }

  /** Everybody does what is asked; the actor may die at each question before it hears of that. */
  private void answerAll(boolean dying) {
    var died = new HashSet<String>();
    while (!isAtRest()) {
      var question = stage.soonToOthers();
      if (question.isEmpty()) {
        continue;
      }
      if (dying && died.add(kind(question.get()))) {
        actor = stage.killAndBringBack(actor, behavior());
      } else {
        Everybody.answer(question.get());
      }
    }
  }

  private static String kind(Object question) {
    return question instanceof HostActor.Run run
        ? run.command().name() + " on " + run.command().target().host()
        : question.getClass().getSimpleName();
  }

  private boolean isAtRest() {
    return index.find(id).isPresent() && index.busy().isEmpty();
  }

  private InstanceView view() {
    return stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view().orElseThrow();
  }

  private void begins(UserCommand command) {
    sends(command);
    stage.until(() -> !isAtRest());
  }

  @Test
  void aResizeThatDiesAtEveryStepArrivesAllTheSame() {
    begins(MoveLife.resize());

    answerAll(true);

    assertThat(view().vmState()).isEqualTo(VmState.RESIZED);
    assertThat(view().request().flavor()).isEqualTo(MoveLife.LARGE);
    begins(new UserCommand.RevertResize(origin("revert")));
    answerAll(true);
    assertThat(view().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(view().host()).contains(Examples.H1);
    assertThat(view().migrations().getLast().status()).isEqualTo(Migration.Status.REVERTED);
  }

  @Test
  void aLiveMigrationThatDiesAtEveryStepArrivesAllTheSame() {
    begins(MoveLife.liveMigrate());

    answerAll(true);

    assertThat(view().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(view().migrations().getLast().status()).isEqualTo(Migration.Status.COMPLETED);
    assertThat(index.find(id).orElseThrow().migrations()).hasSize(1);
  }

  @Test
  void aResizeIsAnsweredWhenAHostWasFound() {
    var user = sends(MoveLife.resize());
    Everybody.answer(stage.nextToOthers(ProjectActor.Reserve.class));
    user.expectNoMessage(Duration.ZERO);

    Everybody.answer(stage.nextToOthers());

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
    stage.nextToOthers(HostActor.MakeClaim.class);
  }

  @Test
  void aResizeOverQuotaIsRefusedAndCountedAsBefore() {
    var reason = new Rejection.QuotaExceeded("cores", 1, 10, 10);
    var user = sends(MoveLife.resize());

    stage.nextToOthers(ProjectActor.Reserve.class).replyTo().tell(new ProjectActor.Refused(reason));
    var back = stage.nextToOthers(ProjectActor.Reserve.class);
    assertThat(back.amount()).isEqualTo(Examples.flavor().resources());
    Everybody.answer(back);

    assertThat(user.receiveMessage()).isEqualTo(new InstanceActor.Rejected(reason));
    assertThat(view().vmState()).isEqualTo(VmState.ACTIVE);
  }

  @Test
  void oneThatNobodyConfirmsIsConfirmedWhenItIsWoken() {
    begins(MoveLife.resize());
    answerAll(false);
    assertThat(index.resized(stage.instant())).containsExactly(id);
    assertThat(index.resized(stage.instant().minus(CONFIRMED_AFTER))).isEmpty();
    actor.tell(new InstanceActor.Wake());
    assertThat(view().taskState()).isEmpty();

    stage.pass(CONFIRMED_AFTER);
    actor = stage.killAndBringBack(actor, behavior());
    actor.tell(new InstanceActor.Wake());

    assertThat(stage.nextToOthers(HostActor.Run.class).command())
        .isInstanceOf(DriverCommand.Inspect.class);
    assertThat(view().taskState()).contains(TaskState.RESIZE_CONFIRMING);
  }
}
