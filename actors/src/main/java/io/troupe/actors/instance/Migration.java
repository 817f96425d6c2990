package io.troupe.actors.instance;

import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.Optional;

/**
 * One move of an instance as the migrations API tells of it, from its beginning and for ever. It is
 * made from the instance's own events.
 *
 * @param operation that began it; its id is the migration's
 * @param source where the instance was
 * @param destination where it went, or was to go
 * @param oldFlavor id; the same as {@code newFlavor} unless it was resized
 * @param userId who asked for it
 * @param projectId of who asked for it
 */
public record Migration(
    OperationId operation,
    Type type,
    Status status,
    Optional<HostId> source,
    Optional<HostId> destination,
    String oldFlavor,
    String newFlavor,
    String userId,
    String projectId,
    Instant createdAt,
    Instant updatedAt) {

  /** Nova's words. */
  public enum Type {
    RESIZE("resize"),
    MIGRATION("migration"),
    LIVE_MIGRATION("live-migration"),
    EVACUATION("evacuation");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /** Nova's words. */
  public enum Status {
    ACCEPTED("accepted"),
    QUEUED("queued"),
    PREPARING("preparing"),
    RUNNING("running"),
    PRE_MIGRATING("pre-migrating"),
    MIGRATING("migrating"),
    POST_MIGRATING("post-migrating"),
    FINISHED("finished"),
    CONFIRMING("confirming"),
    CONFIRMED("confirmed"),
    REVERTING("reverting"),
    REVERTED("reverted"),
    COMPLETED("completed"),
    CANCELLED("cancelled"),
    FAILED("failed"),
    ERROR("error"),
    DONE("done");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    /** Whether it is under way, as the live migrations of a server that can be looked at are. */
    public boolean inProgress() {
      return switch (this) {
        case ACCEPTED, QUEUED, PREPARING, RUNNING, PRE_MIGRATING, MIGRATING, POST_MIGRATING -> true;
        default -> false;
      };
    }

    /** Whether something is still to come, be it only that it is confirmed or reverted. */
    public boolean isUnsettled() {
      return inProgress() || this == FINISHED || this == CONFIRMING || this == REVERTING;
    }
  }

  /** Its UUID, that of the request that began it. */
  public String uuid() {
    var id = operation.value();
    return id.startsWith("req-") ? id.substring(4) : id;
  }

  /**
   * Its number, positive and below 2^48 so that every client can hold it. It is made from the UUID:
   * a counter would need somebody who counts for the whole cloud.
   */
  public long number() {
    long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bit
    for (int i = 0; i < operation.value().length(); i++) {
      hash = (hash ^ operation.value().charAt(i)) * 0x100000001b3L;
    }
    return Math.max(1, (hash ^ (hash >>> 48)) & 0xffff_ffff_ffffL);
  }

  Migration in(Status now, Optional<HostId> to, Instant at) {
    return new Migration(
        operation, type, now, source, to, oldFlavor, newFlavor, userId, projectId, createdAt, at);
  }
}
