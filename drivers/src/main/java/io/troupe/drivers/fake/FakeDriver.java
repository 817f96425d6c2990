package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import java.time.Clock;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One connection to a {@link FakeHypervisor}. It waits as long as the settings say, fails as often
 * as they say, and otherwise does to the word what the SPI promises. The methods below {@link
 * #close} are for tests: they do what users of guests and pullers of cables do.
 */
public final class FakeDriver implements Driver {
  static final Capabilities CAPABILITIES =
      new Capabilities(
          Set.of(
              "Spawn",
              "Start",
              "Stop",
              "Reboot",
              "Pause",
              "Unpause",
              "Suspend",
              "Resume",
              "TriggerCrashDump",
              "SetPassword",
              "Snapshot",
              "Rescue",
              "Unrescue",
              "Resize",
              "AttachNic",
              "DetachNic",
              "AttachVolume",
              "DetachVolume",
              "SwapVolume",
              "CreateVolume",
              "CopyVolume",
              "DeleteVolume",
              "OfferMove",
              "PrepareMove",
              "LiveMigrate",
              "WatchMigration",
              "ForceComplete",
              "AbortMigration",
              "SendMove",
              "FinishMove",
              "TakeOver",
              "Adopt",
              "Destroy",
              "Inspect",
              "ReadConsole",
              "Diagnostics"),
          true,
          EnumSet.allOf(Capabilities.Migration.class));

  private final FakeSettings settings;
  private final FakeHypervisor hypervisor;
  private final Clock clock;
  private final Consumer<GuestEvent> events;
  private final FakePace pace;
  private final FakeReach reach;
  private final FakePower power;
  private final FakeImages images;
  private final FakeAssembly assembly;
  private final FakeInventory inventory;
  private final FakeMoves moves;
  private volatile boolean closed;

  private FakeDriver(
      FakeSettings settings,
      FakeHypervisor hypervisor,
      Consumer<GuestEvent> events,
      DriverContext context,
      Clock clock) {
    this.settings = settings;
    this.hypervisor = hypervisor;
    this.clock = clock;
    this.events = events;
    this.pace = new FakePace(settings);
    this.reach = new FakeReach(hypervisor, events, clock);
    this.power = new FakePower(reach, pace);
    this.inventory = new FakeInventory(settings);
    this.images = new FakeImages(context);
    this.assembly = new FakeAssembly(reach, pace, power, settings, inventory, images);
    this.moves = new FakeMoves(reach, pace, settings, inventory, images, context.transfers());
  }

  static FakeDriver open(ConnectionSpec connection, DriverContext context, Clock clock)
      throws DriverException {
    var settings = FakeSettings.of(connection);
    Consumer<GuestEvent> events = event -> context.events().accept(event);
    var hypervisor = FakeHypervisor.connect(connection, settings.state(), events);
    for (int number = 1; number <= settings.foreignGuests(); number++) {
      var foreign = FakeGuest.foreign("foreign-" + number, clock.instant());
      hypervisor.putOnce(settings.prefix() + "1", foreign);
    }
    return new FakeDriver(settings, hypervisor, events, context, clock);
  }

  @Override
  public Capabilities capabilities() {
    var ways = EnumSet.allOf(Capabilities.Migration.class);
    if (settings.noPostCopy()) {
      ways.remove(Capabilities.Migration.POST_COPY);
    }
    var commands = new HashSet<>(CAPABILITIES.commands());
    commands.removeAll(settings.lacks());
    return new Capabilities(commands, true, commands.contains("LiveMigrate") ? ways : Set.of());
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
    return hypervisor.guests(host).stream().map(guest -> guest.report(host)).toList();
  }

  @Override
  public DriverResult execute(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    requireOpen();
    inventory.requireHost(command.target().host());
    FakePace.requireWanted(cancellation);
    var kind = command.getClass().getSimpleName();
    if (settings.lacks().contains(kind)) {
      throw DriverException.unsupported(kind + " on this fake hypervisor");
    }
    var fails = pace.drawsFailure(command);
    if (fails && !settings.failureAfterEffect()) {
      throw pace.drawnFailure(command);
    }
    var result = carryOut(command, cancellation);
    if (fails) {
      throw pace.drawnFailure(command);
    }
    return result;
  }

  private DriverResult carryOut(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    return switch (command) {
      case DriverCommand.Spawn spawn -> assembly.spawn(spawn, cancellation);
      case DriverCommand.Start(var target) -> power.start(target, cancellation);
      case DriverCommand.Stop(var target, var grace) -> power.stop(target, grace, cancellation);
      case DriverCommand.Reboot(var target, var soft, var grace) ->
          power.reboot(target, soft, grace, cancellation);
      case DriverCommand.Pause(var target) -> power.pause(target);
      case DriverCommand.Unpause(var target) -> power.unpause(target);
      case DriverCommand.Suspend(var target) -> power.suspend(target);
      case DriverCommand.Resume(var target) -> power.resume(target);
      case DriverCommand.TriggerCrashDump(var target) -> power.interrupt(target);
      case DriverCommand.SetPassword(var target, _, _) -> setPassword(target);
      case DriverCommand.Snapshot(var target, var imageId, var required) -> {
        var guest = reach.existing(target);
        if (required && guest.runs() && settings.noAgent()) {
          throw DriverException.notQuiesced();
        }
        yield images.snapshot(
            guest, imageId, guest.isOff() || (guest.runs() && !settings.noAgent()));
      }
      case DriverCommand.Rescue(var target, var image) ->
          assembly.rescue(target, image, cancellation);
      case DriverCommand.Unrescue(var target) -> assembly.unrescue(target, cancellation);
      case DriverCommand.Resize resize -> assembly.resize(resize);
      case DriverCommand.AttachNic(var target, var nic) -> assembly.attachNic(target, nic);
      case DriverCommand.DetachNic(var target, var mac) -> assembly.detachNic(target, mac);
      case DriverCommand.AttachVolume(var target, var volume) ->
          assembly.attachVolume(target, FakeVolume.key(volume));
      case DriverCommand.DetachVolume(var target, var id) -> assembly.detachVolume(target, id);
      case DriverCommand.SwapVolume(var target, var from, var to) ->
          assembly.swapVolume(target, FakeVolume.key(from), FakeVolume.key(to));
      case DriverCommand.CreateVolume create -> assembly.createVolume(create);
      case DriverCommand.CopyVolume(var target, var from, var to, var gib) ->
          assembly.copyVolume(target, FakeVolume.key(from), FakeVolume.key(to), gib);
      case DriverCommand.DeleteVolume(var target, var volume) ->
          assembly.deleteVolume(target, FakeVolume.key(volume));
      case DriverCommand.OfferMove(var target) -> moves.offer(target);
      case DriverCommand.PrepareMove prepare -> moves.prepare(prepare);
      case DriverCommand.LiveMigrate(var target, var ticket, var options) ->
          moves.liveMigrate(target, ticket, options, cancellation);
      case DriverCommand.WatchMigration(var target) -> moves.watch(target);
      case DriverCommand.ForceComplete(var target) -> moves.forceComplete(target);
      case DriverCommand.AbortMigration(var target) -> moves.abort(target);
      case DriverCommand.SendMove(var target, var ticket) -> moves.send(target, ticket);
      case DriverCommand.FinishMove(var target, var spec, var ticket) ->
          moves.finish(target, spec, ticket);
      case DriverCommand.TakeOver(var target, var settles) -> moves.takeOver(target, settles);
      case DriverCommand.Adopt(var target, var name) ->
          FakeReach.shown(Optional.of(hypervisor.adopt(target, name)));
      case DriverCommand.Destroy(var target, var keepsDisk) -> {
        var gone = assembly.destroy(target, keepsDisk);
        moves.dropTransfer(target);
        yield gone;
      }
      case DriverCommand.Inspect(var target) -> FakeReach.shown(reach.look(target));
      case DriverCommand.ReadConsole(var target, var maxBytes) ->
          new DriverResult.Console(FakeConsole.tail(reach.existing(target), maxBytes));
      case DriverCommand.Diagnostics(var target) ->
          FakeDiagnosis.of(reach.existing(target), clock.instant());
    };
  }

  /** The guest does not keep it, it only says that it has. */
  private DriverResult setPassword(GuestTarget target) throws DriverException {
    if (settings.noAgent()) {
      throw DriverException.unsupported("no guest agent answers");
    }
    if (!reach.existing(target).runs()) {
      throw DriverException.instanceFault("the guest's agent does not run");
    }
    return reach.update(
        target, guest -> guest.noting(FakeGuest.Happening.PASSWORD_SET, clock.instant()));
  }

  private void requireOpen() throws DriverException {
    if (closed) {
      throw DriverException.retryable("the connection is closed");
    }
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
