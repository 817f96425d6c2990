package io.troupe.drivers.fake;

import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverProvider;
import java.time.Clock;
import java.util.Set;

/**
 * Connects to fake hypervisors, {@code fake://[NAME]?OPTION=VALUE&…}; {@link FakeSettings} has the
 * options. The hypervisor is found by the option {@code state} if given, else by NAME, else by the
 * connection's id: connections of one process that mean the same one share its guests, which stay
 * when the last of them is closed. With {@code state} that goes for all processes of the machine.
 */
public final class FakeDriverProvider implements DriverProvider {
  @Override
  public Set<String> schemes() {
    return Set.of("fake");
  }

  @Override
  public FakeDriver open(ConnectionSpec connection, DriverContext context) throws DriverException {
    return FakeDriver.open(connection, context, Clock.systemUTC());
  }

  @Override
  public Threads threads() {
    return Threads.VIRTUAL;
  }
}
