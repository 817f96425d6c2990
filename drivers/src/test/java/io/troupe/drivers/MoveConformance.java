package io.troupe.drivers;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.troupe.drivers.spi.DriverResult.MigrationSeen;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Phase;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every driver that can move guests to another host promises about it. */
public abstract class MoveConformance extends LifeConformance {
  /** A guest that travels at 1 MiB/s is still on its way when a test has looked at it. */
  private static final MigrationOptions SLOW = new MigrationOptions(false, false, 1, 0, 0, false);

  private final List<GuestTarget> arrivals = new ArrayList<>();
  private Optional<Driver> there = Optional.empty();

  /** What the destination has reported by itself. */
  protected final BlockingQueue<GuestEvent> eventsThere = new LinkedBlockingQueue<>();

  /** Name of a second host, to which guests are moved. */
  protected abstract String secondHost();

  /** Opens the second host's connection; called at most once per test. */
  protected abstract Driver openSecond(DriverContext context) throws Exception;

  /**
   * What a booted guest has made up at its boot and keeps until the next one; empty when it cannot
   * be asked.
   */
  protected Optional<String> bootId(Driver on, GuestTarget target) throws Exception {
    return Optional.empty();
  }

  protected final Driver second() throws Exception {
    if (there.isEmpty()) {
      there =
          Optional.of(
              openSecond(
                  new DriverContext(images(), (id, content) -> {}, transfers, eventsThere::add)));
    }
    return there.get();
  }

  @AfterEach
  final void destroyArrivals() throws Exception {
    if (there.isPresent()) {
      for (var target : arrivals) {
        there.get().execute(new DriverCommand.Destroy(latest(target)), Cancellation.NEVER);
      }
      there.get().close();
    }
  }

  // -- live

  @Test
  protected void liveGuestGoesOnAtTheDestinationEachStepTwice() throws Exception {
    needs("LiveMigrate");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var bootId = bootId(driver, source);
    var destination = thither(source);

    offer(source);
    var offered = offer(source);
    prepare(destination, offered, true);
    var ticket = prepare(destination, offered, true);
    var gone = migrate(source, ticket, MigrationOptions.PLAIN);
    var goneStill = migrate(source, ticket, MigrationOptions.PLAIN);
    var arrived = finish(destination, ticket);
    var arrivedStill = finish(destination, ticket);

    assertThat(gone).isEqualTo(DriverResult.Guest.GONE).isEqualTo(goneStill);
    assertThat(arrived.power()).isEqualTo(PowerState.RUNNING);
    assertThat(arrivedStill).isEqualTo(arrived);
    assertRunsOnlyThere(source, destination);
    assertThat(bootId(second(), destination)).isEqualTo(bootId);
    assertNobodySawItEnd(source.instance());
    assertThat(transfers.keys()).isEmpty();
  }

  @Test
  protected void liveGuestComesBack() throws Exception {
    needs("LiveMigrate");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var bootId = bootId(driver, source);
    var destination = thither(source);
    move(driver, source, second(), destination, MigrationOptions.PLAIN);
    var back = hither(destination);

    move(second(), destination, driver, back, MigrationOptions.PLAIN);

    assertThat(inspectThere(destination)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(inspect(back).power()).isEqualTo(PowerState.RUNNING);
    assertThat(reportOf(back).orElseThrow().generation()).isEqualTo(back.generation());
    assertThat(bootId(driver, back)).isEqualTo(bootId);
  }

  @Test
  protected void pausedGuestArrivesPaused() throws Exception {
    needs("LiveMigrate", "Pause", "Unpause");
    var source = target();
    spawn(source);
    run(new DriverCommand.Pause(source));
    var destination = thither(source);

    move(driver, source, second(), destination, MigrationOptions.PLAIN);

    assertThat(inspect(source)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(inspectThere(destination).power()).isEqualTo(PowerState.PAUSED);
    assertThat(guestThere(new DriverCommand.Unpause(destination)).power())
        .isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void arrivedGuestIsTheDestinationsOwn() throws Exception {
    needs("LiveMigrate", "Stop", "Start");
    var source = target();
    spawn(source);
    var destination = thither(source);
    move(driver, source, second(), destination, MigrationOptions.PLAIN);

    run(new DriverCommand.Destroy(source)); // as after any move: nothing there is touched

    assertThat(inspectThere(destination).power()).isEqualTo(PowerState.RUNNING);
    assertThat(guestThere(new DriverCommand.Stop(destination, 0)).power())
        .isEqualTo(PowerState.SHUTDOWN);
    assertThat(guestThere(new DriverCommand.Start(destination)).power())
        .isEqualTo(PowerState.RUNNING);
    assertThat(failureOf(() -> there(new DriverCommand.Stop(former(destination), 0))))
        .isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(guestThere(new DriverCommand.Destroy(destination)).present()).isFalse();
    assertThat(reportsThere(source.instance())).isEmpty();
  }

  @Test
  protected void abortedMigrationLeavesTheGuestWhereItWas() throws Exception {
    needs("LiveMigrate", "WatchMigration", "AbortMigration");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var bootId = bootId(driver, source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);
    assertThat(watch(source)).isEqualTo(MigrationSeen.NONE);

    var migration = begin(() -> migrate(source, ticket, SLOW));
    var seen = awaitSeen(source);
    run(new DriverCommand.AbortMigration(source));

    assertThat(seen.phase()).isEqualTo(Phase.COPYING);
    assertThat(seen.memory().totalBytes() + seen.disk().totalBytes()).isPositive();
    assertThat(seen.memory().remainingBytes() + seen.disk().remainingBytes()).isPositive();
    assertThat(failureOf(migration::join)).isEqualTo(Kind.INSTANCE_FAULT);
    run(new DriverCommand.AbortMigration(source));
    assertThat(watch(source)).isEqualTo(MigrationSeen.NONE);
    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(bootId(driver, source)).isEqualTo(bootId);
    assertNobodySawItEnd(source.instance());
    assertThat(guestThere(new DriverCommand.Destroy(destination)).present()).isFalse();
    assertThat(reportsThere(source.instance())).isEmpty();
    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void abortedGuestCanBeMovedAgain() throws Exception {
    needs("LiveMigrate", "WatchMigration", "AbortMigration");
    var source = target();
    spawn(source);
    var first = thither(source);
    var ticket = prepare(first, offer(source), true);
    var migration = begin(() -> migrate(source, ticket, SLOW));
    awaitSeen(source);
    run(new DriverCommand.AbortMigration(source));
    failureOf(migration::join);
    there(new DriverCommand.Destroy(first));
    var stays = hither(first);
    assertThat(guest(new DriverCommand.TakeOver(stays)).power()).isEqualTo(PowerState.RUNNING);

    var again = thither(stays);
    move(driver, stays, second(), again, MigrationOptions.PLAIN);

    assertRunsOnlyThere(source, again);
  }

  @Test
  protected void forcedMigrationCompletes() throws Exception {
    needs("LiveMigrate", "WatchMigration", "ForceComplete");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);

    var migration = begin(() -> migrate(source, ticket, hurryable()));
    awaitSeen(source);
    run(new DriverCommand.ForceComplete(source));

    assertThat(migration.join()).isEqualTo(DriverResult.Guest.GONE);
    assertThat(finish(destination, ticket).power()).isEqualTo(PowerState.RUNNING);
    assertRunsOnlyThere(source, destination);
  }

  /** Slow until it is told to complete. */
  protected MigrationOptions hurryable() {
    return SLOW;
  }

  @Test
  protected void migrationThatTakesTooLongIsGivenUp() throws Exception {
    needs("LiveMigrate");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);
    var impatient = new MigrationOptions(false, false, 1, 0, 1_000, false);

    assertThat(failureOf(() -> migrate(source, ticket, impatient))).isEqualTo(Kind.INSTANCE_FAULT);

    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(watch(source)).isEqualTo(MigrationSeen.NONE);
  }

  @Test
  protected void cancelledMigrationIsRetryableAndTheGuestStays() throws Exception {
    needs("LiveMigrate", "WatchMigration");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);
    var cancelled = new AtomicBoolean();

    var migration =
        begin(
            () ->
                (DriverResult.Guest)
                    driver.execute(
                        new DriverCommand.LiveMigrate(source, ticket, SLOW), cancelled::get));
    awaitSeen(source);
    cancelled.set(true);

    assertThat(failureOf(migration::join)).isEqualTo(Kind.RETRYABLE);
    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(watch(source)).isEqualTo(MigrationSeen.NONE);
  }

  @Test
  protected void destinationThatIsDestroyedMeanwhileIsNotComeTo() throws Exception {
    needs("LiveMigrate", "WatchMigration");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var bootId = bootId(driver, source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);

    var migration = begin(() -> migrate(source, ticket, SLOW));
    awaitSeen(source);
    assertThat(guestThere(new DriverCommand.Destroy(destination)).present()).isFalse();

    assertThat(failureOf(migration::join)).isEqualTo(Kind.HOST_FAULT);
    assertThat(reportsThere(source.instance())).isEmpty();
    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(bootId(driver, source)).isEqualTo(bootId);
    assertNobodySawItEnd(source.instance());
  }

  @Test
  protected void guestThatIsOffIsNotMigratedLive() throws Exception {
    needs("LiveMigrate", "Stop");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), true);
    run(new DriverCommand.Stop(source, 0));

    assertThat(failureOf(() -> migrate(source, ticket, MigrationOptions.PLAIN)))
        .isEqualTo(Kind.INSTANCE_FAULT);

    assertThat(inspect(source).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(reportsThere(source.instance())).isEmpty();
  }

  @Test
  protected void guestThatHasNotComeIsNotFinished() throws Exception {
    needs("FinishMove");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var live = prepare(destination, offer(source), true);

    assertThat(failureOf(() -> finish(destination, live))).isEqualTo(Kind.INSTANCE_FAULT);

    assertThat(reportsThere(source.instance())).isEmpty();
    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
  }

  @Test
  protected void anotherStorageThanThereIsIsTheCallersFault() throws Exception {
    needs("PrepareMove");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var offered = offer(source);
    var is = prepare(destination, offered, true).storage();
    var other = is == Storage.BLOCK ? Storage.SHARED : Storage.BLOCK;

    assertThat(
            failureOf(
                () ->
                    there(
                        new DriverCommand.PrepareMove(
                            destination, specOf(source), offered, other, true))))
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  // -- cold

  @Test
  protected void guestThatIsOffIsAtBothHostsUntilOneLetsGo() throws Exception {
    needs("SendMove", "Stop", "Start");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var destination = thither(source);

    run(new DriverCommand.Stop(source, shutdownGrace().toMillis()));
    var ticket = prepare(destination, offer(source), false);
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.SendMove(source, ticket)).power())
          .isEqualTo(PowerState.SHUTDOWN);
    }
    for (var i = 0; i < 2; i++) {
      assertThat(finish(destination, ticket).power()).isEqualTo(PowerState.SHUTDOWN);
    }

    assertThat(inspect(source).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(inspectThere(destination).power()).isEqualTo(PowerState.SHUTDOWN);
    assertThat(transfers.keys()).isEmpty();
    run(new DriverCommand.Destroy(source)); // the move is confirmed
    assertThat(guestThere(new DriverCommand.Start(destination)).power())
        .isEqualTo(PowerState.RUNNING);
    assertThat(reportsThere(source.instance())).containsExactly(destination.generation());
    assertThat(inspect(source)).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  protected void moveOfAGuestThatIsOffIsTakenBack() throws Exception {
    needs("SendMove", "TakeOver", "Stop", "Start");
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    var destination = thither(source);
    run(new DriverCommand.Stop(source, 0));
    var ticket = prepare(destination, offer(source), false);
    run(new DriverCommand.SendMove(source, ticket));
    finish(destination, ticket);
    guestThere(new DriverCommand.Start(destination));

    there(new DriverCommand.Destroy(destination));
    var again = next(next(source));
    for (var i = 0; i < 2; i++) {
      assertThat(guest(new DriverCommand.TakeOver(again)).power()).isEqualTo(PowerState.SHUTDOWN);
    }

    assertThat(reportOf(again).orElseThrow().generation()).isEqualTo(again.generation());
    assertThat(guest(new DriverCommand.Start(again)).power()).isEqualTo(PowerState.RUNNING);
    awaitBoots(again, 2);
    assertThat(reportsThere(source.instance())).isEmpty();
  }

  @Test
  protected void movedGuestHasTheSizeThatItIsGiven() throws Exception {
    needs("SendMove", "Stop", "Start", "Diagnostics");
    var source = target();
    spawn(source);
    var destination = thither(source);
    run(new DriverCommand.Stop(source, 0));
    var larger = new Resources(2, size().ramMib() + 32, size().diskGib() + 1);
    var spec = sized(specOf(source), larger);
    var ticket =
        ticketOf(
            there(
                new DriverCommand.PrepareMove(
                    destination, spec, offer(source), Storage.UNKNOWN, false)));
    run(new DriverCommand.SendMove(source, ticket));
    guestThere(new DriverCommand.FinishMove(destination, spec, ticket));

    guestThere(new DriverCommand.Start(destination));

    var seen = (DriverResult.Diagnostics) there(new DriverCommand.Diagnostics(destination));
    assertThat(seen.cpus()).hasSize(2);
    assertThat(seen.memory().maximumMib()).isEqualTo(larger.ramMib());
    var smaller = new Resources(1, size().ramMib(), size().diskGib());
    assertThat(
            failureOf(
                () ->
                    run(
                        new DriverCommand.PrepareMove(
                            hither(destination),
                            sized(spec, smaller),
                            offerThere(destination),
                            Storage.UNKNOWN,
                            false))))
        .as("a disk that would shrink")
        .isEqualTo(Kind.INSTANCE_FAULT);
  }

  /** Whether both hosts have their volumes in one place. */
  protected boolean sharesVolumes() {
    return false;
  }

  private GuestSpec with(GuestTarget target, VolumeRef volume) {
    return DriverConformance.withVolume(specOf(target), volume);
  }

  @Test
  protected void volumeStaysWhereItIsWhenItsGuestMovesOff() throws Exception {
    needs("SendMove", "Stop", "Start", "CreateVolume", "AttachVolume", "Diagnostics");
    org.junit.jupiter.api.Assumptions.assumeTrue(sharesVolumes(), "each host has its own volumes");
    var volume = makeVolume().orElseThrow();
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    run(new DriverCommand.AttachVolume(source, volume));
    var destination = thither(source);
    var spec = with(destination, volume);

    run(new DriverCommand.Stop(source, 0));
    var ticket =
        ticketOf(
            there(
                new DriverCommand.PrepareMove(
                    destination, spec, offer(source), Storage.UNKNOWN, false)));
    run(new DriverCommand.SendMove(source, ticket));
    guestThere(new DriverCommand.FinishMove(destination, spec, ticket));
    guestThere(new DriverCommand.Start(destination));
    run(new DriverCommand.Destroy(source)); // the move is confirmed

    assertThat(there(new DriverCommand.AttachVolume(destination, volume)))
        .as("it has the volume already")
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    assertThat(
            failureOf(
                () -> {
                  dropVolume(volume);
                  return "gone";
                }))
        .as("the first host sees who has it at the second")
        .isEqualTo(Kind.INSTANCE_FAULT);
    there(new DriverCommand.DetachVolume(destination, volume.id()));
    there(new DriverCommand.Destroy(destination));
    dropVolume(volume);
  }

  @Test
  protected void volumeStaysWhereItIsWhenItsGuestMovesLive() throws Exception {
    needs("LiveMigrate", "CreateVolume", "AttachVolume", "DetachVolume");
    org.junit.jupiter.api.Assumptions.assumeTrue(sharesVolumes(), "each host has its own volumes");
    var volume = makeVolume().orElseThrow();
    var source = target();
    spawn(source);
    awaitBoots(source, 1);
    run(new DriverCommand.AttachVolume(source, volume));
    var destination = thither(source);
    var spec = with(destination, volume);

    var ticket =
        ticketOf(
            there(
                new DriverCommand.PrepareMove(
                    destination, spec, offer(source), Storage.UNKNOWN, true)));
    migrate(source, ticket, MigrationOptions.PLAIN);
    guestThere(new DriverCommand.FinishMove(destination, spec, ticket));
    run(new DriverCommand.Destroy(source));

    assertRunsOnlyThere(source, destination);
    assertThat(there(new DriverCommand.AttachVolume(destination, volume)))
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    there(new DriverCommand.DetachVolume(destination, volume.id()));
    there(new DriverCommand.Destroy(destination));
    dropVolume(volume);
  }

  @Test
  protected void guestWhoseVolumeIsElsewhereIsNotTaken() throws Exception {
    needs("PrepareMove", "CreateVolume", "AttachVolume");
    org.junit.jupiter.api.Assumptions.assumeFalse(sharesVolumes(), "both hosts have the volume");
    var volume = makeVolume().orElseThrow();
    var source = target();
    spawn(source);
    run(new DriverCommand.AttachVolume(source, volume));
    var destination = thither(source);
    var spec = with(destination, volume);
    var offered = offer(source);

    assertThat(
            failureOf(
                () ->
                    there(
                        new DriverCommand.PrepareMove(
                            destination, spec, offered, Storage.UNKNOWN, true))))
        .isIn(Kind.INSTANCE_FAULT, Kind.HOST_FAULT);
    run(new DriverCommand.Destroy(source));
    dropVolume(volume);
  }

  @Test
  protected void guestThatRunsIsNotSent() throws Exception {
    needs("SendMove");
    var source = target();
    spawn(source);
    var destination = thither(source);
    var ticket = prepare(destination, offer(source), false);

    assertThat(failureOf(() -> run(new DriverCommand.SendMove(source, ticket))))
        .isEqualTo(Kind.INSTANCE_FAULT);

    assertThat(inspect(source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(transfers.keys()).isEmpty();
  }

  @Test
  protected void destroyedDestinationKeepsNothingThatWasSent() throws Exception {
    needs("SendMove", "Stop");
    var source = target();
    spawn(source);
    var destination = thither(source);
    run(new DriverCommand.Stop(source, 0));
    var ticket = prepare(destination, offer(source), false);
    run(new DriverCommand.SendMove(source, ticket));

    there(new DriverCommand.Destroy(destination));

    assertThat(transfers.keys()).isEmpty();
    assertThat(reportsThere(source.instance())).isEmpty();
    assertThat(inspect(source).power()).isEqualTo(PowerState.SHUTDOWN);
  }

  @Test
  protected void ticketOfAnotherDriverIsTheHostsFault() throws Exception {
    needs("PrepareMove");
    var source = target();
    spawn(source);
    var strange = MoveTicket.offered("strange", java.util.Map.of());

    assertThat(failureOf(() -> prepare(thither(source), strange, true))).isEqualTo(Kind.HOST_FAULT);
  }

  // -- what the tests are written with

  /** The same guest at the second host, under the next generation. */
  protected final GuestTarget thither(GuestTarget source) {
    var destination = at(secondHost(), next(source));
    arrivals.add(destination);
    return destination;
  }

  /** And back at the first one; it goes after the test as the first life of it does. */
  protected final GuestTarget hither(GuestTarget there) {
    var back = at(host(), next(there));
    willGo(back);
    return back;
  }

  private static GuestTarget at(String host, GuestTarget target) {
    return new GuestTarget(
        target.instance(),
        host,
        target.generation(),
        target.epoch(),
        OperationId.fresh(),
        target.deadline());
  }

  private static GuestTarget former(GuestTarget target) {
    return new GuestTarget(
        target.instance(),
        target.host(),
        target.generation() - 1,
        target.epoch(),
        OperationId.fresh(),
        target.deadline());
  }

  protected final GuestSpec specOf(GuestTarget target) {
    return spec(target.instance(), image());
  }

  private static GuestSpec sized(GuestSpec spec, Resources size) {
    return new GuestSpec(
        spec.name(),
        spec.hostname(),
        spec.projectId(),
        spec.userId(),
        size,
        spec.image(),
        spec.nics(),
        spec.configDrive(),
        spec.extraSpecs());
  }

  protected final void move(
      Driver from, GuestTarget source, Driver to, GuestTarget destination, MigrationOptions options)
      throws Exception {
    var offered = ticketOf(from.execute(new DriverCommand.OfferMove(source), Cancellation.NEVER));
    var prepare =
        new DriverCommand.PrepareMove(destination, specOf(source), offered, Storage.UNKNOWN, true);
    var ticket = ticketOf(to.execute(prepare, Cancellation.NEVER));
    from.execute(new DriverCommand.LiveMigrate(source, ticket, options), Cancellation.NEVER);
    to.execute(
        new DriverCommand.FinishMove(destination, specOf(source), ticket), Cancellation.NEVER);
  }

  protected final MoveTicket offer(GuestTarget source) throws DriverException {
    return ticketOf(run(new DriverCommand.OfferMove(source)));
  }

  private MoveTicket offerThere(GuestTarget source) throws Exception {
    return ticketOf(there(new DriverCommand.OfferMove(source)));
  }

  protected final MoveTicket prepare(GuestTarget destination, MoveTicket offered, boolean live)
      throws Exception {
    var spec = specOf(destination);
    return ticketOf(
        there(new DriverCommand.PrepareMove(destination, spec, offered, Storage.UNKNOWN, live)));
  }

  protected static MoveTicket ticketOf(DriverResult result) {
    return ((DriverResult.MoveTicketed) result).ticket();
  }

  protected final DriverResult.Guest migrate(
      GuestTarget source, MoveTicket ticket, MigrationOptions options) throws DriverException {
    return guest(new DriverCommand.LiveMigrate(source, ticket, options));
  }

  protected final DriverResult.Guest finish(GuestTarget destination, MoveTicket ticket)
      throws Exception {
    return guestThere(new DriverCommand.FinishMove(destination, specOf(destination), ticket));
  }

  protected final MigrationSeen watch(GuestTarget source) throws DriverException {
    return (MigrationSeen) run(new DriverCommand.WatchMigration(source));
  }

  /** The migration as it is when something is left to be copied. */
  protected final MigrationSeen awaitSeen(GuestTarget source) throws Exception {
    var until = System.nanoTime() + commandTimeout().toNanos();
    var seen = watch(source);
    while (seen.phase() == Phase.NONE
        || seen.memory().remainingBytes() + seen.disk().remainingBytes() == 0) {
      assertThat(System.nanoTime()).as("a migration is seen in time").isLessThan(until);
      Thread.sleep(10);
      seen = watch(source);
    }
    return seen;
  }

  /** A command under way; {@code join} throws what it failed with. */
  protected static final class Begun {
    private final CompletableFuture<DriverResult.Guest> end = new CompletableFuture<>();

    public DriverResult.Guest join() throws Exception {
      try {
        return end.get(10, TimeUnit.MINUTES);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
  }

  protected static Begun begin(Callable<DriverResult.Guest> command) {
    var begun = new Begun();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                begun.end.complete(command.call());
              } catch (Throwable e) {
                begun.end.completeExceptionally(e);
              }
            });
    return begun;
  }

  protected final DriverResult there(DriverCommand command) throws Exception {
    return second().execute(command, Cancellation.NEVER);
  }

  protected final DriverResult.Guest guestThere(DriverCommand command) throws Exception {
    return (DriverResult.Guest) there(command);
  }

  protected final DriverResult.Guest inspectThere(GuestTarget target) throws Exception {
    return guestThere(new DriverCommand.Inspect(target));
  }

  private List<Long> reportsThere(InstanceId instance) throws Exception {
    return second().guests(secondHost()).stream()
        .filter(report -> report.instance().equals(Optional.of(instance)))
        .map(report -> report.generation())
        .toList();
  }

  private void assertRunsOnlyThere(GuestTarget source, GuestTarget destination) throws Exception {
    assertThat(inspect(source)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(reportOf(source)).isEmpty();
    assertThat(inspectThere(destination).power()).isEqualTo(PowerState.RUNNING);
    assertThat(reportsThere(source.instance())).containsExactly(destination.generation());
  }

  /** Whoever moves a guest is not told that it has ended. */
  protected final void assertNobodySawItEnd(InstanceId instance) throws Exception {
    Thread.sleep(eventsSettle());
    assertThat(List.copyOf(events)).noneMatch(event -> isEnd(instance, event));
    assertThat(List.copyOf(eventsThere)).noneMatch(event -> isEnd(instance, event));
  }

  /** How long an event may take to come. */
  protected Duration eventsSettle() {
    return Duration.ofMillis(20);
  }

  private static boolean isEnd(InstanceId instance, GuestEvent event) {
    return event.instance().equals(instance)
        && event.power() != PowerState.RUNNING
        && event.power() != PowerState.PAUSED;
  }
}
