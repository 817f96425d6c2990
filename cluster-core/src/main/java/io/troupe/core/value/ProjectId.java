package io.troupe.core.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A project (tenant) of the identity service; Keystone writes it as 32 hexadecimal digits. */
public record ProjectId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ProjectId {
    Names.requireToken("project", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
