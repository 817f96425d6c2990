package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.Explanation;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.OperationSettings;
import io.troupe.config.PreemptionMode;
import io.troupe.core.value.InstanceId;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A boot for which others leave a host, and which is killed while it waits for that. */
class PreemptActorTest {
  private static final Preemption PREEMPTION =
      new Preemption(
          H1,
          List.of(new Preemption.Victim(Examples.instance(7), 3)),
          PreemptionMode.DELETE,
          5_000);

  @RegisterExtension static final Stage stage = new Stage();

  private final InstanceId id = Examples.instance(1);
  private ActorRef<InstanceActor.Message> actor;

  private Behavior<InstanceActor.Message> behavior() {
    return stage.instance(id, new InstanceIndex(10), OperationSettings.DEFAULT);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
  }

  private InstanceView view() {
    return stage.ask(actor, InstanceActor.View.class, InstanceActor.Get::new).view().orElseThrow();
  }

  /** The scheduler might name others the second time: it is not asked again. */
  @Test
  void killedWhileOthersLeaveItAsksForTheSameOnesAndTheSchedulerNoMore() {
    actor.tell(
        new InstanceActor.Do(
            new UserCommand.Boot(origin("boot"), Examples.boot(1)), stage.nobody()));
    Everybody.answer(stage.nextToOthers());
    var place = (SchedulerActor.Place) stage.nextToOthers();
    assertThat(place.mayPreempt()).isTrue();
    place
        .replyTo()
        .tell(new Decision.NoValidHost(new Explanation(1, List.of()), Optional.of(PREEMPTION)));
    var before = (HostActor.Preempt) stage.nextToOthers();
    assertThat(before.preemption()).isEqualTo(PREEMPTION);
    assertThat(before.by()).isEqualTo(id);

    actor = stage.killAndBringBack(actor, behavior());

    var after = (HostActor.Preempt) stage.nextToOthers();
    assertThat(after.preemption()).isEqualTo(PREEMPTION);
    assertThat(after.operation()).isEqualTo(before.operation());
    after.replyTo().tell(new HostActor.ClaimGone());
    for (int times = 0; times < 3; times++) { // claim, network, spawn
      Everybody.answer(stage.nextToOthers());
    }
    stage.until(() -> view().vmState() == VmState.ACTIVE);
    assertThat(view().host()).contains(H1);
  }
}
