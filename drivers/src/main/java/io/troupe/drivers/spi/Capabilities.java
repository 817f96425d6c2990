package io.troupe.drivers.spi;

import java.util.Set;

/**
 * What a driver can do beyond the commands that all have.
 *
 * @param commands simple names of the {@link DriverCommand}s it carries out
 * @param pushesEvents whether guests' power changes are reported without being asked for
 */
public record Capabilities(Set<String> commands, boolean pushesEvents) {
  public Capabilities {
    commands = Set.copyOf(commands);
  }
}
