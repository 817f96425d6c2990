package io.troupe.drivers.spi;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a driver can do beyond the commands that all have.
 *
 * @param commands simple names of the {@link DriverCommand}s it carries out
 * @param pushesEvents whether guests' power changes are reported without being asked for
 * @param migration how it can carry out {@link DriverCommand.LiveMigrate}; empty: not at all
 */
public record Capabilities(Set<String> commands, boolean pushesEvents, Set<Migration> migration) {
  /** A way of migrating live. */
  public enum Migration {
    /** The guest's disks are on storage that both hosts have. */
    SHARED_STORAGE,
    /** The guest's disks travel with it. */
    BLOCK,
    AUTO_CONVERGE,
    POST_COPY
  }

  public Capabilities {
    commands = Set.copyOf(commands);
    migration = migration == null ? Set.of() : Set.copyOf(migration); // of a former release
  }

  /** Without live migration. */
  public Capabilities(Set<String> commands, boolean pushesEvents) {
    this(commands, pushesEvents, Set.of());
  }

  /** Simple names of the commands that it does not carry out. */
  public Set<String> lacking() {
    return Stream.of(DriverCommand.class.getPermittedSubclasses())
        .map(Class::getSimpleName)
        .filter(command -> !commands.contains(command))
        .collect(Collectors.toUnmodifiableSet());
  }
}
