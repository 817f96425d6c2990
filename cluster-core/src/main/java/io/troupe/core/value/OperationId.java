package io.troupe.core.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of one operation on an instance: the request id ({@code req-UUID}) of the call that asked
 * for it. A command that carries the same id twice has one effect.
 */
public record OperationId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public OperationId {
    Names.requireToken("operation", value);
  }

  /** A fresh id, for operations that no request asked for. */
  public static OperationId fresh() {
    return new OperationId("req-" + java.util.UUID.randomUUID());
  }

  @Override
  public String toString() {
    return value;
  }
}
