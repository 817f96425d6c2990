package io.troupe.drivers.spi;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.PowerState;

/** A driver command's good end. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = DriverResult.Guest.class, name = "guest"),
  @JsonSubTypes.Type(value = DriverResult.Console.class, name = "console")
})
public sealed interface DriverResult extends CborSerializable {

  /**
   * The guest as it is now.
   *
   * @param present false when the host has no such guest
   * @param vncAddress {@code host:port} of its VNC server, empty when it has none
   */
  record Guest(boolean present, PowerState power, String vncAddress) implements DriverResult {
    public static final Guest GONE = new Guest(false, PowerState.NOSTATE, "");

    public static Guest in(PowerState power) {
      return new Guest(true, power, "");
    }
  }

  /** The end of the serial console's log, bytes as the guest wrote them read as UTF-8. */
  record Console(String text) implements DriverResult {}
}
