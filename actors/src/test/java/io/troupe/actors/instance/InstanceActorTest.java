package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.H2;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverCommand;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InstanceActorTest {
  private static final OperationSettings SETTINGS = OperationSettings.DEFAULT;

  @RegisterExtension static final Stage stage = new Stage();

  private final InstanceIndex index = new InstanceIndex(10);
  private InstanceId id = Examples.instance(1);
  private ActorRef<InstanceActor.Message> actor;

  private Behavior<InstanceActor.Message> behavior() {
    return stage.instance(id, index, SETTINGS);
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

  private TestProbe<InstanceActor.Reply> boots() {
    return sends(new UserCommand.Boot(origin("boot"), Examples.boot(1)));
  }

  private InstanceView view() {
    return stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view().orElseThrow();
  }

  private List<OperationTrail> trails() {
    return stage
        .ask(actor, InstanceActor.Operations.class, InstanceActor.GetOperations::new)
        .trails();
  }

  /** Once nothing is in progress: the last answer is still on its way when it was given. */
  private InstanceView viewAtRest() {
    stage.until(() -> trails().stream().allMatch(trail -> trail.finishedAt().isPresent()));
    return view();
  }

  private List<Object> journal() {
    return stage.journal("instance|" + id);
  }

  private void answer(Object question) {
    Everybody.answer(question);
  }

  private void answers(int times) {
    for (int time = 0; time < times; time++) {
      answer(stage.nextToOthers());
    }
  }

  /** RESERVE, PLACE, CLAIM, NETWORK, SPAWN. */
  private void becomesActive() {
    boots();
    answers(5);
    assertThat(viewAtRest().vmState()).isEqualTo(VmState.ACTIVE);
    stage.nothingToOthers();
  }

  @Test
  void bootsInThreeWrites() {
    var user = boots();
    answers(5);

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
    var view = viewAtRest();
    assertThat(view.vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(view.host()).contains(H1);
    assertThat(view.taskState()).isEmpty();
    assertThat(index.find(id)).contains(view);
    assertThat(journal()).hasSize(3);
  }

  @Test
  void isAnsweredOnlyWhenTheQuotaHasAgreed() {
    var user = boots();
    var reserve = stage.nextToOthers();
    user.expectNoMessage(Duration.ZERO);

    answer(reserve);

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
  }

  @Test
  void refusedByTheQuotaIsNobodysToSee() {
    var user = boots();
    var reason = new Rejection.QuotaExceeded("cores", 1, 20, 20);
    ((ProjectActor.Reserve) stage.nextToOthers()).replyTo().tell(new ProjectActor.Refused(reason));

    assertThat(user.receiveMessage()).isEqualTo(new InstanceActor.Rejected(reason));
    answer(stage.nextToOthers(ProjectActor.Release.class));
    assertThat(stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view()).isEmpty();
    assertThat(index.find(id)).isEmpty();
  }

  @Test
  void whoseClaimIsRefusedAsksTheAlternate() {
    boots();
    answers(2);
    ((HostActor.MakeClaim) stage.nextToOthers()).replyTo().tell(new HostActor.ClaimRefused("full"));

    assertThat(stage.nextToOthers())
        .isInstanceOf(HostActor.MakeClaim.class)
        .satisfies(this::answer);
    answers(2);
    assertThat(viewAtRest().host()).contains(H2);
  }

  @Test
  void killedAtAnyStepGoesOnToTheSameEnd() {
    becomesActive();
    var undisturbed = view();
    for (int killedAt = 0; killedAt < 5; killedAt++) {
      id = Examples.instance(100 + killedAt);
      actor = stage.enter(behavior());
      boots();
      answers(killedAt);
      stage.nextToOthers(); // asked, and never answered

      actor = stage.killAndBringBack(actor, behavior());
      for (Object question = stage.nextToOthers(); ; question = stage.nextToOthers()) {
        answer(question);
        if (question instanceof HostActor.Run) {
          break;
        }
      }

      var view = viewAtRest();
      assertThat(view.vmState()).isEqualTo(VmState.ACTIVE);
      assertThat(view.host()).isEqualTo(undisturbed.host());
      assertThat(view.nics()).isEqualTo(undisturbed.nics());
      stage.nothingToOthers();
    }
  }

  @Test
  void restsWhenItIsKilledAtRest() {
    becomesActive();
    var before = view();

    actor = stage.killAndBringBack(actor, behavior());

    assertThat(view()).isEqualTo(before);
    stage.nothingToOthers();
  }

  @Test
  void whoseWriteFailsComesBackAndGoesOn() {
    boots();
    answer(stage.nextToOthers(ProjectActor.Reserve.class));
    stage.nextWriteFails("instance|" + id);
    answer(stage.nextToOthers(SchedulerActor.Place.class));

    // The write of PLACE fails; until the actor is back there is nothing but time to wait for.
    Object question = null;
    for (int second = 0; question == null && second < 60; second++) {
      stage.pass(Duration.ofSeconds(1));
      question = stage.soonToOthers().orElse(null);
    }
    answer(question);
    answers(4);

    assertThat(viewAtRest().vmState()).isEqualTo(VmState.ACTIVE);
  }

  /** What the quota said was not written yet; it says it again, and until then nobody is denied. */
  @Test
  void whatWasAcknowledgedIsNotDeniedAfterACrash() {
    boots();
    answer(stage.nextToOthers(ProjectActor.Reserve.class));
    stage.nextToOthers(SchedulerActor.Place.class);
    assertThat(view().vmState()).isEqualTo(VmState.BUILDING);

    actor = stage.killAndBringBack(actor, behavior());
    var reader = stage.probe(InstanceActor.View.class);
    var deleter = stage.probe(InstanceActor.Reply.class);
    actor.tell(new InstanceActor.Get(reader.getRef()));
    actor.tell(
        new InstanceActor.Do(
            new UserCommand.Delete(Examples.origin("req-delete")), deleter.getRef()));
    answer(stage.nextToOthers(ProjectActor.Reserve.class));

    assertThat(reader.receiveMessage().view()).isPresent();
    assertThat(deleter.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
  }

  @Test
  void anUnansweredQuestionIsAskedAgain() {
    boots();
    stage.nextToOthers(ProjectActor.Reserve.class);

    stage.pass(Duration.ofSeconds(3));

    answer(stage.nextToOthers(ProjectActor.Reserve.class));
    answer(stage.nextToOthers(SchedulerActor.Place.class));
  }

  @Test
  void whoseSpawnHangsGivesUpAtTheDeadline() {
    boots();
    answers(4);
    stage.nextToOthers(HostActor.Run.class);

    stage.pass(Duration.ofMillis(SETTINGS.bootMillis() + 1));

    HostActor.Run run;
    do {
      run = stage.nextToOthers(HostActor.Run.class);
    } while (!(run.command() instanceof DriverCommand.Destroy));
    answer(run);
    answers(2);
    assertThat(viewAtRest().vmState()).isEqualTo(VmState.ERROR);
    assertThat(view().fault().orElseThrow().message()).contains("timed out at step spawn");
  }

  @Test
  void theDeadlineHoldsAfterACrashToo() {
    boots();
    answers(4);
    stage.nextToOthers(HostActor.Run.class);
    stage.pass(Duration.ofMillis(SETTINGS.bootMillis() + 1));

    actor = stage.killAndBringBack(actor, behavior());

    stage.pass(Duration.ofMillis(1));
    HostActor.Run run;
    do {
      run = stage.nextToOthers(HostActor.Run.class);
    } while (!(run.command() instanceof DriverCommand.Destroy));
  }

  @Test
  void deletesInOneMoreWriteThanItBegins() {
    becomesActive();
    var writes = journal().size();

    var user = sends(new UserCommand.Delete(origin("delete")));
    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
    answers(3);

    stage.until(() -> trails().getFirst().finishedAt().isPresent());
    assertThat(stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view()).isEmpty();
    assertThat(index.find(id).orElseThrow().vmState()).isEqualTo(VmState.DELETED);
    assertThat(journal()).hasSize(writes + 2);
  }

  @Test
  void doesNotAskForTheClaimThatWentWithTheGuest() {
    becomesActive();

    sends(new UserCommand.Delete(origin("delete")));
    var run = stage.nextToOthers(HostActor.Run.class);
    assertThat(run.leaves()).contains(1L);
    answer(run);

    answer(stage.nextToOthers(NetworkActor.Release.class));
    answer(stage.nextToOthers(ProjectActor.Release.class));
    stage.until(() -> trails().getFirst().finishedAt().isPresent());
    assertThat(trails().getFirst().steps().toString()).contains("release_claim");
    stage.nothingToOthers();
  }

  @Test
  void aRepeatedCommandIsAcceptedAndHasOneEffect() {
    becomesActive();
    var writes = journal().size();

    var user = boots();

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Accepted.class);
    assertThat(journal()).hasSize(writes);
    stage.nothingToOthers();
  }

  @Test
  void anIllegalCommandIsRefusedAndWritesNothing() {
    becomesActive();
    var writes = journal().size();

    var user = sends(new UserCommand.Start(origin("start")));

    assertThat(user.receiveMessage()).isInstanceOf(InstanceActor.Rejected.class);
    assertThat(journal()).hasSize(writes);
  }

  @Test
  void confirmsItsOwnClaimAndNoOther() {
    becomesActive();

    assertThat(confirms(H1, 1).stands()).isTrue();
    assertThat(confirms(H2, 1).stands()).isFalse();
    assertThat(confirms(H2, 99).stands()).as("one it may come to make again").isTrue();
  }

  private InstanceActor.ClaimConfirmed confirms(HostId host, long generation) {
    return stage.ask(
        actor,
        InstanceActor.ClaimConfirmed.class,
        replyTo -> new InstanceActor.ConfirmClaim(host, generation, replyTo));
  }
}
