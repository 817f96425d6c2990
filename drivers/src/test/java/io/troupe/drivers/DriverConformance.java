package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import io.troupe.drivers.spi.VolumeRef;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every driver promises, as tests: extend it, name the hypervisor, and override the waits if
 * its guests are slow. What a driver does not offer is skipped by an assumption, so that the report
 * shows it. Guests made here are destroyed after each test; nothing else on the host is touched.
 */
public abstract class DriverConformance {
  /** Epochs only grow, on hosts that outlive a test as on others. */
  protected static final AtomicLong EPOCH = new AtomicLong(1);

  private static final MoveTicket NO_TICKET = MoveTicket.offered("none", Map.of());

  private final List<GuestTarget> made = new ArrayList<>();

  /** What the driver under test has reported by itself. */
  protected final BlockingQueue<GuestEvent> events = new LinkedBlockingQueue<>();

  /** The images that the driver has made, by id. */
  protected final Map<String, byte[]> snapshots = new ConcurrentHashMap<>();

  /** What is on its way between two hosts. */
  protected final MemoryTransfers transfers = new MemoryTransfers();

  /** The open driver of the running test. */
  protected Driver driver;

  /** Opens a connection to the hypervisor under test; called once per test and for reopening. */
  protected abstract Driver open(DriverContext context) throws Exception;

  /** Name of the host the guests are made on. */
  protected abstract String host();

  /** An image whose guests boot on that host. */
  protected abstract GuestSpec.ImageRef image();

  /** Opens {@link #image()} by its id, and throws an IOException for any other. */
  protected abstract DriverContext.ImageReader images();

  /** What one guest takes. */
  protected Resources size() {
    return new Resources(1, 128, 1);
  }

  /** The guest's interfaces; none by default. */
  protected List<GuestSpec.Nic> nics() {
    return List.of();
  }

  /** A text that a booted guest has written to its console, once for each boot; empty if none. */
  protected Optional<String> bootMarker(String hostname) {
    return Optional.empty();
  }

  /** How long a guest may take until its boot marker is to be seen. */
  protected Duration bootTimeout() {
    return Duration.ofSeconds(120);
  }

  /** How long one command may take. */
  protected Duration commandTimeout() {
    return Duration.ofSeconds(60);
  }

  /** Grace in which a booted guest shuts down when asked to. */
  protected Duration shutdownGrace() {
    return Duration.ofSeconds(30);
  }

  /** How often the console is looked at while a guest boots. */
  protected Duration lookInterval() {
    return Duration.ofMillis(500);
  }

  /**
   * Whether the driver itself refuses an epoch below one it has seen; the driver actor always does.
   */
  protected boolean fencesEpochs() {
    return false;
  }

  /**
   * Opens a second connection to the same hypervisor that shares no memory with the first, as a
   * successor on another machine would; empty when that cannot be done.
   */
  protected Optional<Driver> openApart(DriverContext context) throws Exception {
    return Optional.empty();
  }

  /**
   * Makes a guest that is not ours on the host, answers its name; empty when that cannot be done.
   */
  protected Optional<String> makeForeignGuest() throws Exception {
    return Optional.empty();
  }

  /** Shuts the guest down from within; false when that cannot be done. */
  protected boolean shutDownFromWithin(InstanceId instance) throws Exception {
    return false;
  }

  @BeforeEach
  final void openDriver() throws Exception {
    driver = open(new DriverContext(images(), made(), transfers, events::add));
  }

  /** Takes every image but one that is called {@code gone}. */
  private DriverContext.ImageWriter made() {
    return (imageId, content) -> {
      if (imageId.equals("gone")) {
        throw new NoSuchFileException(imageId);
      }
      var bytes = new ByteArrayOutputStream();
      content.to(bytes);
      snapshots.put(imageId, bytes.toByteArray());
    };
  }

  @AfterEach
  final void destroyGuests() throws Exception {
    for (var target : made) {
      run(new DriverCommand.Destroy(withEpoch(latest(target), EPOCH.get())));
    }
    driver.close();
  }

  // -- hosts

  @Test
  protected void hostsHaveUniqueNamesAndSomethingToGive() throws Exception {
    var hosts = driver.hosts();

    assertThat(hosts).extracting(HostInventory::name).doesNotHaveDuplicates().contains(host());
    var ours = hosts.stream().filter(each -> each.name().equals(host())).findFirst().orElseThrow();
    assertThat(ours.total().vcpus()).isPositive();
    assertThat(ours.total().ramMib()).isPositive();
    assertThat(ours.architecture()).isNotBlank();
    assertThat(ours.hypervisorType()).isNotBlank();
  }

  @Test
  protected void unknownHostIsAFailureNotAnEmptyHost() {
    assertThat(failureOf(() -> driver.guests("no-such-host"))).isEqualTo(Kind.HOST_FAULT);
    var elsewhere =
        new GuestTarget(InstanceId.fresh(), "no-such-host", 1, 1, OperationId.fresh(), deadline());
    assertThat(failureOf(() -> run(new DriverCommand.Inspect(elsewhere))))
        .isEqualTo(Kind.HOST_FAULT);
  }

  @Test
  protected void commandsOutsideTheCapabilitiesAreUnsupported() {
    var target = target();
    for (var command : everyCommand(target)) {
      if (!can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command))).isEqualTo(Kind.UNSUPPORTED);
      }
    }
  }

  // -- spawn

  @Test
  protected void spawnMakesARunningGuestThatIsReportedAsOurs() throws Exception {
    var target = target();

    var result = spawn(target);

    assertThat(result.present()).isTrue();
    assertThat(result.power()).isEqualTo(PowerState.RUNNING);
    var report = reportOf(target).orElseThrow();
    assertThat(report.generation()).isEqualTo(target.generation());
    assertThat(report.power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void spawnTwiceMakesOneGuestAndAnswersTheSame() throws Exception {
    var target = target();

    var first = spawn(target);
    var second = spawn(target);

    assertThat(second).isEqualTo(first);
    assertThat(reportsOf(target)).hasSize(1);
  }

  @Test
  protected void spawnOfAGuestThatIsOffStartsIt() throws Exception {
    needs("Stop");
    var target = target();
    spawn(target);
    run(new DriverCommand.Stop(target, 0));

    var again = spawn(target);

    assertThat(again.power()).isEqualTo(PowerState.RUNNING);
    assertThat(reportsOf(target)).hasSize(1);
  }

  @Test
  protected void spawnOfANewerGenerationReplacesTheGuest() throws Exception {
    var older = target();
    var newer = next(older);
    spawn(older);

    var result = spawn(newer);

    assertThat(result.power()).isEqualTo(PowerState.RUNNING);
    assertThat(reportsOf(older))
        .extracting(GuestReport::generation)
        .containsExactly(newer.generation());
  }

  @Test
  protected void spawnWithoutItsImageIsTheInstancesFaultAndLeavesNothing() throws Exception {
    needs("Spawn");
    var target = target();
    var missing = new GuestSpec.ImageRef("no-such-image", "0".repeat(128), "qcow2", 4, 4);

    var failure =
        failureOf(() -> run(new DriverCommand.Spawn(target, spec(target.instance(), missing))));

    assertThat(failure).isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.Destroy(target));
    assertThat(reportsOf(target)).isEmpty();
    assertThat(inspect(target)).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  protected void cancelledSpawnIsRetryableAndLeavesNothingThatDestroyDoesNotRemove()
      throws Exception {
    needs("Spawn");
    var target = target();

    var failure = failureOf(() -> driver.execute(spawnCommand(target), () -> true));

    assertThat(failure).isEqualTo(Kind.RETRYABLE);
    run(new DriverCommand.Destroy(target));
    assertThat(reportsOf(target)).isEmpty();
  }

  @Test
  protected void differentGuestsAreSpawnedAtOnce() throws Exception {
    needs("Spawn");
    var targets = List.of(target(), target(), target(), target());

    try (ExecutorService threads = Executors.newFixedThreadPool(targets.size())) {
      var spawns =
          targets.stream()
              .<Callable<DriverResult.Guest>>map(target -> () -> spawn(target))
              .toList();
      for (var spawned : threads.invokeAll(spawns)) {
        assertThat(spawned.get().power()).isEqualTo(PowerState.RUNNING);
      }
    }

    for (var target : targets) {
      assertThat(reportsOf(target)).hasSize(1);
    }
  }

  // -- fences

  @Test
  protected void olderGenerationIsRefusedAndChangesNothing() throws Exception {
    var current = next(target());
    var stale = withGeneration(current, current.generation() - 1);
    spawn(current);

    for (var command : everyCommand(stale)) {
      if (can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command)))
            .as("%s of an older generation", command.getClass().getSimpleName())
            .isEqualTo(Kind.INSTANCE_FAULT);
        var report = reportOf(current).orElseThrow();
        assertThat(report.power()).isEqualTo(PowerState.RUNNING);
        assertThat(report.generation()).isEqualTo(current.generation());
      }
    }
  }

  @Test
  protected void lowerEpochIsRefusedAndChangesNothing() throws Exception {
    assumeTrue(fencesEpochs(), "the driver leaves epochs to the driver actor");
    var target = target();
    spawn(target);
    var stale = withEpoch(target, target.epoch() - 1);

    for (var command : everyCommand(stale)) {
      if (can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command))).isEqualTo(Kind.RETRYABLE);
      }
    }
    assertThat(reportOf(target).orElseThrow().power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void epochsFenceDriversThatShareNoMemory() throws Exception {
    needs("Start", "Stop");
    var target = target();
    var apart = openApart(new DriverContext(images(), event -> {}));
    assumeTrue(apart.isPresent(), "there is no second driver that shares no memory");
    try (var successor = apart.get()) {
      spawn(target);
      var later = withEpoch(target, EPOCH.incrementAndGet());
      var latest = withEpoch(target, EPOCH.incrementAndGet());

      successor.execute(new DriverCommand.Inspect(later), Cancellation.NEVER);
      for (var command : everyCommand(target)) {
        if (can(command.getClass().getSimpleName())) {
          assertThat(failureOf(() -> run(command)))
              .as("%s of the epoch before", command.name())
              .isEqualTo(Kind.RETRYABLE);
        }
      }
      assertThat(reportOf(target).orElseThrow().power()).isEqualTo(PowerState.RUNNING);

      assertThat(successor.execute(new DriverCommand.Stop(later, 0), Cancellation.NEVER))
          .isEqualTo(DriverResult.Guest.in(PowerState.SHUTDOWN));
      assertThat(guest(new DriverCommand.Start(latest)).power()).isEqualTo(PowerState.RUNNING);
      assertThat(
              failureOf(
                  () -> successor.execute(new DriverCommand.Stop(later, 0), Cancellation.NEVER)))
          .isEqualTo(Kind.RETRYABLE);
      assertThat(reportOf(target).orElseThrow().power()).isEqualTo(PowerState.RUNNING);
    }
  }

  @Test
  protected void foreignGuestIsReportedAndLeftAlone() throws Exception {
    var name = makeForeignGuest();
    assumeTrue(name.isPresent(), "no foreign guest can be made here");
    var before = foreign(name.get());
    var target = target();

    spawn(target);
    run(new DriverCommand.Destroy(target));

    assertThat(before.instance()).isEmpty();
    assertThat(before.generation()).isZero();
    assertThat(foreign(name.get())).isEqualTo(before);
  }

  // -- power

  @Test
  protected void stopWithoutGraceIsOffAtOnceAndStartRunsAgainEachTwice() throws Exception {
    needs("Start", "Stop");
    var target = target();
    spawn(target);

    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Stop(target, 0)).power()).isEqualTo(PowerState.SHUTDOWN);
      assertThat(inspect(target).power()).isEqualTo(PowerState.SHUTDOWN);
      assertThat(reportOf(target).orElseThrow().power()).isEqualTo(PowerState.SHUTDOWN);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.Start(target)).power()).isEqualTo(PowerState.RUNNING);
      assertThat(inspect(target).power()).isEqualTo(PowerState.RUNNING);
    }
  }

  @Test
  protected void bootedGuestShutsDownWithinTheGrace() throws Exception {
    needs("Stop");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);

    var result = guest(new DriverCommand.Stop(target, shutdownGrace().toMillis()));

    assertThat(result.power()).isEqualTo(PowerState.SHUTDOWN);
  }

  @Test
  protected void hardRebootBootsAgainAlsoFromOff() throws Exception {
    needs("Reboot", "Stop");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);

    var running = guest(new DriverCommand.Reboot(target, false, 0));
    awaitBoots(target, 2);
    run(new DriverCommand.Stop(target, 0));
    var off = guest(new DriverCommand.Reboot(target, false, 0));

    assertThat(running.power()).isEqualTo(PowerState.RUNNING);
    assertThat(off.power()).isEqualTo(PowerState.RUNNING);
    assertThat(inspect(target).power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void softRebootBootsAgain() throws Exception {
    needs("Reboot");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);

    var result = guest(new DriverCommand.Reboot(target, true, shutdownGrace().toMillis()));

    assertThat(result.power()).isEqualTo(PowerState.RUNNING);
    awaitBoots(target, 2);
  }

  @Test
  protected void powerCommandsForNoGuestFailAndMakeNone() throws Exception {
    var target = target();
    var commands =
        List.of(
            new DriverCommand.Start(target),
            new DriverCommand.Stop(target, 0),
            new DriverCommand.Reboot(target, false, 0),
            new DriverCommand.Pause(target),
            new DriverCommand.Unpause(target),
            new DriverCommand.Suspend(target),
            new DriverCommand.Resume(target),
            new DriverCommand.TriggerCrashDump(target),
            new DriverCommand.SetPassword(target, "root", "secret"),
            new DriverCommand.Snapshot(target, "snapshot"),
            new DriverCommand.Rescue(target, image()),
            new DriverCommand.Unrescue(target),
            new DriverCommand.Resize(target, size()),
            new DriverCommand.AttachNic(target, nic()),
            new DriverCommand.DetachNic(target, nic().mac()),
            new DriverCommand.AttachVolume(target, new VolumeRef("id", "name", "raw")),
            new DriverCommand.DetachVolume(target, "id"),
            new DriverCommand.SwapVolume(
                target, new VolumeRef("id", "name", "raw"), new VolumeRef("id2", "name2", "raw")),
            new DriverCommand.OfferMove(target),
            new DriverCommand.ForceComplete(target),
            new DriverCommand.SendMove(target, NO_TICKET),
            new DriverCommand.TakeOver(target),
            new DriverCommand.ReadConsole(target, 1024),
            new DriverCommand.Diagnostics(target));

    for (var command : commands) {
      if (can(command.getClass().getSimpleName())) {
        assertThat(failureOf(() -> run(command))).isEqualTo(Kind.INSTANCE_FAULT);
      }
    }
    assertThat(reportsOf(target)).isEmpty();
  }

  @Test
  protected void shutdownFromWithinIsPushed() throws Exception {
    assumeTrue(driver.capabilities().pushesEvents(), "the driver pushes no events");
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    assumeTrue(shutDownFromWithin(target.instance()), "guests cannot be shut down from within");

    var until = System.nanoTime() + commandTimeout().toNanos();
    var seen = new ArrayList<GuestEvent>();
    while (seen.stream().noneMatch(event -> isEndOf(target, event))) {
      var event = events.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(event).as("a shutdown event in time, after %s", seen).isNotNull();
      seen.add(event);
    }
    assertThat(reportOf(target).orElseThrow().power()).isEqualTo(PowerState.SHUTDOWN);
  }

  // -- destroy, inspect, console

  @Test
  protected void destroyRemovesTheGuestAndSucceedsAgain() throws Exception {
    var target = target();
    spawn(target);

    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
    assertThat(reportsOf(target)).isEmpty();
    assertThat(guest(new DriverCommand.Destroy(target)).present()).isFalse();
  }

  @Test
  protected void destroyOfWhatNeverWasSucceeds() throws Exception {
    assertThat(guest(new DriverCommand.Destroy(target()))).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  protected void destroyLeavesNothingToASecondLife() throws Exception {
    var target = target();
    spawn(target);
    awaitBoots(target, 1);
    run(new DriverCommand.Destroy(target));

    spawn(target);
    awaitBoots(target, 1);

    var marker = bootMarker(hostname(target.instance()));
    if (marker.isPresent()) {
      assertThat(occurrences(console(target, 1 << 20), marker.get())).isEqualTo(1);
    }
  }

  @Test
  protected void inspectOfNoGuestAnswersGone() throws Exception {
    assertThat(inspect(target())).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  protected void consoleIsTheEndOfTheLog() throws Exception {
    needs("ReadConsole");
    var target = target();
    spawn(target);
    assumeTrue(awaitBoots(target, 1), "guests write no boot marker");

    var end = console(target, 40);

    assertThat(end.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(40);
    assertThat(end).isNotEmpty();
    assertThat(console(target, 0)).isEmpty();
  }

  @Test
  protected void guestsRunOnWhenTheConnectionCloses() throws Exception {
    var target = target();
    spawn(target);

    driver.close();
    driver = open(new DriverContext(images(), events::add));

    var report = reportOf(target).orElseThrow();
    assertThat(report.power()).isEqualTo(PowerState.RUNNING);
    assertThat(report.generation()).isEqualTo(target.generation());
  }

  // -- what the tests are written with

  /** A target for a guest of a fresh instance, which is destroyed after the test. */
  protected final GuestTarget target() {
    var target =
        new GuestTarget(
            InstanceId.fresh(), host(), 1, EPOCH.get(), OperationId.fresh(), deadline());
    made.add(target);
    return target;
  }

  /** A guest that comes by other ways than a spawn is destroyed after the test as well. */
  protected final void willGo(GuestTarget target) {
    made.add(target);
  }

  protected final DriverResult.Guest spawn(GuestTarget target) throws DriverException {
    needs("Spawn");
    return guest(spawnCommand(target));
  }

  protected final DriverResult run(DriverCommand command) throws DriverException {
    return driver.execute(command, Cancellation.NEVER);
  }

  protected final String console(GuestTarget target, int maxBytes) throws DriverException {
    return switch (run(new DriverCommand.ReadConsole(target, maxBytes))) {
      case DriverResult.Console(var text) -> text;
      case DriverResult other -> throw new AssertionError("not a console: " + other);
    };
  }

  /** Waits until the guest has booted this often; false when its boots cannot be seen. */
  protected final boolean awaitBoots(GuestTarget target, int boots) throws Exception {
    var marker = bootMarker(hostname(target.instance()));
    if (marker.isEmpty() || !can("ReadConsole")) {
      return false;
    }
    var until = System.nanoTime() + bootTimeout().toNanos();
    var log = console(target, 1 << 20);
    while (occurrences(log, marker.get()) < boots) {
      assertThat(System.nanoTime()).as("boot %d in time, log: %s", boots, log).isLessThan(until);
      Thread.sleep(lookInterval());
      log = console(target, 1 << 20);
    }
    return true;
  }

  protected final String hostname(InstanceId instance) {
    return "troupe-" + instance.toString().substring(0, 8);
  }

  private DriverCommand.Spawn spawnCommand(GuestTarget target) {
    return new DriverCommand.Spawn(target, spec(target.instance(), image()));
  }

  protected final GuestSpec spec(InstanceId instance, GuestSpec.ImageRef image) {
    return new GuestSpec(
        "Conformance & <test> " + instance,
        hostname(instance),
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210fedcba9876543210",
        size(),
        image,
        nics(),
        new GuestSpec.ConfigDrive(
            Map.of("purpose", "conformance"),
            Optional.empty(),
            Optional.empty(),
            "",
            "nova",
            List.of()),
        Map.of());
  }

  /** A card that no guest is made with. */
  protected final GuestSpec.Nic nic() {
    return new GuestSpec.Nic(
        "port",
        "fa:16:3e:77:88:99",
        "network",
        "subnet",
        "10.8.0.9",
        "10.8.0.0/24",
        Optional.empty(),
        List.of(),
        1500);
  }

  private List<DriverCommand> everyCommand(GuestTarget target) {
    return List.of(
        spawnCommand(target),
        new DriverCommand.Start(target),
        new DriverCommand.Stop(target, 0),
        new DriverCommand.Reboot(target, false, 0),
        new DriverCommand.Pause(target),
        new DriverCommand.Unpause(target),
        new DriverCommand.Suspend(target),
        new DriverCommand.Resume(target),
        new DriverCommand.TriggerCrashDump(target),
        new DriverCommand.SetPassword(target, "root", "secret"),
        new DriverCommand.Snapshot(target, "snapshot"),
        new DriverCommand.Rescue(target, image()),
        new DriverCommand.Unrescue(target),
        new DriverCommand.Resize(target, size()),
        new DriverCommand.AttachNic(target, nic()),
        new DriverCommand.DetachNic(target, nic().mac()),
        new DriverCommand.AttachVolume(target, new VolumeRef("id", "name", "raw")),
        new DriverCommand.DetachVolume(target, "id"),
        new DriverCommand.SwapVolume(
            target, new VolumeRef("id", "name", "raw"), new VolumeRef("id2", "name2", "raw")),
        new DriverCommand.OfferMove(target),
        new DriverCommand.PrepareMove(
            target, spec(target.instance(), image()), NO_TICKET, Storage.UNKNOWN, true),
        new DriverCommand.LiveMigrate(target, NO_TICKET, MigrationOptions.PLAIN),
        new DriverCommand.WatchMigration(target),
        new DriverCommand.ForceComplete(target),
        new DriverCommand.AbortMigration(target),
        new DriverCommand.SendMove(target, NO_TICKET),
        new DriverCommand.FinishMove(target, spec(target.instance(), image()), NO_TICKET),
        new DriverCommand.TakeOver(target),
        new DriverCommand.Adopt(target, "a-guest"),
        new DriverCommand.Inspect(target),
        new DriverCommand.ReadConsole(target, 1024),
        new DriverCommand.Diagnostics(target),
        new DriverCommand.Destroy(target));
  }

  protected final DriverResult.Guest guest(DriverCommand command) throws DriverException {
    return switch (run(command)) {
      case DriverResult.Guest guest -> guest;
      case DriverResult other -> throw new AssertionError("not a guest: " + other);
    };
  }

  protected final DriverResult.Guest inspect(GuestTarget target) throws DriverException {
    return guest(new DriverCommand.Inspect(target));
  }

  private List<GuestReport> reportsOf(GuestTarget target) throws DriverException {
    return driver.guests(host()).stream()
        .filter(report -> report.instance().equals(Optional.of(target.instance())))
        .toList();
  }

  protected final Optional<GuestReport> reportOf(GuestTarget target) throws DriverException {
    return reportsOf(target).stream().findFirst();
  }

  protected final GuestReport foreign(String name) throws DriverException {
    return driver.guests(host()).stream()
        .filter(report -> report.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private boolean isEndOf(GuestTarget target, GuestEvent event) {
    return event.instance().equals(target.instance())
        && event.host().equals(target.host())
        && event.generation() == target.generation()
        && event.power() == PowerState.SHUTDOWN;
  }

  /** Of a generation that no test comes to. */
  protected static GuestTarget latest(GuestTarget target) {
    return withGeneration(target, 1_000);
  }

  protected static GuestTarget next(GuestTarget target) {
    return withGeneration(target, target.generation() + 1);
  }

  protected static GuestTarget withEpoch(GuestTarget target, long epoch) {
    return new GuestTarget(
        target.instance(),
        target.host(),
        target.generation(),
        epoch,
        OperationId.fresh(),
        target.deadline());
  }

  /** An epoch higher than all before, as a successor's. */
  protected static long nextEpoch() {
    return EPOCH.incrementAndGet();
  }

  private static GuestTarget withGeneration(GuestTarget target, long generation) {
    return new GuestTarget(
        target.instance(),
        target.host(),
        generation,
        target.epoch(),
        OperationId.fresh(),
        target.deadline());
  }

  private Instant deadline() {
    return Instant.now().plus(commandTimeout());
  }

  protected final boolean can(String command) {
    return driver.capabilities().commands().contains(command);
  }

  protected final void needs(String... commands) {
    for (var command : commands) {
      assumeTrue(can(command), "the driver has no " + command);
    }
  }

  protected static int occurrences(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  protected static Kind failureOf(Callable<?> call) {
    var failure = catchThrowableOfType(DriverException.class, call::call);
    assertThat(failure).as("a DriverException").isNotNull();
    return failure.failure().kind();
  }

  /** The same guest with one further volume, {@code vdb}. */
  public static GuestSpec withVolume(GuestSpec spec, VolumeRef volume) {
    return new GuestSpec(
        spec.name(),
        spec.hostname(),
        spec.projectId(),
        spec.userId(),
        spec.size(),
        spec.image(),
        spec.nics(),
        spec.configDrive(),
        spec.extraSpecs(),
        Optional.empty(),
        List.of(volume),
        List.of("vdb"));
  }
}
