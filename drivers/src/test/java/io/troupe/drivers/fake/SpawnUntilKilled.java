package io.troupe.drivers.fake;

import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import java.net.URI;
import java.util.Map;

/**
 * A process of its own: spawns guests and destroys every third, without end, and says each id when
 * the driver has answered. Its argument is the state directory.
 */
final class SpawnUntilKilled {
  private SpawnUntilKilled() {}

  public static void main(String[] args) throws Exception {
    var driver =
        FakeWorld.open(
            new ConnectionSpec(
                new ConnectionId("fake"), URI.create("fake:///"), Map.of("state", args[0])));
    for (var i = 0; ; i++) {
      var target = FakeWorld.target("fake-" + (1 + i % 20));
      driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
      if (i % 3 == 2) {
        driver.execute(new DriverCommand.Destroy(target), Cancellation.NEVER);
        System.out.println("gone " + target.instance());
      } else {
        System.out.println("kept " + target.instance());
      }
    }
  }
}
