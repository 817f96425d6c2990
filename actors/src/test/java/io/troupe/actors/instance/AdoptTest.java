package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Instances made of guests that are there: what is asked, and that nobody's guest is harmed. */
class AdoptTest {
  private static final StepOutcome.Guest RUNS = new StepOutcome.Guest(true, PowerState.RUNNING);
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");

  private static UserCommand.Adopt adopt(String operation) {
    var request = Examples.boot(Examples.flavor(), 0, Optional.of("h1"), Optional.empty());
    return new UserCommand.Adopt(
        Examples.adminOrigin(operation), request, Examples.H1, "somebody-elses");
  }

  private static Life adopting() {
    return Life.absent().does(adopt("a")).gets(DONE).gets(new StepOutcome.Claimed("zone-1"));
  }

  @Test
  void reservesClaimsAndMarksTheGuest() {
    var life = Life.absent().does(adopt("a"));
    assertThat(life.state().visible()).as("before the quota has agreed").isFalse();

    life.gets(DONE);
    assertThat(life.asks().what())
        .isInstanceOfSatisfying(
            Effect.ClaimHost.class, claim -> assertThat(claim.host()).isEqualTo(Examples.H1));
    life.gets(new StepOutcome.Claimed("zone-1"));
    var told = ((Effect.RunOnHost) life.asks().what()).command();
    assertThat(told)
        .isInstanceOfSatisfying(
            DriverCommand.Adopt.class, it -> assertThat(it.name()).isEqualTo("somebody-elses"));
    life.gets(RUNS);

    assertThat(life.rests()).isTrue();
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(life.state().host()).contains(Examples.H1);
    assertThat(life.state().launchedAt()).isPresent();
    assertThat(life.state().trails().getLast().action()).isEqualTo("adopt");
    assertThat(life.state().leavesItsGuestAlone()).as("it is its own now").isFalse();
  }

  @Test
  void ofAGuestThatIsOffIsStoppedAndCanBeStarted() {
    var life = adopting().gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN));

    assertThat(life.state().vmState()).isEqualTo(VmState.STOPPED);
    life.does(new UserCommand.Start(Examples.origin("s"))).gets(RUNS);
    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
  }

  @Test
  void thatTheDriverRefusesGivesBackAllAndLeavesTheGuest() {
    var life = adopting().gets(Life.failure(DriverFailure.Kind.INSTANCE_FAULT));
    assertThat(life.state().leavesItsGuestAlone()).as("also while that is done").isTrue();

    assertThat(life.todo()).containsExactly(StepKind.RELEASE_CLAIM, StepKind.RELEASE_QUOTA);
    life.gets(DONE).gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.DELETED);
    assertThat(life.state().trails().getLast().error()).contains("it broke");
  }

  @Test
  void whoseDeadlinePassesGivesBackAllAndLeavesTheGuest() {
    var life = adopting().late();

    assertThat(life.todo()).containsExactly(StepKind.RELEASE_CLAIM, StepKind.RELEASE_QUOTA);
  }

  @Test
  void thatTheHostHasNoRoomForSaysSo() {
    var life = Life.absent().does(adopt("a")).gets(DONE).gets(new StepOutcome.ClaimRefused("full"));

    assertThat(life.todo()).containsExactly(StepKind.RELEASE_QUOTA);
    life.gets(DONE);
    assertThat(life.state().vmState()).isEqualTo(VmState.DELETED);
    assertThat(life.state().trails().getLast().error().orElseThrow()).contains("full");
  }

  @Test
  void canBeTriedAgainUnderANewerGeneration() {
    var life = adopting().late().gets(DONE).gets(DONE);
    var before = life.state().generation();

    life.does(adopt("again")).gets(DONE).gets(new StepOutcome.Claimed("zone-1")).gets(RUNS);

    assertThat(life.state().vmState()).isEqualTo(VmState.ACTIVE);
    assertThat(life.state().generation()).isGreaterThan(before);
    assertThat(life.state().terminatedAt()).isEmpty();
  }

  @Test
  void ofAnInstanceThatIsThereIsRefusedAndARepetitionIsNot() {
    var life = adopting().gets(RUNS);

    life.ignores(adopt("a"));
    assertThat(life.refuses(adopt("another"))).isInstanceOf(Rejection.Conflict.class);
    assertThat(Life.active().refuses(adopt("another"))).isInstanceOf(Rejection.Conflict.class);
  }

  @Test
  void thatADeleteBreaksOffLeavesTheGuest() {
    var life = adopting().does(new UserCommand.Delete(Examples.origin("d")));

    assertThat(life.todo()).containsExactly(StepKind.RELEASE_CLAIM, StepKind.RELEASE_QUOTA);
  }

  @Test
  void onceItIsDoneADeleteRemovesTheGuest() {
    var life = adopting().gets(RUNS).does(new UserCommand.Delete(Examples.origin("d")));

    assertThat(life.todo()).startsWith(StepKind.DESTROY);
  }

  @Test
  void overQuotaNeverWas() {
    var life =
        Life.absent()
            .does(adopt("a"))
            .gets(new StepOutcome.Refused(new Rejection.Conflict("over quota")))
            .gets(DONE);

    assertThat(life.rests()).isTrue();
    assertThat(life.state().visible()).isFalse();
    life.does(adopt("again"));
    assertThat(life.state().phase()).isEqualTo(InstanceState.Phase.ASKED);
  }
}
