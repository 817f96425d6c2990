package io.troupe.actors.instance;

import io.troupe.actors.operation.Operation;
import java.util.Optional;

/**
 * Holds instances at a step, so that a drill can kill their controller exactly there: one named
 * {@code hold-at-KIND.STEP} is not taken further once it has come to that step, one named {@code
 * hold-after-KIND.STEP} once the step was carried out but before that is written down. Only with
 * the system property {@code io.troupe.drill=true}; without it, as always but in a drill, names
 * mean nothing. What is held writes {@code drill: … holds at KIND.STEP} to the log. Its deadline
 * still counts.
 */
final class Drill {
  private static final boolean ON = Boolean.getBoolean("io.troupe.drill");

  private Drill() {}

  /** Where it is held instead of asking for its current step; empty when it goes on. */
  static Optional<String> beforeAsking(InstanceState state) {
    return ON ? held(state, "hold-at-") : Optional.empty();
  }

  /** Where it is held instead of taking the outcome of its current step; empty when it goes on. */
  static Optional<String> beforeWriting(InstanceState state) {
    return ON ? held(state, "hold-after-") : Optional.empty();
  }

  private static Optional<String> held(InstanceState state, String prefix) {
    var name = state.request().map(BootRequest::name).orElse("");
    return state
        .operation()
        .flatMap(operation -> operation.current().map(step -> point(operation, step.kind().word())))
        .filter(point -> name.equals(prefix + point));
  }

  private static String point(Operation operation, String step) {
    return operation.kind().name().toLowerCase(java.util.Locale.ROOT) + "." + step;
  }
}
