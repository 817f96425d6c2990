package io.troupe.drivers.fake;

import io.troupe.core.value.Names;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.SharedPool;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * How a fake hypervisor looks and behaves. Each part is an option of the connection, in the URI's
 * query or among its options (which win); the same names, except that {@code vcpus}, {@code ramMib}
 * and {@code diskGib} make up {@code capacity}.
 *
 * @param hosts how many, 1 to 1,000,000; default 20
 * @param prefix of the hosts' names, which are {@code PREFIX1} to {@code PREFIXn}; default {@code
 *     fake-}
 * @param capacity of every host; default 64 vCPUs, 262144 MiB, 4000 GiB. A guest larger than its
 *     host is refused; overcommitment is the control plane's decision
 * @param bootMillis a guest's boot takes this long, ms; default 0
 * @param bootJitterMillis and up to this much longer, ms, at random; default 0
 * @param stopMillis a guest that is asked to shut down takes this long, ms; default 0
 * @param migrationMillis a guest that is migrated live takes this long, ms; default 0
 * @param noPostCopy guests cannot be migrated by post-copy; default false
 * @param sharedStorage all hosts have their disks in one place, so that these stay where they are
 *     when a guest moves; default false
 * @param sharedPool the name of the one place where all hosts have their volumes, see {@link
 *     SharedPool}; by default each has its own
 * @param ignoresAcpi guests do not hear the request to shut down; default false
 * @param noAgent no guest agent answers; default false
 * @param failureRate the share of commands that fail, 0.0 to 1.0; default 0.0
 * @param failureKind what kind of failure they answer; default {@code HOST_FAULT}
 * @param failureCommands which commands can fail, simple names parted by commas; default {@code
 *     Spawn}
 * @param failureAfterEffect the failing command does its work first, as if the answer had been
 *     lost; default false
 * @param seed of all randomness; default 1
 * @param state directory that keeps the guests; none by default. They stay when a process is
 *     killed, and any number of processes on the machine may be connected to it at once: fences
 *     hold between them, and each sees what the others did. Events are pushed only about what the
 *     own process changed; asking finds the rest. A process stopped in the middle of a change holds
 *     the others up: then their commands fail as retryable after four seconds
 * @param foreignGuests how many running guests named {@code foreign-1} … a first host that nothing
 *     was done on yet has, which Troupe did not make; default 0
 * @param topology of each host, from {@code cells} (NUMA cells, default 0: nothing is told), {@code
 *     threads} of a core (default 1), {@code hugePages} of each cell ({@code KiB:COUNT,…}), {@code
 *     dedicatedCpus} ({@code 4-15}) and PCI {@code devices} ({@code VENDOR:PRODUCT:COUNT[:PF|:VF]},
 *     parted by commas, spread over the cells)
 * @param lacks commands that this hypervisor does not carry out, simple names parted by commas;
 *     default none
 */
record FakeSettings(
    int hosts,
    String prefix,
    Resources capacity,
    long bootMillis,
    long bootJitterMillis,
    long stopMillis,
    long migrationMillis,
    boolean noPostCopy,
    boolean sharedStorage,
    Optional<SharedPool> sharedPool,
    boolean ignoresAcpi,
    boolean noAgent,
    double failureRate,
    DriverFailure.Kind failureKind,
    Set<String> failureCommands,
    boolean failureAfterEffect,
    long seed,
    Optional<Path> state,
    int foreignGuests,
    HostTopology topology,
    Set<String> lacks) {

  private static final int MOST_HOSTS = 1_000_000;
  private static final long DAY_MILLIS = 86_400_000;

  /**
   * The settings that the connection asks for.
   *
   * @throws DriverException {@code INSTANCE_FAULT} naming the first option that is unknown, given
   *     twice or not understood
   */
  static FakeSettings of(ConnectionSpec connection) throws DriverException {
    var options = FakeOptions.of(connection);
    var capacity =
        new Resources(
            (int) options.number("vcpus", 64, 1, 1_000_000),
            options.number("ramMib", 262_144, 1, 1L << 40),
            options.number("diskGib", 4_000, 0, 1L << 40));
    var settings =
        new FakeSettings(
            (int) options.number("hosts", 20, 1, MOST_HOSTS),
            options.checked("prefix", "fake-", "the start of a host name", p -> hostPrefix(p)),
            capacity,
            options.number("bootMillis", 0, 0, DAY_MILLIS),
            options.number("bootJitterMillis", 0, 0, DAY_MILLIS),
            options.number("stopMillis", 0, 0, DAY_MILLIS),
            options.number("migrationMillis", 0, 0, DAY_MILLIS),
            options.truth("noPostCopy"),
            options.truth("sharedStorage"),
            options.checked(
                "sharedPool",
                Optional.empty(),
                "a pool's name",
                name -> Optional.of(new SharedPool(name))),
            options.truth("ignoresAcpi"),
            options.truth("noAgent"),
            options.share("failureRate", 0.0),
            options.checked(
                "failureKind",
                DriverFailure.Kind.HOST_FAULT,
                "a failure kind",
                DriverFailure.Kind::valueOf),
            options.checked("failureCommands", Set.of("Spawn"), "commands", FakeSettings::commands),
            options.truth("failureAfterEffect"),
            options.number("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
            options.checked("state", Optional.empty(), "a path", s -> Optional.of(Path.of(s))),
            (int) options.number("foreignGuests", 0, 0, 100),
            FakeTopology.of(options, capacity),
            options.checked("lacks", Set.of(), "commands", FakeSettings::commands));
    options.refuseUnknown();
    return settings;
  }

  private static String hostPrefix(String text) {
    if (!Names.isToken(text + MOST_HOSTS)) {
      throw new IllegalArgumentException("not letters, digits, '.', '_' and '-'");
    }
    return text;
  }

  private static Set<String> commands(String text) {
    var commands = Set.of(text.split(","));
    if (!FakeDriver.CAPABILITIES.commands().containsAll(commands)) {
      throw new IllegalArgumentException("known are " + FakeDriver.CAPABILITIES.commands());
    }
    return commands;
  }
}
