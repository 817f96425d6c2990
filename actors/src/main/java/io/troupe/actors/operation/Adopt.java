package io.troupe.actors.operation;

import java.util.List;

/**
 * Adopt: an instance for a guest that is there already and that Troupe did not make. The guest is
 * never touched but for our mark; so whatever fails, or a delete that breaks in before the mark is
 * known to be there, leaves the guest alone and gives back only what is in our books.
 *
 * <pre>
 *   reserve → claim → adopt → as the guest is
 *                │       └─ refused, or no answer by the deadline → release claim → release quota → deleted
 *                └─ refused → release quota → deleted
 * </pre>
 *
 * <p>A guest whose mark was set although nobody heard of it can be adopted again: the next attempt
 * has a newer generation.
 */
public final class Adopt {
  private Adopt() {}

  public static List<Step> steps() {
    return List.of(Step.of(StepKind.RESERVE), Step.of(StepKind.CLAIM), Step.of(StepKind.ADOPT));
  }

  /**
   * What was taken is given back; the guest stays.
   *
   * @param claimed whether the host has, or may have, a claim
   */
  public static List<Step> giveUp(boolean claimed) {
    var quota = Step.of(StepKind.RELEASE_QUOTA);
    return claimed ? List.of(Step.of(StepKind.RELEASE_CLAIM), quota) : List.of(quota);
  }
}
