package io.troupe.actors.image;

/** Whether an image's bytes are what they were declared to be, and safe to hand to a hypervisor. */
public sealed interface InspectionVerdict {
  /**
   * They are.
   *
   * @param virtualSizeBytes of the disk inside
   */
  record Sound(long virtualSizeBytes) implements InspectionVerdict {}

  /**
   * They are not.
   *
   * @param reason for the one who uploaded it; begins in lower case, names the values compared
   */
  record Unsound(String reason) implements InspectionVerdict {}
}
