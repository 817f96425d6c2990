package io.troupe.actors.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A host that is to be emptied, and what has become of each instance on it. There is one or none of
 * each host; it holds until somebody ends it, so that what comes late goes too. Whoever carries it
 * out reads here how far it is: nothing of it is kept elsewhere.
 *
 * @param id the request's
 * @param reason why the host is disabled
 * @param userId who asked; an administrator
 * @param projectId of who asked
 * @param looked whether the host's instances have been looked at once
 * @param stopped nothing more is begun; what is under way comes to its end
 * @param updatedAt when something became of an instance
 */
public record HostDrain(
    String id,
    HostId host,
    String reason,
    Terms terms,
    String userId,
    String projectId,
    boolean looked,
    boolean stopped,
    List<Item> items,
    Instant startedAt,
    Instant updatedAt)
    implements CatalogEntry {

  /** Metadata of an instance with a policy of its own: {@code live}, {@code cold} … */
  public static final String METADATA_KEY = "troupe:drain";

  public HostDrain {
    items = List.copyOf(items);
  }

  /** What becomes of an instance whose host is drained. */
  public enum Policy {
    /** Moved while it runs; what is off is moved off. */
    LIVE,
    /** Switched off, moved, and switched on again if it ran. */
    COLD,
    /** Switched off, and stays. */
    STOP,
    /** Stays as it is. */
    LEAVE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Empty when there is no such policy. */
    public static Optional<Policy> of(String word) {
      for (Policy policy : values()) {
        if (policy.word().equals(word)) {
          return Optional.of(policy);
        }
      }
      return Optional.empty();
    }

    /** That of an instance with this metadata; empty when it has none of its own. */
    public static Optional<Policy> ownOf(Map<String, String> metadata) {
      return Optional.ofNullable(metadata.get(METADATA_KEY)).flatMap(Policy::of);
    }
  }

  /**
   * How it is to be done.
   *
   * @param policy of instances that have none of their own
   * @param coldFallback whether what cannot be moved while it runs is switched off and moved
   * @param ownPolicies whether an instance's own policy counts
   * @param atOnce instances under way at a time, 1 or more
   * @param attempts at each instance, 1 or more
   * @param retrySeconds between two of them
   */
  public record Terms(
      Policy policy,
      boolean coldFallback,
      boolean ownPolicies,
      int atOnce,
      int attempts,
      int retrySeconds) {
    public static final Terms USUAL = new Terms(Policy.LIVE, false, true, 2, 3, 30);

    public Terms {
      if (atOnce < 1 || attempts < 1 || retrySeconds < 0) {
        throw new IllegalArgumentException(
            "at once %d, attempts %d, retry after %d s".formatted(atOnce, attempts, retrySeconds));
      }
    }

    public Duration retryAfter() {
      return Duration.ofSeconds(retrySeconds);
    }
  }

  /** What has become of an instance. */
  public enum State {
    WAITING,
    MOVING,
    MOVED,
    /** Off, and still on the host. */
    STOPPED,
    /** As it was, as its policy wants it. */
    LEFT,
    /** Deleted, or without a host. */
    GONE,
    FAILED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The operation that is under way. */
  public enum Work {
    LIVE_MIGRATE,
    MIGRATE,
    /** Of a migration of ours; the claim here goes with it. */
    CONFIRM,
    STOP
  }

  /**
   * An instance.
   *
   * @param work what was begun last
   * @param operation its id; sent again with this id until the instance knows it
   * @param migration the cold migration that is to be confirmed
   * @param failures of what it is tried with now
   * @param cold whether it is no longer tried while it runs
   * @param notBefore when it may be looked at again
   * @param detail why it waits or has failed, empty otherwise
   * @param movedTo where it went
   */
  public record Item(
      InstanceId instance,
      Policy policy,
      State state,
      Optional<Work> work,
      Optional<OperationId> operation,
      Optional<OperationId> migration,
      int failures,
      boolean cold,
      Optional<Instant> notBefore,
      String detail,
      Optional<HostId> movedTo) {

    public static Item waiting(InstanceId instance, Policy policy) {
      return new Item(
          instance,
          policy,
          State.WAITING,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          false,
          Optional.empty(),
          "",
          Optional.empty());
    }

    /** Under way with an operation. */
    public Item moving(Policy by, Work with, OperationId id) {
      return new Item(
          instance,
          by,
          State.MOVING,
          Optional.of(with),
          Optional.of(id),
          with == Work.MIGRATE ? Optional.of(id) : migration,
          failures,
          cold,
          Optional.empty(),
          "",
          Optional.empty());
    }

    /** At the end of it. */
    public Item ended(State end, String why, Optional<HostId> to) {
      return new Item(
          instance,
          policy,
          end,
          work,
          operation,
          migration,
          failures,
          cold,
          Optional.empty(),
          why,
          to);
    }

    /** Waits; {@code failed} times it has failed. */
    public Item waitingUntil(Instant then, String why, int failed, boolean nowCold) {
      return new Item(
          instance,
          policy,
          State.WAITING,
          work,
          operation,
          migration,
          failed,
          nowCold,
          Optional.of(then),
          why,
          Optional.empty());
    }

    public Item by(Policy other) {
      return new Item(
          instance, other, state, work, operation, migration, failures, cold, notBefore, detail,
          movedTo);
    }
  }

  @Override
  public String key() {
    return host.value();
  }

  public long count(State state) {
    return items.stream().filter(item -> item.state == state).count();
  }

  /**
   * {@code draining}, {@code drained}, {@code blocked} (no more is tried, and some have failed),
   * {@code stopped}.
   */
  public String status() {
    if (stopped) {
      return "stopped";
    }
    if (!looked || count(State.WAITING) + count(State.MOVING) > 0) {
      return "draining";
    }
    return count(State.FAILED) > 0 ? "blocked" : "drained";
  }

  /** Whether nothing is under way and nothing will be begun. */
  @JsonIgnore
  public boolean isOver() {
    return stopped && count(State.MOVING) == 0;
  }

  /** The same with nothing more to be begun. */
  public HostDrain ended(Instant now) {
    return new HostDrain(
        id, host, reason, terms, userId, projectId, looked, true, items, startedAt, now);
  }

  /** The same with these instances, when the host has been looked at. */
  public HostDrain with(List<Item> others, Instant now) {
    return looked && others.equals(items)
        ? this
        : new HostDrain(
            id, host, reason, terms, userId, projectId, true, stopped, others, startedAt, now);
  }

  /** The same with what is under way from the drain before it. */
  public HostDrain after(HostDrain before) {
    return new HostDrain(
        id,
        host,
        reason,
        terms,
        userId,
        projectId,
        false,
        stopped,
        before.items.stream().filter(item -> item.state == State.MOVING).toList(),
        startedAt,
        updatedAt);
  }
}
