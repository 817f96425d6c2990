package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.configdrive.ConfigDriveFiles;
import io.troupe.drivers.configdrive.ConfigDriveIso;
import io.troupe.drivers.libvirt.DomainXml.Paths;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext.Transfers;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The two ends of a guest's move to another host, and the whole of one of a guest that is off: its
 * disk travels through the transfers, flat, so that nothing but the two connections is needed, at
 * whichever nodes they are.
 *
 * <p>Both hosts may have one storage. The destination sees that when it finds the guest's root disk
 * by its name, in which the generation stands; then all files stay, and markers beside them ({@link
 * GuestVolumes#heldAt}) keep either host from deleting what the other one's guest stands on.
 */
final class Moves {
  private static final Pattern CACHED_IMAGE =
      Pattern.compile("troupe-image-([0-9a-f]{32})\\.[0-9a-f]+\\.[a-z0-9]+");

  private static final EnumSet<PowerState> OFF =
      EnumSet.of(PowerState.SHUTDOWN, PowerState.CRASHED, PowerState.NOSTATE);

  private static final int AFFECT_LIVE = 1;
  private static final int AFFECT_CONFIG = 2;

  private final LibvirtConnection connection;
  private final HostFacts facts;
  private final GuestAssembly.HostChoices choices;
  private final Peer peer;
  private final VolumePool pool;
  private final ImageCache cache;
  private final GuestAssembly assembly;
  private final Transfers transfers;
  private final GuestEvents events;

  /**
   * How other hosts reach this one to send guests.
   *
   * @param uri of the libvirtd, as a client elsewhere would open it
   * @param dataUri of QEMU's own channel; empty: as the host is configured
   */
  record Peer(Optional<String> uri, Optional<String> dataUri) {}

  Moves(
      LibvirtConnection connection,
      HostFacts facts,
      GuestAssembly.HostChoices choices,
      Peer peer,
      VolumePool pool,
      ImageCache cache,
      GuestAssembly assembly,
      Transfers transfers,
      GuestEvents events) {
    this.connection = connection;
    this.facts = facts;
    this.choices = choices;
    this.peer = peer;
    this.pool = pool;
    this.cache = cache;
    this.assembly = assembly;
    this.transfers = transfers;
    this.events = events;
  }

  // -- the source

  MoveTicket offer(DomainMetadata guest, GuestVolumes volumes) throws DriverException {
    MoveSource source =
        connection.onGuest("offer", guest.instance(), domain -> describe(domain, guest, volumes));
    return MoveTicket.offered(MoveSource.DRIVER, source.facts());
  }

  private MoveSource describe(Domain domain, DomainMetadata guest, GuestVolumes volumes)
      throws LibvirtException, DriverException {
    Connect connect = domain.getConnect();
    PowerState power = PowerStates.of(domain);
    if (power == PowerState.SUSPENDED) {
      throw DriverException.instanceFault(
          "guest " + guest.instance() + " is SUSPENDED, what was saved belongs to this host");
    }
    XmlElement xml = Definition.read(domain);
    String root = "";
    List<String> others = new ArrayList<>();
    for (XmlElement disk : xml.all("devices/disk[@device='disk']")) {
      String name = name(disk.find("source/@file").orElse(""));
      if (name.equals(volumes.rescueDisk())) {
        throw DriverException.instanceFault("guest " + guest.instance() + " is rescued");
      }
      if (disk.find("target/@dev").filter("vda"::equals).isPresent()) {
        root = name;
      } else {
        others.add(name);
      }
    }
    return new MoveSource(
        facts.name(),
        facts.uuid(),
        guest.generation(),
        guest.files(),
        root,
        pool.virtualSizeBytes(connect, root),
        root.equals(volumes.rootDisk()),
        imageDigits(connect, root),
        others,
        power == PowerState.RUNNING);
  }

  private String imageDigits(Connect connect, String root)
      throws LibvirtException, DriverException {
    String base =
        pool.onVolume(connect, root, volume -> XmlElement.parse(volume.getXMLDesc(0)))
            .flatMap(xml -> xml.find("backingStore/path"))
            .map(Moves::name)
            .orElse("");
    Matcher cached = CACHED_IMAGE.matcher(base);
    return cached.matches() ? cached.group(1) : "";
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  void send(GuestTarget target, GuestVolumes volumes, MoveTicket ticket, Permit permit)
      throws DriverException {
    MoveDestination there = MoveDestination.of(ticket);
    requireOff(connection.onGuest("send", target.instance(), PowerStates::of), target.instance());
    if (ticket.storage() == Storage.SHARED) {
      return;
    }
    String doing = "send of guest " + target.instance();
    String copy = volumes.travelling();
    connection.run(
        doing,
        connect -> {
          pool.delete(connect, copy, permit.tenure()); // of one that was killed
          permit.check();
          pool.createFlatCopy(connect, copy, MoveSource.of(ticket).rootDisk(), permit.tenure());
        });
    try {
      long bytes = connection.call(doing, connect -> pool.freshSizes(connect, copy)).fileBytes();
      transfers.write(
          key(target.instance(), there.generation()),
          sink ->
              connection.run(
                  doing,
                  connect ->
                      pool.onVolume(
                          connect,
                          copy,
                          volume -> {
                            VolumeStream.download(connect, volume, bytes, sink, permit);
                            return true;
                          })));
    } catch (IOException e) {
      throw DriverException.retryable(doing + ": " + e.getMessage());
    } finally {
      connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    }
  }

  private static void requireOff(PowerState power, InstanceId instance) throws DriverException {
    if (!OFF.contains(power)) {
      throw DriverException.instanceFault(
          "guest " + instance + " is " + power + ", only one that is off can be sent");
    }
  }

  /** The guest belongs to the target's generation, from the definition on. */
  void takeOver(GuestTarget target, DomainMetadata guest, Permit permit) throws DriverException {
    if (guest.generation() == target.generation()) {
      return;
    }
    DomainMetadata renewed =
        new DomainMetadata(
            guest.instance(), target.generation(), target.operation(), guest.files());
    connection.onGuest(
        "take-over",
        target.instance(),
        domain -> {
          int flags = AFFECT_CONFIG | (domain.isActive() == 1 ? AFFECT_LIVE : 0);
          permit.tenure().require(domain.getConnect());
          domain.setMetadata(
              Domain.MetadataType.ELEMENT,
              renewed.alone(),
              DomainMetadata.PREFIX,
              DomainMetadata.NAMESPACE,
              flags);
          return true;
        });
    events.forget(target.instance());
  }

  // -- the destination

  MoveTicket prepare(
      DriverCommand.PrepareMove command, Optional<DomainMetadata> recorded, Permit permit)
      throws DriverException {
    GuestTarget target = command.target();
    MoveSource source = MoveSource.of(command.ticket());
    requireNewer(source, target);
    if (source.ownRoot()) {
      requireNoShrink(source.rootBytes(), command.spec());
    }
    boolean shared =
        connection.call(
            "preparation",
            connect -> {
              pool.ensure(connect);
              pool.refresh(connect);
              return pool.find(connect, source.rootDisk()).isPresent();
            });
    Storage storage = shared ? Storage.SHARED : Storage.BLOCK;
    requireAsked(command.storage(), storage, source);
    boolean there = recorded.filter(it -> it.generation() == target.generation()).isPresent();
    boolean onImage =
        command.live()
            && !source.imageDigits().isEmpty()
            && command.spec().image().sha512().startsWith(source.imageDigits());
    Paths paths;
    if (shared) {
      requireVolumes(source);
      paths = hold(target, source, permit);
    } else {
      requireNothingElse(source);
      if (!there && !command.live()) {
        assembly.remove(target, permit.tenure());
      } else if (!there) {
        makeRoom(command, source, onImage, permit);
      }
      paths = paths(volumes(target));
    }
    MoveDestination ours =
        new MoveDestination(
            facts.name(),
            target.generation(),
            shared ? source.files() : target.generation(),
            target.operation(),
            peerUri(),
            peer.dataUri(),
            paths.rootDisk(),
            paths.configDrive(),
            paths.consoleLog(),
            onImage,
            choices.nicSource().option(),
            choices.vncListen(),
            command.spec().placement());
    return command.ticket().prepared(storage, ours.facts());
  }

  private static void requireNewer(MoveSource source, GuestTarget target) throws DriverException {
    if (source.generation() >= target.generation()) {
      throw DriverException.instanceFault(
          "the guest has generation "
              + source.generation()
              + " already, it cannot move to "
              + target.generation());
    }
  }

  private static void requireNoShrink(long has, GuestSpec spec) throws DriverException {
    long bytes = spec.size().diskGib() << 30;
    if (bytes > 0 && bytes < has) {
      throw DriverException.instanceFault(
          "a disk of " + has + " bytes cannot shrink to " + bytes + " bytes");
    }
  }

  private void requireAsked(Storage asked, Storage found, MoveSource source)
      throws DriverException {
    if (asked != Storage.UNKNOWN && asked != found) {
      throw DriverException.instanceFault(
          "the storage of " + source.host() + " and " + facts.name() + " is " + found);
    }
  }

  /** Volumes that outlive guests lie at one host; only a common storage has them at both. */
  private void requireNothingElse(MoveSource source) throws DriverException {
    if (!source.volumes().isEmpty() || !source.ownRoot()) {
      throw DriverException.instanceFault(
          "volumes "
              + (source.ownRoot() ? source.volumes() : source.rootDisk())
              + " are on "
              + source.host()
              + " alone");
    }
  }

  /** On a common storage each of them is found. */
  private void requireVolumes(MoveSource source) throws DriverException {
    for (String volume : source.volumes()) {
      if (connection.call("preparation", connect -> pool.find(connect, volume)).isEmpty()) {
        throw DriverException.hostFault(
            "volume " + volume + " of " + source.host() + " is not on " + facts.name());
      }
    }
  }

  private String peerUri() throws DriverException {
    return peer.uri()
        .orElseThrow(
            () ->
                DriverException.hostFault(
                    "other hosts do not know how to reach "
                        + facts.name()
                        + ": its connection has no option peerUri"));
  }

  /** Both hosts are known to have guests of the instance on this storage. */
  private Paths hold(GuestTarget target, MoveSource source, Permit permit) throws DriverException {
    GuestVolumes theirs = new GuestVolumes(target.instance(), source.files());
    connection.run(
        "hold on shared storage",
        connect -> {
          // Only of a guest that a former release made: the source may have left by now.
          if (volumes(target).holds(pool.names(connect)).isEmpty()) {
            pool.mark(connect, theirs.heldAt(source.hostUuid()), permit.tenure());
          }
          pool.mark(connect, volumes(target).heldAt(facts.uuid()), permit.tenure());
        });
    String directory =
        connection.call(
            "hold on shared storage",
            connect -> pool.find(connect, source.rootDisk()).orElseThrow().path());
    directory = directory.substring(0, directory.lastIndexOf('/') + 1);
    return new Paths(
        directory + source.rootDisk(),
        directory + theirs.configDrive(),
        directory + theirs.consoleLog());
  }

  /** Empty files into which the disks will be copied while the guest runs. */
  private void makeRoom(
      DriverCommand.PrepareMove command, MoveSource source, boolean onImage, Permit permit)
      throws DriverException {
    GuestTarget target = command.target();
    assembly.remove(target, permit.tenure()); // of a former attempt, or a former life here
    String image = onImage ? cache.ensure(command.spec().image(), permit) : "";
    permit.check();
    GuestVolumes volumes = volumes(target);
    connection.run(
        "room for a guest",
        connect -> {
          pool.mark(connect, volumes.heldAt(facts.uuid()), permit.tenure());
          if (onImage) {
            pool.createOverlay(
                connect,
                volumes.rootDisk(),
                source.rootBytes(),
                image,
                command.spec().image().diskFormat(),
                permit.tenure());
          } else {
            pool.createQcow2(connect, volumes.rootDisk(), source.rootBytes(), permit.tenure());
          }
        });
    makeDrive(target, command.spec(), permit);
  }

  private void makeDrive(GuestTarget target, GuestSpec spec, Permit permit) throws DriverException {
    byte[] drive = ConfigDriveIso.of(ConfigDriveFiles.of(target.instance(), spec));
    GuestVolumes volumes = volumes(target);
    connection.run(
        "config drive",
        connect -> {
          pool.createWith(connect, volumes.configDrive(), drive, permit);
          pool.createRaw(connect, volumes.consoleLog(), false, permit.tenure());
        });
  }

  private Paths paths(GuestVolumes volumes) throws DriverException {
    String directory = connection.call("storage pool", pool::directory);
    return new Paths(
        directory + volumes.rootDisk(),
        directory + volumes.configDrive(),
        directory + volumes.consoleLog());
  }

  private static GuestVolumes volumes(GuestTarget target) {
    return new GuestVolumes(target.instance(), target.generation());
  }

  /** A guest that came live is here already; of another one the disk is fetched now. */
  void finish(
      GuestTarget target,
      GuestSpec spec,
      MoveTicket ticket,
      Optional<DomainMetadata> recorded,
      Permit permit)
      throws DriverException {
    MoveDestination.of(ticket);
    MoveSource source = MoveSource.of(ticket);
    if (recorded.filter(it -> it.generation() == target.generation()).isPresent()) {
      goOn(target, source, permit);
    } else if (ticket.storage() == Storage.SHARED) {
      requireSourceOff(target, source);
      define(target, spec, ticket, permit);
    } else {
      fetch(target, spec, source, permit);
      define(target, spec, ticket, permit);
    }
    drop(target);
  }

  /** One that stood still so that its migration would come to an end runs again. */
  private void goOn(GuestTarget target, MoveSource source, Permit permit) throws DriverException {
    connection.onGuest(
        "end of a move",
        target.instance(),
        domain -> {
          if (domain.isPersistent() == 0) {
            throw DriverException.retryable("guest " + target.instance() + " is still on its way");
          }
          if (source.runs()
              && domain.isActive() == 1
              && PowerStates.of(domain) == PowerState.PAUSED) {
            permit.tenure().require(domain.getConnect());
            domain.resume();
          }
          return true;
        });
  }

  /**
   * Whether the other host's guest is off cannot be seen from here; that QEMU holds the disk can.
   */
  private void requireSourceOff(GuestTarget target, MoveSource source) throws DriverException {
    if (source.runs()) {
      throw DriverException.instanceFault(
          "instance "
              + target.instance()
              + " has not come: it was not migrated from "
              + source.host());
    }
  }

  private void fetch(GuestTarget target, GuestSpec spec, MoveSource source, Permit permit)
      throws DriverException {
    String doing = "arrival of guest " + target.instance();
    GuestVolumes volumes = volumes(target);
    String key = key(target.instance(), target.generation());
    try (InputStream first = transfers.open(key)) {
      long bytes = first.transferTo(java.io.OutputStream.nullOutputStream());
      assembly.remove(target, permit.tenure()); // of a former attempt
      try (InputStream disk = transfers.open(key)) {
        connection.run(
            doing,
            connect -> {
              pool.mark(connect, volumes.heldAt(facts.uuid()), permit.tenure());
              pool.createQcow2(connect, volumes.rootDisk(), source.rootBytes(), permit.tenure());
              pool.fill(connect, volumes.rootDisk(), disk, bytes, permit);
              pool.refresh(connect);
              pool.grow(connect, volumes.rootDisk(), spec.size().diskGib() << 30, permit.tenure());
            });
      }
    } catch (NoSuchFileException e) {
      throw DriverException.instanceFault(
          "instance " + target.instance() + " has not come to " + facts.name());
    } catch (IOException e) {
      throw DriverException.retryable(doing + ": " + e.getMessage());
    }
    makeDrive(target, spec, permit);
  }

  private void define(GuestTarget target, GuestSpec spec, MoveTicket ticket, Permit permit)
      throws DriverException {
    MoveDestination ours = MoveDestination.of(ticket);
    List<String> volumes =
        spec.volumes().stream().map(volume -> ours.directory() + volume.name()).toList();
    Paths paths = new Paths(ours.rootDisk(), ours.configDrive(), ours.consoleLog(), volumes);
    MoveSource source = MoveSource.of(ticket);
    String xml =
        new DomainXml(
                new DomainMetadata(
                    target.instance(), target.generation(), target.operation(), ours.files()),
                spec,
                choices.guestType(),
                facts.architecture(),
                choices.nicSource(),
                Optional.of(paths),
                choices.vncListen())
            .write();
    connection.run(
        "end of a move",
        connect -> {
          if (ticket.storage() == Storage.SHARED && source.ownRoot()) {
            GuestVolumes theirs = new GuestVolumes(target.instance(), ours.files());
            new FormerDisk(pool, theirs, source.hostUuid())
                .keepAndGrow(
                    connect, spec.size().diskGib() << 30, target.operation(), permit.tenure());
          }
          permit.tenure().require(connect);
          connect.domainDefineXML(xml).free();
        });
  }

  /** What was sent to the target's guest, and that one does not need any more. */
  void drop(GuestTarget target) throws DriverException {
    try {
      transfers.drop(key(target.instance(), target.generation()));
    } catch (IOException e) {
      throw DriverException.retryable("the transfer of " + target.instance() + ": " + e);
    }
  }

  private static String key(InstanceId instance, long generation) {
    return "move-" + instance + "." + generation;
  }
}
