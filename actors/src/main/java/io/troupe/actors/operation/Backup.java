package io.troupe.actors.operation;

import java.util.ArrayList;
import java.util.List;

/**
 * Create backup: an image as {@link CreateImage} makes it, and the oldest ones of the same type are
 * dropped. Kept are as many as asked for; with none, none is made. Of a backup that fails no older
 * one goes.
 *
 * <pre>
 *   make image → snapshot → rotate → as before
 *                   └─ failed, or no bytes by the deadline → drop image → as before
 * </pre>
 */
public final class Backup {
  private Backup() {}

  /**
   * @param kept how many are left afterwards, the new one included
   */
  public static List<Step> steps(int kept) {
    var steps = new ArrayList<>(kept == 0 ? List.<Step>of() : CreateImage.steps());
    steps.add(Step.of(StepKind.ROTATE_BACKUPS));
    return steps;
  }
}
