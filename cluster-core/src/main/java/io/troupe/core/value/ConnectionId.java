package io.troupe.core.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The name of a registered hypervisor connection: 1 to 255 of letters, digits, dot, dash and
 * underscore.
 */
public record ConnectionId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ConnectionId {
    Names.requireToken("connection", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
