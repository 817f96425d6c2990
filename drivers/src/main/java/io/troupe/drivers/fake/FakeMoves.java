package io.troupe.drivers.fake;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext.Transfers;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import io.troupe.drivers.spi.PlacementText;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Moves fake guests from host to host, of one fake hypervisor or of two. A guest that is off
 * travels through the transfers, as the bytes of a real disk would; one that runs goes from one
 * hypervisor to the other in one step.
 */
record FakeMoves(
    FakeReach reach,
    FakePace pace,
    FakeSettings settings,
    FakeInventory inventory,
    FakeImages images,
    Transfers transfers) {
  private static final JsonMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();

  private static final String HYPERVISOR = "hypervisor";
  private static final String HOST = "host";
  private static final String GENERATION = "generation";
  private static final String DISK_GIB = "diskGib";
  private static final String SHARED = "shared";
  private static final String VOLUMES = "volumes";

  DriverResult offer(GuestTarget target) throws DriverException {
    var guest = reach.existing(target);
    if (guest.rescued()) {
      throw DriverException.instanceFault(guest.name() + " is rescued, it cannot be moved");
    }
    var facts =
        Map.of(
            HYPERVISOR, reach.hypervisor().key(),
            HOST, target.host(),
            GENERATION, Long.toString(guest.generation()),
            DISK_GIB, Long.toString(guest.size().diskGib()),
            SHARED, Boolean.toString(settings.sharedStorage()),
            VOLUMES, String.join(" ", guest.volumeKeys()));
    return new DriverResult.MoveTicketed(MoveTicket.offered("fake", facts));
  }

  DriverResult prepare(DriverCommand.PrepareMove command) throws DriverException {
    var target = command.target();
    reach.look(target); // the fences
    var source = requireOurs(command.ticket()).source();
    inventory.requireFits(command.spec().size());
    requireNoShrink(Long.parseLong(source.get(DISK_GIB)), command.spec());
    if (Long.parseLong(source.get(GENERATION)) >= target.generation()) {
      throw DriverException.instanceFault("a move is to a newer generation");
    }
    var shared =
        source.get(HYPERVISOR).equals(reach.hypervisor().key())
            && settings.sharedStorage()
            && Boolean.parseBoolean(source.get(SHARED));
    var storage = shared ? Storage.SHARED : Storage.BLOCK;
    if (command.storage() != Storage.UNKNOWN && command.storage() != storage) {
      throw DriverException.instanceFault(
          "the storage of " + source.get(HOST) + " and " + target.host() + " is " + storage);
    }
    requireVolumes(source, target.host());
    if (command.spec().rootVolume().isEmpty()) {
      images.cache(command.spec().image());
    }
    var facts =
        new HashMap<>(
            Map.of(
                HYPERVISOR, reach.hypervisor().key(),
                HOST, target.host(),
                GENERATION, Long.toString(target.generation())));
    PlacementText.put(facts, command.spec().placement());
    return new DriverResult.MoveTicketed(command.ticket().prepared(storage, facts));
  }

  /** Volumes stay where they are: this host has to see them there. */
  private void requireVolumes(Map<String, String> source, String host) throws DriverException {
    var ids = source.getOrDefault(VOLUMES, "");
    if (ids.isEmpty()) {
      return;
    }
    if (!source.get(HYPERVISOR).equals(reach.hypervisor().key())) {
      throw DriverException.hostFault("volumes " + ids + " are on " + source.get(HOST) + " alone");
    }
    for (var id : ids.split(" ")) {
      reach.hypervisor().requireVolume(host, id, settings.sharedPool().isPresent());
    }
  }

  // -- live

  DriverResult liveMigrate(
      GuestTarget target, MoveTicket ticket, MigrationOptions options, Cancellation cancellation)
      throws DriverException {
    var found = reach.look(target);
    requirePrepared(ticket);
    if (found.isEmpty()) {
      return DriverResult.Guest.GONE;
    }
    if (options.postCopy() && settings.noPostCopy()) {
      throw DriverException.unsupported("no post-copy here (noPostCopy)");
    }
    requireLive(found.get());
    try (var destination = FakeHypervisor.reach(ticket.destination().get(HYPERVISOR))) {
      var there = destination.hypervisor();
      travel(target, found.get(), ticket, options, there, cancellation);
      return arrive(target, ticket, there);
    }
  }

  private static void requireLive(FakeGuest guest) throws DriverException {
    if (!guest.runs() && !guest.isPaused()) {
      throw DriverException.instanceFault(
          guest.name() + " is " + guest.power() + ", it cannot be migrated live");
    }
  }

  private void travel(
      GuestTarget target,
      FakeGuest guest,
      MoveTicket ticket,
      MigrationOptions options,
      FakeHypervisor destination,
      Cancellation cancellation)
      throws DriverException {
    var host = ticket.destination().get(HOST);
    var generation = Long.parseLong(ticket.destination().get(GENERATION));
    var diskBytes = ticket.storage() == Storage.SHARED ? 0 : guest.size().diskGib() << 30;
    var migration =
        reach
            .hypervisor()
            .migrations()
            .begin(
                target,
                () ->
                    new FakeMigration(
                        options,
                        guest.size().ramMib() << 20,
                        diskBytes,
                        settings.migrationMillis()));
    try {
      destination.await(host, target.instance(), generation);
      pace.awaitEnd(
          migration, () -> destination.awaits(host, target.instance(), generation), cancellation);
    } finally {
      migration.abort(); // of no effect once it has ended
      reach.hypervisor().migrations().end(target, migration);
    }
    migration.requireCopied(guest.name());
  }

  private DriverResult arrive(GuestTarget target, MoveTicket ticket, FakeHypervisor destination)
      throws DriverException {
    var there = ticket.destination();
    var generation = Long.parseLong(there.get(GENERATION));
    FakeHypervisor.requireKnown(there.get(HYPERVISOR));
    reach
        .hypervisor()
        .handOver(
            target,
            guest -> {
              requireLive(guest);
              return guest.of(generation).at(PlacementText.read(there));
            },
            destination,
            there.get(HOST));
    return DriverResult.Guest.GONE;
  }

  DriverResult watch(GuestTarget target) throws DriverException {
    reach.look(target);
    return reach
        .hypervisor()
        .migrations()
        .of(target)
        .map(FakeMigration::seen)
        .orElse(DriverResult.MigrationSeen.NONE);
  }

  DriverResult forceComplete(GuestTarget target) throws DriverException {
    var guest = reach.existing(target);
    reach
        .hypervisor()
        .migrations()
        .of(target)
        .orElseThrow(
            () ->
                DriverException.instanceFault("no migration of " + guest.name() + " is under way"))
        .force();
    return FakeReach.shown(Optional.of(guest));
  }

  DriverResult abort(GuestTarget target) throws DriverException {
    var found = reach.look(target);
    var migration = reach.hypervisor().migrations().of(target);
    if (migration.isPresent() && !migration.get().abort()) {
      throw DriverException.instanceFault("the migration cannot be taken back any more");
    }
    return FakeReach.shown(found);
  }

  // -- cold

  DriverResult send(GuestTarget target, MoveTicket ticket) throws DriverException {
    var guest = reach.existing(target);
    requirePrepared(ticket);
    requireOff(guest);
    if (ticket.storage() == Storage.BLOCK) {
      try {
        var bytes = JSON.writeValueAsBytes(guest);
        transfers.write(keyOf(target.instance(), ticket), to -> to.write(bytes));
      } catch (IOException e) {
        throw DriverException.retryable("the transfer of " + guest.name() + ": " + e);
      }
    }
    return FakeReach.shown(Optional.of(guest));
  }

  DriverResult finish(GuestTarget target, GuestSpec spec, MoveTicket ticket)
      throws DriverException {
    var found = reach.look(target);
    requirePrepared(ticket);
    if (found.isEmpty() || found.get().generation() < target.generation()) {
      var sent = ticket.storage() == Storage.SHARED ? fromSource(target, ticket) : sent(target);
      requireOff(sent);
      requireNoShrink(sent.size().diskGib(), spec);
      var ours =
          sent.of(target.generation())
              .sized(spec.size())
              .withoutFormerDisk()
              .equippedAs(spec)
              .at(spec.placement());
      found =
          reach.change(
              target,
              guest ->
                  guest.filter(it -> it.generation() == target.generation()).isPresent()
                      ? guest
                      : Optional.of(ours));
    }
    dropTransfer(target);
    return FakeReach.shown(found);
  }

  private FakeGuest fromSource(GuestTarget target, MoveTicket ticket) throws DriverException {
    var host = ticket.source().get(HOST);
    return reach.hypervisor().guests(host).stream()
        .filter(guest -> guest.instance().equals(Optional.of(target.instance())))
        .findFirst()
        .orElseThrow(() -> notCome(target));
  }

  private FakeGuest sent(GuestTarget target) throws DriverException {
    try (var bytes = transfers.open(keyOf(target))) {
      return JSON.readValue(bytes, FakeGuest.class);
    } catch (NoSuchFileException e) {
      throw notCome(target);
    } catch (IOException e) {
      throw DriverException.retryable("the transfer of " + target.instance() + ": " + e);
    }
  }

  private static DriverException notCome(GuestTarget target) {
    return DriverException.instanceFault(
        "instance " + target.instance() + " has not come to " + target.host());
  }

  DriverResult takeOver(GuestTarget target, boolean settles) throws DriverException {
    return reach.update(
        target,
        guest -> {
          var ours = guest.of(target.generation());
          return settles ? ours.withoutFormerDisk() : ours;
        });
  }

  /** What was sent to the target's guest, and that one does not need any more. */
  void dropTransfer(GuestTarget target) throws DriverException {
    try {
      transfers.drop(keyOf(target));
    } catch (IOException e) {
      throw DriverException.retryable("the transfer of " + target.instance() + ": " + e);
    }
  }

  private static String keyOf(GuestTarget destination) {
    return "move-" + destination.instance() + "." + destination.generation();
  }

  private static String keyOf(InstanceId instance, MoveTicket ticket) {
    return "move-" + instance + "." + ticket.destination().get(GENERATION);
  }

  private static void requireOff(FakeGuest guest) throws DriverException {
    if (guest.runs() || guest.goesOn()) {
      throw DriverException.instanceFault(
          guest.name() + " is " + guest.power() + ", only a guest that is off can be sent");
    }
  }

  private static void requireNoShrink(long diskGib, GuestSpec spec) throws DriverException {
    var wanted = spec.size().diskGib();
    if (wanted > 0 && wanted < diskGib) {
      throw DriverException.instanceFault(
          "a disk of " + diskGib + " GiB cannot shrink to " + wanted + " GiB");
    }
  }

  private static MoveTicket requireOurs(MoveTicket ticket) throws DriverException {
    if (!ticket.driver().equals("fake") || !ticket.source().containsKey(HYPERVISOR)) {
      throw DriverException.hostFault("a ticket of " + ticket.driver() + ", not of fake");
    }
    return ticket;
  }

  private static void requirePrepared(MoveTicket ticket) throws DriverException {
    if (requireOurs(ticket).destination().isEmpty()) {
      throw DriverException.instanceFault("the destination is not prepared");
    }
  }
}
