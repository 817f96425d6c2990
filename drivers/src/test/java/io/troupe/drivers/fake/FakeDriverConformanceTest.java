package io.troupe.drivers.fake;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.MoveConformance;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class FakeDriverConformanceTest {
  @Nested
  class InMemory extends Kept {
    @Override
    Map<String, String> options() {
      return Map.of();
    }
  }

  @Nested
  class InADirectory extends Kept {
    @TempDir private Path directory;

    @Override
    Map<String, String> options() {
      return Map.of("state", directory.toString());
    }

    @Override
    protected Optional<Driver> openApart(DriverContext context) throws Exception {
      return Optional.of(new OwnClasses().provider().open(connection(), context));
    }
  }

  /** What is left of the promises when the hypervisor can do little more than run guests. */
  @Nested
  class ThatLacksMuch extends Kept {
    @Override
    Map<String, String> options() {
      return Map.of(
          "lacks",
          "Pause,Unpause,Suspend,Resume,TriggerCrashDump,SetPassword,Snapshot,Rescue,Unrescue,"
              + "AttachNic,DetachNic,AttachVolume,DetachVolume,SwapVolume,LiveMigrate,Diagnostics");
    }
  }

  /** The second host is another hypervisor. */
  @Nested
  class BetweenTwo extends Kept {
    private final ConnectionSpec other =
        new ConnectionSpec(
            new ConnectionId("other"),
            URI.create("fake://" + UUID.randomUUID() + "?prefix=other-"),
            Map.of());

    @Override
    Map<String, String> options() {
      return Map.of();
    }

    @Override
    protected String secondHost() {
      return "other-1";
    }

    @Override
    protected Driver openSecond(DriverContext context) throws Exception {
      return new FakeDriverProvider().open(other, context);
    }
  }

  @Nested
  class OnSharedStorage extends Kept {
    @Override
    Map<String, String> options() {
      return Map.of("sharedStorage", "true");
    }
  }

  @Nested
  class InASharedPool extends Kept {
    @Override
    Map<String, String> options() {
      return Map.of("sharedPool", "san");
    }

    @Override
    protected boolean sharesVolumes() {
      return true;
    }
  }

  abstract static class Kept extends MoveConformance {
    private final ConnectionSpec connection =
        new ConnectionSpec(
            new ConnectionId("fake"),
            URI.create("fake://" + UUID.randomUUID() + "?hosts=2"),
            Map.of());

    abstract Map<String, String> options();

    @Override
    protected FakeDriver open(DriverContext context) throws Exception {
      return new FakeDriverProvider().open(connection(), context);
    }

    ConnectionSpec connection() {
      return new ConnectionSpec(connection.id(), connection.uri(), options());
    }

    @Override
    protected String host() {
      return "fake-1";
    }

    @Override
    protected String secondHost() {
      return "fake-2";
    }

    @Override
    protected Driver openSecond(DriverContext context) throws Exception {
      return open(context);
    }

    /** When it was booted, of its latest boot. */
    @Override
    protected Optional<String> bootId(Driver on, GuestTarget target) throws Exception {
      var console = on.execute(new DriverCommand.ReadConsole(target, 1 << 16), Cancellation.NEVER);
      return ((DriverResult.Console) console)
          .text()
          .lines()
          .filter(line -> line.contains("Fake kernel"))
          .reduce((earlier, later) -> later);
    }

    @Override
    protected GuestSpec.ImageRef image() {
      return new GuestSpec.ImageRef("image", "ab".repeat(64), "qcow2", 4, 4);
    }

    @Override
    protected DriverContext.ImageReader images() {
      return FakeWorld::openImage;
    }

    @Override
    protected Optional<String> bootMarker(String hostname) {
      return Optional.of("fake guest " + hostname + " ready\n");
    }

    @Override
    protected Optional<String> interruptMarker() {
      return Optional.of("NMI received");
    }

    @Override
    protected Duration bootTimeout() {
      return Duration.ofSeconds(1);
    }

    @Override
    protected boolean fencesEpochs() {
      return true;
    }

    @Override
    protected Optional<String> makeForeignGuest() throws Exception {
      ((FakeDriver) driver).putForeignGuest(host(), "somebody-elses");
      return Optional.of("somebody-elses");
    }

    @Override
    protected boolean shutDownFromWithin(InstanceId instance) throws Exception {
      ((FakeDriver) driver).powerOffByGuest(instance);
      return true;
    }
  }
}
