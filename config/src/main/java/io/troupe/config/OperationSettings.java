package io.troupe.config;

/**
 * How long operations on instances may take, and how often they try.
 *
 * @param bootMillis ms from the request to ACTIVE or ERROR
 * @param deleteMillis ms until a delete stops waiting for the hypervisor and leaves the guest to
 *     its host
 * @param powerMillis ms for start, stop and reboot, the grace included
 * @param compensationMillis ms that cleaning up may take after the deadline has passed
 * @param stopGraceMillis ms that a guest gets to shut down when it is asked to
 * @param rebootGraceMillis ms that a guest gets for a soft reboot before it is reset
 * @param askAgainMillis ms until an unanswered or retryable step is asked for again
 * @param spawnAttempts hosts that a spawn is tried on
 * @param placements how often the scheduler is asked anew for one boot, when hosts refuse the claim
 * @param reclaimMillis ms that a deleted instance is kept for, to be restored; 0 deletes at once
 * @param snapshotMillis ms until a snapshot whose image has not its bytes yet is given up
 * @param shelvedOffloadMillis ms that a shelved instance stays on its host; 0: it leaves at once,
 *     negative: it stays until somebody says so
 * @param moves for what changes an instance's host or flavor
 */
public record OperationSettings(
    long bootMillis,
    long deleteMillis,
    long powerMillis,
    long compensationMillis,
    long stopGraceMillis,
    long rebootGraceMillis,
    long askAgainMillis,
    int spawnAttempts,
    int placements,
    long reclaimMillis,
    long snapshotMillis,
    long shelvedOffloadMillis,
    MoveSettings moves) {
  /** Nova's shutdown_timeout is 60 s; three attempts are its scheduler.max_attempts. */
  public static final OperationSettings DEFAULT =
      new OperationSettings(
          600_000, 120_000, 240_000, 60_000, 60_000, 60_000, 2_000, 3, 10, 0, 3_600_000, 0);

  /** With the usual settings for moves. */
  public OperationSettings(
      long bootMillis,
      long deleteMillis,
      long powerMillis,
      long compensationMillis,
      long stopGraceMillis,
      long rebootGraceMillis,
      long askAgainMillis,
      int spawnAttempts,
      int placements,
      long reclaimMillis,
      long snapshotMillis,
      long shelvedOffloadMillis) {
    this(
        bootMillis,
        deleteMillis,
        powerMillis,
        compensationMillis,
        stopGraceMillis,
        rebootGraceMillis,
        askAgainMillis,
        spawnAttempts,
        placements,
        reclaimMillis,
        snapshotMillis,
        shelvedOffloadMillis,
        MoveSettings.DEFAULT);
  }

  /** The same, with other settings for moves. */
  public OperationSettings with(MoveSettings others) {
    return new OperationSettings(
        bootMillis,
        deleteMillis,
        powerMillis,
        compensationMillis,
        stopGraceMillis,
        rebootGraceMillis,
        askAgainMillis,
        spawnAttempts,
        placements,
        reclaimMillis,
        snapshotMillis,
        shelvedOffloadMillis,
        others);
  }

  /** The same, with deleted instances kept for so long. */
  public OperationSettings reclaimingAfter(long millis) {
    return new OperationSettings(
        bootMillis,
        deleteMillis,
        powerMillis,
        compensationMillis,
        stopGraceMillis,
        rebootGraceMillis,
        askAgainMillis,
        spawnAttempts,
        placements,
        millis,
        snapshotMillis,
        shelvedOffloadMillis,
        moves);
  }

  /** The same, with shelved instances leaving their host after so long. */
  public OperationSettings offloadingAfter(long millis) {
    return new OperationSettings(
        bootMillis,
        deleteMillis,
        powerMillis,
        compensationMillis,
        stopGraceMillis,
        rebootGraceMillis,
        askAgainMillis,
        spawnAttempts,
        placements,
        reclaimMillis,
        snapshotMillis,
        millis,
        moves);
  }
}
