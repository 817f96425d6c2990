package io.troupe.actors.operation;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * One thing to do.
 *
 * @param index for the steps that go by network: which of the networks asked for, and by snapshot:
 *     which of those that an image names; for those that have two sides ({@link
 *     StepKind#hasSides}): 1 on the other host of a move, see {@link #there}
 */
public record Step(StepKind kind, int index) {
  private static final int THERE = 1;

  public static Step of(StepKind kind) {
    return new Step(kind, 0);
  }

  /** On the other host of a move: where the instance goes to, and once it is there, came from. */
  public static Step there(StepKind kind) {
    return new Step(kind, THERE);
  }

  @JsonIgnore
  public boolean isThere() {
    return index == THERE && kind.hasSides();
  }

  /** The other way round, after a swap of volumes that has failed. */
  public static Step swapBack() {
    return new Step(StepKind.SWAP_VOLUME, THERE);
  }

  @JsonIgnore
  public boolean isSwapBack() {
    return kind == StepKind.SWAP_VOLUME && index == THERE;
  }

  /** The new volume of a swap, by an operation that breaks the swap off. */
  public static Step freeOther() {
    return new Step(StepKind.FREE_VOLUME, THERE);
  }

  @JsonIgnore
  public boolean isFreeOther() {
    return kind == StepKind.FREE_VOLUME && index == THERE;
  }

  /** The image that the instance was shelved in before, not the one that is being made now. */
  public static Step dropFormer() {
    return new Step(StepKind.DROP_IMAGE, THERE);
  }

  @JsonIgnore
  public boolean isDropFormer() {
    return kind == StepKind.DROP_IMAGE && index == THERE;
  }

  /** Count the instance as it was before, after a move that has failed. */
  public static Step reserveAsBefore() {
    return new Step(StepKind.RESERVE, THERE);
  }

  @JsonIgnore
  public boolean isAsBefore() {
    return kind == StepKind.RESERVE && index == THERE;
  }
}
