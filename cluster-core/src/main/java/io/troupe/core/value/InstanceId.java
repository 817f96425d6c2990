package io.troupe.core.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.UUID;

/** An instance's UUID; the server id of the Compute API. */
public record InstanceId(@JsonValue UUID value) implements Comparable<InstanceId> {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public InstanceId {
    if (value == null) {
      throw new IllegalArgumentException("instance id is missing");
    }
  }

  public static InstanceId fresh() {
    return new InstanceId(UUID.randomUUID());
  }

  /** The id written as {@code text}, or empty when that is not a UUID in its canonical form. */
  public static Optional<InstanceId> parse(String text) {
    if (text == null || text.length() != 36) {
      return Optional.empty();
    }
    try {
      return Optional.of(new InstanceId(UUID.fromString(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(InstanceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
