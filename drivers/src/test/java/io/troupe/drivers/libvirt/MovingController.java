package io.troupe.drivers.libvirt;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import java.io.FileNotFoundException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A controller in a process of its own that migrates one guest slowly and is going to be killed
 * meanwhile. It says {@code going} before it begins.
 *
 * <p>Arguments: URI, pool, its path, host, instance, epoch, then the ticket's facts: those of the
 * source, a word {@code --}, those of the destination, each a name and a value.
 */
final class MovingController {
  private MovingController() {}

  static String[] factsOf(MoveTicket ticket) {
    var words = new java.util.ArrayList<String>();
    new TreeMap<>(ticket.source()).forEach((name, value) -> words.add(name + "=" + value));
    words.add("--");
    new TreeMap<>(ticket.destination()).forEach((name, value) -> words.add(name + "=" + value));
    return words.toArray(String[]::new);
  }

  public static void main(String[] args) throws Exception {
    var options = LibvirtPeer.options(Map.of("pool", args[1], "poolPath", args[2], "nic", "user"));
    var spec = new ConnectionSpec(new ConnectionId("qemu"), URI.create(args[0]), options);
    var context =
        new DriverContext(
            id -> {
              throw new FileNotFoundException(id);
            },
            event -> {});
    var source = new TreeMap<String, String>();
    var destination = new TreeMap<String, String>();
    var part = source;
    for (int i = 6; i < args.length; i++) {
      if (args[i].equals("--")) {
        part = destination;
      } else {
        part.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
      }
    }
    var ticket =
        MoveTicket.offered("libvirt", source).prepared(MoveTicket.Storage.BLOCK, destination);
    var target =
        new GuestTarget(
            InstanceId.parse(args[4]).orElseThrow(),
            args[3],
            1,
            Long.parseLong(args[5]),
            OperationId.fresh(),
            Instant.now().plusSeconds(300));
    try (var driver = new LibvirtDriverProvider().open(spec, context)) {
      System.out.println("going");
      driver.execute(
          new DriverCommand.LiveMigrate(
              target, ticket, new MigrationOptions(false, false, 1, 0, 0, false)),
          Cancellation.NEVER);
      System.out.println("done");
    }
  }
}
