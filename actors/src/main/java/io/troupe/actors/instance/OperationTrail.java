package io.troupe.actors.instance;

import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One operation's record: who asked, what was done step by step, how it ended. The API's instance
 * action.
 *
 * @param action Nova's word: {@code create}, {@code delete}, {@code start} …
 * @param error why it failed, empty while in progress or when it succeeded
 */
public record OperationTrail(
    OperationId id,
    String action,
    String userId,
    String projectId,
    Instant startedAt,
    Instant updatedAt,
    Optional<Instant> finishedAt,
    Optional<String> error,
    List<Step> steps)
    implements CborSerializable {
  /** The action of an instance that has to leave its host for somebody more important. */
  public static final String PREEMPTED = "preempt";

  public OperationTrail {
    steps = List.copyOf(steps);
  }

  /**
   * One step of the operation.
   *
   * @param name {@code reserve}, {@code place}, {@code claim}, {@code network}, {@code spawn} …
   * @param host where, empty when no host took part
   * @param detail what came of it in words; the compared values when it was refused
   * @param call what the driver was told, empty when it was not asked, or before this was kept
   */
  public record Step(
      String name,
      Instant startedAt,
      Instant finishedAt,
      boolean ok,
      String host,
      String detail,
      String call) {
    public Step {
      call = call == null ? "" : call;
    }
  }
}
