package io.troupe.core.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The name of a hypervisor host, unique in the cloud: 1 to 255 of letters, digits, dot, dash and
 * underscore.
 */
public record HostId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public HostId {
    Names.requireToken("host", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
