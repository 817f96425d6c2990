package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One connection to a {@link FakeHypervisor}. It waits as long as the settings say, fails as often
 * as they say, and otherwise does to the word what the SPI promises. The methods below {@link
 * #close} are for tests: they do what users of guests and pullers of cables do.
 */
public final class FakeDriver implements Driver {
  static final Capabilities CAPABILITIES =
      new Capabilities(
          Set.of("Spawn", "Start", "Stop", "Reboot", "Destroy", "Inspect", "ReadConsole"), true);

  private static final int IMAGE_BYTES_READ = 512;

  /** How long a waiting command may take to see that it is cancelled, ms. */
  private static final long GLANCE_MILLIS = 50;

  private final FakeSettings settings;
  private final FakeHypervisor hypervisor;
  private final DriverContext context;
  private final Clock clock;
  private final Consumer<GuestEvent> events;
  private final SplittableRandom random;
  private final Set<String> cachedImages = ConcurrentHashMap.newKeySet();
  private final FakeInventory inventory;
  private volatile boolean closed;

  private FakeDriver(
      FakeSettings settings,
      FakeHypervisor hypervisor,
      Consumer<GuestEvent> events,
      DriverContext context,
      Clock clock) {
    this.settings = settings;
    this.hypervisor = hypervisor;
    this.context = context;
    this.clock = clock;
    this.events = events;
    this.random = new SplittableRandom(settings.seed());
    this.inventory = new FakeInventory(settings);
  }

  static FakeDriver open(ConnectionSpec connection, DriverContext context, Clock clock)
      throws DriverException {
    var settings = FakeSettings.of(connection);
    Consumer<GuestEvent> events = event -> context.events().accept(event);
    var hypervisor = FakeHypervisor.connect(connection, settings.state(), events);
    return new FakeDriver(settings, hypervisor, events, context, clock);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public List<HostInventory> hosts() throws DriverException {
    requireOpen();
    hypervisor.requireReachable();
    return inventory.hosts();
  }

  @Override
  public List<GuestReport> guests(String host) throws DriverException {
    requireOpen();
    inventory.requireHost(host);
    return hypervisor.guests(host).stream().map(FakeGuest::report).toList();
  }

  @Override
  public DriverResult execute(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    requireOpen();
    inventory.requireHost(command.target().host());
    requireWanted(cancellation);
    var fails = drawsFailure(command);
    if (fails && !settings.failureAfterEffect()) {
      throw drawnFailure(command);
    }
    var result = carryOut(command, cancellation);
    if (fails) {
      throw drawnFailure(command);
    }
    return result;
  }

  private DriverResult carryOut(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    return switch (command) {
      case DriverCommand.Spawn spawn -> spawn(spawn, cancellation);
      case DriverCommand.Start(var target) -> start(target, cancellation);
      case DriverCommand.Stop(var target, var graceMillis) -> {
        var how =
            existing(target).runs()
                ? awaitShutdown(graceMillis, cancellation)
                : FakeGuest.Happening.POWER_CUT;
        yield update(target, guest -> guest.isOff() ? guest : guest.ended(how, clock.instant()));
      }
      case DriverCommand.Reboot(var target, var soft, var graceMillis) -> {
        if (existing(target).runs()) {
          var how = awaitShutdown(soft ? graceMillis : 0, cancellation);
          awaitBoot(cancellation);
          update(
              target,
              guest ->
                  (guest.runs() ? guest.ended(how, clock.instant()) : guest)
                      .booted(clock.instant()));
        }
        yield start(target, cancellation);
      }
      case DriverCommand.Destroy(var target) -> {
        change(target, guest -> Optional.empty());
        yield DriverResult.Guest.GONE;
      }
      case DriverCommand.Inspect(var target) -> shown(look(target));
      case DriverCommand.ReadConsole(var target, var maxBytes) ->
          new DriverResult.Console(FakeConsole.tail(existing(target), maxBytes));
    };
  }

  private DriverResult spawn(DriverCommand.Spawn command, Cancellation cancellation)
      throws DriverException {
    var target = command.target();
    var found = look(target);
    if (found.isPresent() && found.get().generation() == target.generation()) {
      return start(target, cancellation);
    }
    inventory.requireFits(command.spec().size());
    cache(command.spec().image());
    awaitBoot(cancellation);
    return shown(
        change(
            target,
            guest ->
                guest.filter(it -> it.generation() == target.generation()).isPresent()
                    ? guest
                    : Optional.of(FakeGuest.made(command, clock.instant()))));
  }

  private DriverResult start(GuestTarget target, Cancellation cancellation) throws DriverException {
    var found = existing(target);
    if (found.runs()) {
      return shown(Optional.of(found));
    }
    awaitBoot(cancellation);
    return update(target, guest -> guest.runs() ? guest : guest.booted(clock.instant()));
  }

  private static DriverResult shown(Optional<FakeGuest> guest) {
    return guest
        .<DriverResult>map(it -> DriverResult.Guest.in(it.power()))
        .orElse(DriverResult.Guest.GONE);
  }

  /** A real hypervisor copies the image once; this one only sees that it could. */
  private void cache(GuestSpec.ImageRef image) throws DriverException {
    if (cachedImages.contains(image.sha512())) {
      return;
    }
    try (var bytes = context.images().open(image.id())) {
      bytes.readNBytes(IMAGE_BYTES_READ);
    } catch (IOException e) {
      throw new DriverException(
          new DriverFailure(
              DriverFailure.Kind.INSTANCE_FAULT, "image " + image.id() + " cannot be read: " + e),
          e);
    }
    cachedImages.add(image.sha512());
  }

  private Optional<FakeGuest> look(GuestTarget target) throws DriverException {
    return change(target, guest -> guest);
  }

  private FakeGuest existing(GuestTarget target) throws DriverException {
    return look(target).orElseThrow(() -> missing(target));
  }

  private DriverResult update(GuestTarget target, UnaryOperator<FakeGuest> change)
      throws DriverException {
    var after = this.change(target, guest -> guest.map(change));
    return shown(Optional.of(after.orElseThrow(() -> missing(target))));
  }

  private Optional<FakeGuest> change(GuestTarget target, FakeHypervisor.Change change)
      throws DriverException {
    return hypervisor.update(target, events, clock.instant(), change);
  }

  private static DriverException missing(GuestTarget target) {
    return DriverException.instanceFault(
        "no guest of instance " + target.instance() + " on " + target.host());
  }

  /** How a guest that is asked to shut down within the grace ends. */
  private FakeGuest.Happening awaitShutdown(long graceMillis, Cancellation cancellation)
      throws DriverException {
    var obeys = !settings.ignoresAcpi() && settings.stopMillis() <= graceMillis && graceMillis > 0;
    pause(obeys ? settings.stopMillis() : graceMillis, cancellation);
    return obeys ? FakeGuest.Happening.SHUT_DOWN : FakeGuest.Happening.POWER_CUT;
  }

  private void awaitBoot(Cancellation cancellation) throws DriverException {
    var jitter = settings.bootJitterMillis();
    var jitterMillis = jitter == 0 ? 0 : (long) (draw() * (jitter + 1));
    pause(settings.bootMillis() + jitterMillis, cancellation);
  }

  private void pause(long millis, Cancellation cancellation) throws DriverException {
    var end = System.nanoTime() + millis * 1_000_000;
    for (var left = millis; left > 0; left = (end - System.nanoTime() + 999_999) / 1_000_000) {
      requireWanted(cancellation);
      try {
        Thread.sleep(Math.min(left, GLANCE_MILLIS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw DriverException.retryable("interrupted");
      }
    }
    requireWanted(cancellation);
  }

  private static void requireWanted(Cancellation cancellation) throws DriverException {
    if (cancellation.requested()) {
      throw DriverException.retryable("cancelled");
    }
  }

  private void requireOpen() throws DriverException {
    if (closed) {
      throw DriverException.retryable("the connection is closed");
    }
  }

  private double draw() {
    synchronized (random) {
      return random.nextDouble();
    }
  }

  private boolean drawsFailure(DriverCommand command) {
    return settings.failureRate() > 0
        && settings.failureCommands().contains(command.getClass().getSimpleName())
        && draw() < settings.failureRate();
  }

  private DriverException drawnFailure(DriverCommand command) {
    return new DriverException(
        new DriverFailure(
            settings.failureKind(),
            "drawn failure of " + command.getClass().getSimpleName() + " (failureRate)"));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      hypervisor.disconnect(events);
    }
  }

  /**
   * Somebody inside the running guest shuts it down.
   *
   * @throws DriverException when it runs nowhere
   */
  public void powerOffByGuest(InstanceId instance) throws DriverException {
    hypervisor.endByItself(
        instance, FakeGuest.Happening.SHUT_DOWN, "stopped: shutdown by the guest", clock.instant());
  }

  /**
   * The running guest's kernel panics.
   *
   * @throws DriverException when it runs nowhere
   */
  public void crash(InstanceId instance) throws DriverException {
    hypervisor.endByItself(
        instance, FakeGuest.Happening.PANICKED, "crashed: panicked", clock.instant());
  }

  /** Somebody makes a guest on the host without Troupe; it runs. */
  public void putForeignGuest(String host, String name) throws DriverException {
    inventory.requireHost(host);
    hypervisor.put(host, FakeGuest.foreign(name, clock.instant()));
  }

  /**
   * How often a guest was made for this instance and generation since this process knows the
   * hypervisor, or as far back as its state goes; exact for living guests and the last 10,000
   * destroyed.
   */
  public int spawns(InstanceId instance, long generation) throws DriverException {
    return hypervisor.spawns(instance, generation);
  }

  /** From now on no connection reaches the hypervisor, and none can be opened. */
  public void cutCable() {
    hypervisor.cutOff(true);
  }

  /** Ends {@link #cutCable}; works on a closed connection too. */
  public void mendCable() {
    hypervisor.cutOff(false);
  }
}
