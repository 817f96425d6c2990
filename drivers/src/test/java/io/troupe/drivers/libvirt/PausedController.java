package io.troupe.drivers.libvirt;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestTarget;
import java.io.FileNotFoundException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * A controller in a process of its own that stops one guest and is going to be paused meanwhile. It
 * says {@code connected} and waits for a line; then {@code looking} whenever the driver asks
 * whether it shall go on, and at the end {@code done} or {@code failed}.
 *
 * <p>Arguments: URI, pool, host, instance, epoch, grace in ms.
 */
final class PausedController {
  private PausedController() {}

  public static void main(String[] args) throws Exception {
    var options =
        Map.of("pool", args[1], "poolPath", "/var/lib/libvirt/images/" + args[1], "nic", "user");
    var spec = new ConnectionSpec(new ConnectionId("qemu"), URI.create(args[0]), options);
    var context =
        new DriverContext(
            id -> {
              throw new FileNotFoundException(id);
            },
            event -> {});
    var target =
        new GuestTarget(
            InstanceId.parse(args[3]).orElseThrow(),
            args[2],
            1,
            Long.parseLong(args[4]),
            OperationId.fresh(),
            Instant.now().plusSeconds(300));
    try (var driver = new LibvirtDriverProvider().open(spec, context)) {
      driver.hosts(); // which probes the host
      System.out.println("connected");
      System.in.read();
      var result =
          driver.execute(
              new DriverCommand.Stop(target, Long.parseLong(args[5])),
              () -> {
                System.out.println("looking");
                return false;
              });
      System.out.println("done " + result);
    } catch (DriverException e) {
      System.out.println("failed " + e.failure());
    }
  }
}
