package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Resize and cold migration: to another host, off, and there until it is confirmed or reverted. The
 * instance holds a claim on both hosts all that time, and its project is counted the larger of both
 * flavors. What is "here" is the host that has the instance, "there" the other one.
 *
 * <pre>
 *   resize:   reserve the larger → place → claim there (→ connect volumes there) → offer here → prepare there → power off here
 *                → send here → finish there (→ power on there) → RESIZED: now it is there
 *                   │ claim refused, or that host cannot do it: the next alternate
 *                   └ no way on: destroy there → release there (→ resize here) (→ power on here) → reserve as before
 *   same host: reserve the larger → place → claim the larger → power off → resize → take over
 *                (→ power on) → RESIZED
 *   confirm:  inspect here → destroy there → release there → reserve the new flavor
 *               └ the guest is not there, or nobody can say → RESIZED: the one at the source stays
 *   revert:   destroy here → release here: back at the source (→ resize) (→ power on) → reserve the old flavor
 *               └ not by the deadline → inspect here ┬ gone: on with the revert
 *                                                    ├ still there → RESIZED
 *                                                    └ nobody can say → RESIZED, in doubt
 * </pre>
 *
 * <p>A destroy that failed, or that nobody answered, may have been carried out or still be. So it
 * is asked for until the deadline, and what is seen after that stays true: no driver begins a
 * command whose deadline has passed. In doubt the instance cannot be confirmed, since the guest at
 * the source may be all there is; its host is asked again as soon as it reports, see docs/adr/0025.
 *
 * <p>Where the root disk grows, the way back is to the disk as it was before: on storage that both
 * hosts have it is the source's own that has grown, so the source is told to bring it back. See
 * docs/adr/0034.
 *
 * <p>A migration does not change the flavor and has no quota steps. On the same host there is one
 * guest and one claim, of the larger of both flavors until it is confirmed. The claim is renewed
 * before the guest is taken over: a host removes no guest that is newer than its claim.
 */
public final class Resize {
  private Resize() {}

  /**
   * @param runs whether the guest shall run in the end
   * @param volumes whether it has volumes
   */
  public static List<Step> resize(boolean runs, boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.RESERVE));
    steps.addAll(migrate(runs, volumes));
    return steps;
  }

  public static List<Step> migrate(boolean runs, boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.PLACE));
    steps.addAll(fromClaim(runs, volumes));
    return steps;
  }

  /** To a host that the scheduler has named. */
  public static List<Step> fromClaim(boolean runs, boolean volumes) {
    var steps = new ArrayList<Step>();
    steps.add(Step.there(StepKind.CLAIM));
    if (volumes) {
      steps.add(Step.there(StepKind.CONNECT_VOLUMES));
    }
    steps.add(Step.of(StepKind.OFFER));
    steps.add(Step.there(StepKind.PREPARE));
    steps.add(Step.of(StepKind.POWER_OFF));
    steps.add(Step.of(StepKind.SEND));
    steps.add(Step.there(StepKind.FINISH));
    if (runs) {
      steps.add(Step.there(StepKind.POWER_ON));
    }
    return steps;
  }

  /** When the claim was made on the host that has the guest already. */
  public static List<Step> onTheSameHost(boolean runs) {
    var steps = new ArrayList<Step>();
    steps.add(Step.of(StepKind.POWER_OFF));
    steps.add(Step.of(StepKind.RESIZE));
    steps.add(Step.of(StepKind.TAKE_OVER));
    if (runs) {
      steps.add(Step.of(StepKind.POWER_ON));
    }
    return steps;
  }

  /** What was done at the other host is taken back, and the next one is asked. */
  public static List<Step> onAnotherHost(Operation operation, List<Step> fromClaim) {
    var steps = new ArrayList<>(Leave.there());
    if (operation.candidates().size() < 2) {
      steps.add(Step.of(StepKind.PLACE));
    }
    steps.addAll(fromClaim);
    return steps;
  }

  /**
   * What becomes of a revert whose guest at the destination could not be changed or removed: the
   * truth, and it waits to be reverted again or confirmed.
   */
  public static List<Step> askForTheTruth() {
    return List.of(Step.of(StepKind.INSPECT));
  }

  /** The destination's guest is gone: the rest of a revert. */
  public static List<Step> onceGone(boolean grows, boolean runs, boolean counted) {
    var steps = revert(false, grows, runs, counted);
    return steps.subList(1, steps.size());
  }

  /**
   * As it was before; the end of a resize that has failed.
   *
   * @param claimed whether the other host has, or may have, a claim or a guest
   * @param grown whether the root disk may have grown for the other host
   * @param counted whether the quota was asked for more
   */
  public static List<Step> undo(boolean claimed, boolean grown, boolean runs, boolean counted) {
    var steps = new ArrayList<Step>();
    if (claimed) {
      steps.addAll(Leave.there());
    }
    if (grown) {
      steps.add(Step.of(StepKind.RESIZE));
    }
    steps.add(Step.of(runs ? StepKind.POWER_ON : StepKind.INSPECT));
    if (counted) {
      steps.add(Step.reserveAsBefore());
    }
    return steps;
  }

  /** The same where there is but one host. */
  public static List<Step> undoOnTheSameHost(boolean runs) {
    return List.of(
        Step.of(StepKind.POWER_OFF),
        Step.of(StepKind.RESIZE),
        Step.of(StepKind.CLAIM),
        Step.of(StepKind.TAKE_OVER),
        Step.of(runs ? StepKind.POWER_ON : StepKind.INSPECT),
        Step.reserveAsBefore());
  }

  /**
   * @param counted whether the flavors differ
   */
  public static List<Step> confirm(boolean sameHost, boolean counted) {
    var steps = new ArrayList<Step>();
    if (sameHost) {
      steps.add(Step.of(StepKind.CLAIM));
      steps.add(Step.of(StepKind.TAKE_OVER));
    } else {
      steps.add(Step.of(StepKind.INSPECT));
      steps.addAll(Leave.there());
    }
    if (counted) {
      steps.add(Step.of(StepKind.RESERVE));
    }
    return steps;
  }

  /**
   * @param grows whether the new flavor has the larger root disk
   * @param counted whether the flavors differ
   */
  public static List<Step> revert(boolean sameHost, boolean grows, boolean runs, boolean counted) {
    var steps = new ArrayList<Step>();
    if (sameHost) {
      steps.add(Step.of(StepKind.POWER_OFF));
      steps.add(Step.of(StepKind.RESIZE));
      steps.add(Step.of(StepKind.CLAIM));
      steps.add(Step.of(StepKind.TAKE_OVER));
    } else {
      steps.addAll(Leave.here());
      if (grows) {
        steps.add(Step.of(StepKind.RESIZE));
      }
    }
    steps.add(Step.of(runs ? StepKind.POWER_ON : StepKind.INSPECT));
    if (counted) {
      steps.add(Step.of(StepKind.RESERVE));
    }
    return steps;
  }
}
