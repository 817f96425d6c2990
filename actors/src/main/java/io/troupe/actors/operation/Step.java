package io.troupe.actors.operation;

/**
 * One thing to do.
 *
 * @param index which of the networks asked for, for the steps that go by network; 0 otherwise
 */
public record Step(StepKind kind, int index) {
  public static Step of(StepKind kind) {
    return new Step(kind, 0);
  }
}
