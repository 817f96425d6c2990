package io.troupe.actors.instance;

import io.troupe.actors.operation.Step;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an operation needs and the journal must not have. It lives as long as the actor: an
 * operation that has to go on without its secret fails visibly and is asked for again.
 */
final class Secrets {
  /** Stands in a command until the secret is filled in. */
  static final String NOT_HERE = "";

  private final Map<OperationId, String> kept = new HashMap<>();

  void keepOf(UserCommand command) {
    if (command instanceof UserCommand.SetPassword(var origin, var password)) {
      kept.put(origin.operation(), password);
    }
  }

  /** When nothing is in progress any more. */
  void forget() {
    kept.clear();
  }

  /** The effect with its secret; empty when it needs one that is gone. */
  Optional<Effect> fillIn(Effect effect) {
    if (effect
        instanceof
        Effect.Ask(
            OperationId operation,
            Step step,
            long generation,
            Effect.RunOnHost(
                var host,
                DriverCommand.SetPassword(var target, var user, var _),
                var leaves))) {
      return Optional.ofNullable(kept.get(operation))
          .map(
              password ->
                  new Effect.Ask(
                      operation,
                      step,
                      generation,
                      new Effect.RunOnHost(
                          host, new DriverCommand.SetPassword(target, user, password), leaves)));
    }
    return Optional.of(effect);
  }

  /** What becomes of a step whose secret is gone. */
  static StepOutcome gone(Effect effect, Instant now) {
    var ask = (Effect.Ask) effect;
    var why =
        new DriverFailure(
            DriverFailure.Kind.INSTANCE_FAULT,
            "the password was lost with the controller that had it; set it again");
    return new StepOutcome(
        ask.operation(), ask.step(), ask.generation(), now, new StepOutcome.DriverFailed(why));
  }
}
