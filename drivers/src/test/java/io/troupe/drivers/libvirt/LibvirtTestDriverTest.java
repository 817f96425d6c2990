package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.LifeConformance;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.GuestSpec;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.Domain;

/**
 * The driver on libvirt's built-in test hypervisor, which lives in this process as long as somebody
 * is connected: here the tests themselves, and so they are its console and its administrator.
 */
class LibvirtTestDriverTest extends LifeConformance {
  private static final URI TEST = URI.create("test:///default");
  private static Optional<Connect> hypervisor = Optional.empty();
  private static String host = "";

  @BeforeAll
  static void keepTheHypervisorAlive() throws Exception {
    LibvirtPeer.requireLibrary();
    Connect connect = new Connect(TEST.toString());
    hypervisor = Optional.of(connect);
    host = HostFacts.token(connect.getHostName());
  }

  @AfterAll
  static void endTheHypervisor() throws Exception {
    if (hypervisor.isPresent()) {
      hypervisor.get().close();
    }
  }

  @Override
  protected Driver open(DriverContext context) throws Exception {
    return new LibvirtDriverProvider()
        .open(new ConnectionSpec(new ConnectionId("test"), TEST, Map.of()), context);
  }

  @Override
  protected Optional<Driver> openApart(DriverContext context) throws Exception {
    return Optional.of(open(context));
  }

  @Override
  protected boolean fencesEpochs() {
    return true;
  }

  @Override
  protected String host() {
    return host;
  }

  @Override
  protected GuestSpec.ImageRef image() {
    return image(new byte[64]).ref();
  }

  @Override
  protected DriverContext.ImageReader images() {
    return image(new byte[64]).reader();
  }

  private static LibvirtPeer.GuestImage image(byte[] bytes) {
    try {
      ByteBuffer.wrap(bytes).putLong(24, 1 << 20);
      return LibvirtPeer.GuestImage.of("pretended", bytes);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  protected Resources size() {
    return new Resources(1, 64, 1);
  }

  @Override
  protected Duration shutdownGrace() {
    return Duration.ofSeconds(1);
  }

  /** The test hypervisor comes with a running guest named test. */
  @Override
  protected Optional<String> makeForeignGuest() {
    return Optional.of("test");
  }

  @Override
  protected boolean shutDownFromWithin(InstanceId instance) throws Exception {
    Domain domain = hypervisor.orElseThrow().domainLookupByUUIDString(instance.toString());
    domain.shutdown();
    domain.free();
    return true;
  }

  @Test
  void pausedGuestIsReportedAndStartedAgain() throws Exception {
    var target = target();
    spawn(target);
    Domain domain = hypervisor.orElseThrow().domainLookupByUUIDString(target.instance().toString());
    domain.suspend();
    domain.free();

    var paused = run(new io.troupe.drivers.spi.DriverCommand.Inspect(target));
    var started = run(new io.troupe.drivers.spi.DriverCommand.Start(target));

    assertThat(paused).isEqualTo(io.troupe.drivers.spi.DriverResult.Guest.in(PowerState.PAUSED));
    assertThat(started).isEqualTo(io.troupe.drivers.spi.DriverResult.Guest.in(PowerState.RUNNING));
  }

  /** Other guests end at any time, also while one is looked at. */
  @Test
  void guestThatGoesWhileHoldersOfAFileAreLookedForIsNone() throws Exception {
    Connect connect = hypervisor.orElseThrow();
    var passing = new AtomicBoolean(true);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      var others =
          thread.submit(
              () -> {
                String xml =
                    "<domain type='test'><name>passing</name><memory>1024</memory>"
                        + "<os><type>hvm</type></os></domain>";
                while (passing.get()) {
                  Domain domain = connect.domainCreateXML(xml, 0);
                  domain.destroy();
                  domain.free();
                }
                return true;
              });

      try {
        for (int i = 0; i < 2_000; i++) {
          assertThat(DiskHolders.inMemory(connect, "/nowhere")).isEmpty();
        }
      } finally {
        passing.set(false);
      }
      assertThat(others.get()).isTrue();
    }
  }
}
