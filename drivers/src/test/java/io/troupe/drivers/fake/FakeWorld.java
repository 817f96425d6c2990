package io.troupe.drivers.fake;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Words that the tests with fake hypervisors are written in. */
public final class FakeWorld {
  public static final GuestSpec.ImageRef IMAGE =
      new GuestSpec.ImageRef("image", "ab".repeat(64), "qcow2", 4, 4);

  private FakeWorld() {}

  /** An image store that holds only {@link #IMAGE}. */
  public static InputStream openImage(String id) throws IOException {
    if (!id.equals(IMAGE.id())) {
      throw new FileNotFoundException("no image " + id);
    }
    return new ByteArrayInputStream(new byte[] {'Q', 'F', 'I', (byte) 0xFB});
  }

  /** A hypervisor that nobody else knows, with options such as {@code hosts=3&seed=7}. */
  public static ConnectionSpec connection(String options) {
    var uri = URI.create("fake://" + UUID.randomUUID() + "?" + options);
    return new ConnectionSpec(new ConnectionId("fake"), uri, Map.of());
  }

  public static FakeDriver open(ConnectionSpec connection) throws DriverException {
    return open(connection, event -> {});
  }

  public static FakeDriver open(ConnectionSpec connection, Consumer<GuestEvent> events)
      throws DriverException {
    return new FakeDriverProvider()
        .open(connection, new DriverContext(FakeWorld::openImage, events));
  }

  public static GuestTarget target(String host) {
    return new GuestTarget(
        InstanceId.fresh(), host, 1, 1, OperationId.fresh(), Instant.now().plusSeconds(60));
  }

  public static DriverCommand.Spawn spawn(GuestTarget target) {
    return spawn(target, new Resources(1, 128, 1));
  }

  public static DriverCommand.Spawn spawn(GuestTarget target, Resources size) {
    return new DriverCommand.Spawn(
        target,
        new GuestSpec(
            "A guest",
            "a-guest",
            "project",
            "user",
            size,
            IMAGE,
            List.of(
                new GuestSpec.Nic(
                    "port",
                    "fa:16:3e:00:00:01",
                    "network",
                    "subnet",
                    "10.0.0.5",
                    "10.0.0.0/24",
                    Optional.empty(),
                    List.of(),
                    1500)),
            new GuestSpec.ConfigDrive(
                Map.of(),
                Optional.of("my-key"),
                Optional.of("ssh-ed25519 AAAA"),
                "",
                "nova",
                List.of()),
            Map.of()));
  }
}
