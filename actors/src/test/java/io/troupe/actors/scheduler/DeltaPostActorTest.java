package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeltaPostActorTest {
  @RegisterExtension static final Stage stage = new Stage();
  private final InstanceId first = InstanceId.fresh();
  private final InstanceId second = InstanceId.fresh();
  private TestProbe<SchedulerActor.Message> scheduler;
  private ActorRef<SchedulerActor.Message> post;

  @BeforeEach
  void enter() {
    stage.clear();
    scheduler = stage.probe(SchedulerActor.Message.class);
    post = stage.enter(DeltaPostActor.create(scheduler.getRef()));
  }

  private static SchedulerActor.HostDelta delta(String host, int claimed, InstanceId... settled) {
    HostRow row = HostDraft.named(host).claimed(claimed, 0, 0).row();
    return new SchedulerActor.HostDelta(row, List.of(settled));
  }

  private SchedulerActor.Message words(SchedulerActor.HostDelta... deltas) {
    return new SchedulerActor.HostDeltas(List.of(deltas), Optional.of(post));
  }

  /** Afterwards what is said waits for the next time that words go. */
  private void saySomething() {
    post.tell(delta("z", 1));
    assertThat(scheduler.receiveMessage()).isEqualTo(words(delta("z", 1)));
  }

  @Test
  void theFirstOfAWhileGoesAtOnceAndWhatFollowsAsOneWordForEachHostWithAllThatWasSettled() {
    saySomething();

    post.tell(delta("a", 1, first));
    post.tell(delta("b", 1));
    post.tell(delta("a", 2, second));

    scheduler.expectNoMessage(Duration.ofMillis(200));
    stage.pass(DeltaPostActor.BETWEEN);
    assertThat(scheduler.receiveMessage())
        .isEqualTo(words(delta("a", 2, first, second), delta("b", 1)));
    post.tell(delta("a", 3));
    scheduler.expectNoMessage(Duration.ofMillis(200));
    stage.pass(DeltaPostActor.BETWEEN);
    assertThat(scheduler.receiveMessage()).isEqualTo(words(delta("a", 3)));
    stage.pass(DeltaPostActor.BETWEEN);
    saySomething();
  }

  @Test
  void waitsNoLongerWhenManyHaveSpoken() {
    saySomething();

    IntStream.range(0, DeltaPostActor.HOSTS_AT_MOST).forEach(i -> post.tell(delta("h" + i, 1)));

    assertThat(scheduler.receiveMessage())
        .isInstanceOfSatisfying(
            SchedulerActor.HostDeltas.class,
            all -> assertThat(all.deltas()).hasSize(DeltaPostActor.HOSTS_AT_MOST));
  }

  @Test
  void whatSomebodyHasDecidedGoesAtOnceAfterWhatWasSaidBefore() {
    saySomething();
    post.tell(delta("a", 1));

    post.tell(new SchedulerActor.HostDeltas(List.of(delta("a", 2))));

    assertThat(scheduler.receiveMessage()).isEqualTo(words(delta("a", 1)));
    assertThat(scheduler.receiveMessage()).isEqualTo(words(delta("a", 2)));
  }

  @Test
  void aHostThatGoesGoesAfterItsLastWord() {
    var gone = new SchedulerActor.HostGone(new HostId("a"));
    saySomething();
    post.tell(delta("a", 1));
    post.tell(gone);

    assertThat(scheduler.receiveMessage()).isEqualTo(words(delta("a", 1)));
    assertThat(scheduler.receiveMessage()).isEqualTo(gone);
  }
}
