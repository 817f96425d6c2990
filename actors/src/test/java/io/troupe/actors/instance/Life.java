package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An instance without an actor, taken through its life by hand. Whatever it decides is evolved at
 * once, and that replaying its events gives the same state is checked each time.
 */
final class Life {
  static final OperationSettings SETTINGS = OperationSettings.DEFAULT;

  private final List<InstanceEvent> events = new ArrayList<>();
  private InstanceState state = InstanceState.absent(Examples.instance(1));
  private Instant now = Examples.NOW;
  private OperationSettings settings = SETTINGS;

  /** Asked for, with as many networks. */
  static Life asked(int networks) {
    return asked(Examples.boot(networks));
  }

  static Life asked(BootRequest request) {
    return new Life().does(new UserCommand.Boot(Examples.origin("boot"), request));
  }

  static Life absent() {
    return new Life();
  }

  /** Up to the spawn on h1, with alternates h2 and h3. */
  static Life atSpawn() {
    return asked(1)
        .gets(new StepOutcome.Done(""))
        .gets(placed(Examples.H1, Examples.H2, Examples.H3))
        .gets(new StepOutcome.Claimed("zone-1"))
        .gets(new StepOutcome.Attached(Examples.nic(0)));
  }

  static Life active() {
    return atSpawn().gets(new StepOutcome.Guest(true, PowerState.RUNNING));
  }

  static Life stopped() {
    return active()
        .does(new UserCommand.Stop(Examples.origin("stop-first")))
        .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN));
  }

  /** In error, on no host: nobody had room. */
  static Life inError() {
    return asked(1)
        .gets(new StepOutcome.Done(""))
        .gets(new StepOutcome.NoHost("no hosts"))
        .gets(new StepOutcome.Done(""));
  }

  static StepOutcome.Placed placed(HostId... hosts) {
    return new StepOutcome.Placed(List.of(hosts), "");
  }

  static StepOutcome.DriverFailed failure(DriverFailure.Kind kind) {
    return new StepOutcome.DriverFailed(new DriverFailure(kind, "it broke"));
  }

  InstanceState state() {
    return state;
  }

  List<InstanceEvent> events() {
    return events;
  }

  InstanceEvent last() {
    return events.getLast();
  }

  /** What is asked for now; only while an operation is in progress. */
  Effect.Ask asks() {
    return (Effect.Ask) state.next(SETTINGS);
  }

  boolean rests() {
    return state.next(SETTINGS) instanceof Effect.Rest;
  }

  List<StepKind> todo() {
    return state.operation().orElseThrow().todo().stream().map(Step::kind).toList();
  }

  Life under(OperationSettings other) {
    settings = other;
    return this;
  }

  Life after(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** The deadline of the operation in progress has passed. */
  Life late() {
    var operation = state.operation().orElseThrow();
    now = operation.deadline();
    return does(new DeadlinePassed(operation.id()));
  }

  Decision decide(InstanceInput input) {
    return state.decide(input, now, settings);
  }

  Rejection refuses(InstanceInput input) {
    return ((Decision.Reject) decide(input)).reason();
  }

  Life does(InstanceInput input) {
    var accepted = (Decision.Accept) decide(input);
    for (InstanceEvent event : accepted.events()) {
      events.add(event);
      state = state.evolve(event);
    }
    var replayed = InstanceState.absent(state.id());
    for (InstanceEvent event : events) {
      replayed = replayed.evolve(event);
    }
    assertThat(replayed).isEqualTo(state);
    return this;
  }

  StepOutcome outcome(StepOutcome.Result result) {
    var ask = asks();
    return new StepOutcome(ask.operation(), ask.step(), ask.generation(), now, result);
  }

  /** The record of its latest move. */
  Migration migration() {
    return state.moves().migrations().getLast();
  }

  /** The current step's answer. */
  Life gets(StepOutcome.Result result) {
    return does(outcome(result));
  }

  Decision.AskAgain isToldToAskAgain(StepOutcome.Result result) {
    return (Decision.AskAgain) decide(outcome(result));
  }

  void ignores(InstanceInput input) {
    assertThat(decide(input)).isEqualTo(Decision.nothing());
  }
}
