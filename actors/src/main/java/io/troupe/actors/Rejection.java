package io.troupe.actors;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;

/**
 * An expected refusal, with its data. The API turns each into one status and one text ({@code
 * ApiError}).
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Rejection.NotFound.class, name = "not-found"),
  @JsonSubTypes.Type(value = Rejection.WrongState.class, name = "wrong-state"),
  @JsonSubTypes.Type(value = Rejection.Locked.class, name = "locked"),
  @JsonSubTypes.Type(value = Rejection.NotReady.class, name = "not-ready"),
  @JsonSubTypes.Type(value = Rejection.QuotaExceeded.class, name = "quota-exceeded"),
  @JsonSubTypes.Type(value = Rejection.Invalid.class, name = "invalid"),
  @JsonSubTypes.Type(value = Rejection.Conflict.class, name = "conflict"),
  @JsonSubTypes.Type(value = Rejection.Unsupported.class, name = "unsupported"),
  @JsonSubTypes.Type(value = Rejection.Unavailable.class, name = "unavailable")
})
public sealed interface Rejection extends CborSerializable {
  /**
   * There is none, or the caller may not know of it (404).
   *
   * @param kind what was looked for, as the API writes it: {@code Instance}, {@code Flavor} …
   */
  record NotFound(String kind, String id) implements Rejection {}

  /**
   * The action is not legal in this state (409).
   *
   * @param attribute {@code vm_state}, {@code task_state} or {@code launched_at}
   */
  record WrongState(String action, String instance, String attribute, String state)
      implements Rejection {}

  /** The instance is locked (409). */
  record Locked(String instance) implements Rejection {}

  /** The instance has no host yet (409). */
  record NotReady(String instance) implements Rejection {}

  /**
   * A project's limit would be passed (403).
   *
   * @param resource {@code instances}, {@code cores}, {@code ram} (MiB) …
   */
  record QuotaExceeded(String resource, long requested, long used, long limit)
      implements Rejection {}

  /** The request names something that does not exist or does not fit (400). */
  record Invalid(String field, String reason) implements Rejection {}

  /** Something of that name is there already, or is in use (409). */
  record Conflict(String message) implements Rejection {}

  /** The driver has no such command (501). */
  record Unsupported(String message) implements Rejection {}

  /** Cannot be answered now; the same request may succeed later (503). */
  record Unavailable(String message) implements Rejection {}
}
