package io.troupe.drivers.libvirt;

import io.troupe.drivers.libvirt.GuestAssembly.HostChoices;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.Capabilities;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostInventory;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** One libvirt host: takes each command through the fence and to the part that carries it out. */
final class LibvirtDriver implements Driver {
  private final LibvirtConnection connection;
  private final GuestEvents events;
  private final HostFacts facts;
  private final VolumePool pool;
  private final HostChoices choices;
  private final LibvirtOptions options;
  private final Fence fence;
  private final EpochMarker marker;
  private final LibvirtCommands commands;

  private LibvirtDriver(
      LibvirtConnection connection,
      GuestEvents events,
      HostFacts facts,
      VolumePool pool,
      HostChoices choices,
      LibvirtOptions options,
      DriverContext context) {
    this.connection = connection;
    this.events = events;
    this.facts = facts;
    this.pool = pool;
    this.choices = choices;
    this.options = options;
    this.fence = new Fence(connection);
    this.marker = new EpochMarker(pool, facts);
    Moves.Peer peer = new Moves.Peer(options.peerUri(), options.migrationUri());
    this.commands = new LibvirtCommands(connection, events, facts, pool, choices, peer, context);
  }

  static LibvirtDriver open(ConnectionSpec spec, DriverContext context) throws DriverException {
    LibvirtOptions options = LibvirtOptions.of(spec);
    URI uri = spec.uri();
    HostFacts facts;
    try (var first = new LibvirtConnection(uri, LibvirtConnection.Listener.NONE)) {
      facts = first.call("host", connect -> HostFacts.read(connect, uri));
    }
    // The test driver comes with a pool of its own, and keeps no files in it.
    String poolName = facts.keepsFiles() ? options.pool() : "default-pool";
    VolumePool pool = new VolumePool(poolName, options.poolPath(), options.sharedPool());
    GuestEvents events = new GuestEvents(facts.name(), context.events());
    LibvirtConnection connection = new LibvirtConnection(uri, events);
    events.ask(new Fence(connection)::generation);
    boolean done = false;
    try {
      HostChoices choices = choose(connection, facts, options, pool);
      LibvirtDriver driver =
          new LibvirtDriver(connection, events, facts, pool, choices, options, context);
      done = true;
      return driver;
    } finally {
      if (!done) {
        events.close();
        connection.close();
      }
    }
  }

  private static HostChoices choose(
      LibvirtConnection connection, HostFacts facts, LibvirtOptions options, VolumePool pool)
      throws DriverException {
    if (!facts.keepsFiles()) {
      return new HostChoices("test", new NicSource.Network("default"), Optional.empty());
    }
    connection.run("storage pool", pool::ensure);
    String guestType =
        options.guestType().isPresent()
            ? options.guestType().get()
            : new KvmProbe(connection, pool).guestType(facts);
    NicSource nicSource =
        options.nic().isPresent()
            ? options.nic().get()
            : connection.call("networks", NicSource::ofHost);
    return new HostChoices(guestType, nicSource, options.vncListen());
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(
        LibvirtCommands.on(facts),
        true,
        facts.keepsFiles() ? EnumSet.allOf(Capabilities.Migration.class) : Set.of());
  }

  @Override
  public List<HostInventory> hosts() throws DriverException {
    HostInventory host =
        connection.call(
            "inventory",
            connect ->
                LibvirtInventory.read(connect, facts, choices.guestType(), pool)
                    .with(LibvirtTopology.read(connect, options)));
    return List.of(host);
  }

  @Override
  public List<GuestReport> guests(String host) throws DriverException {
    requireHost(host);
    return connection.call(
        "guests",
        connect -> {
          List<GuestReport> reports = new ArrayList<>();
          for (Domain domain : connect.listAllDomains(0)) {
            report(domain).ifPresent(reports::add);
            domain.free();
          }
          return reports;
        });
  }

  /** Empty when the domain went away since it was listed. */
  private static Optional<GuestReport> report(Domain domain) throws LibvirtException {
    try {
      Optional<DomainMetadata> ours =
          DomainMetadata.read(domain).filter(it -> it.instance().toString().equals(uuid(domain)));
      return Optional.of(
          new GuestReport(
              domain.getName(),
              ours.map(DomainMetadata::instance),
              ours.map(DomainMetadata::generation).orElse(0L),
              PowerStates.of(domain),
              ours.isPresent() ? Optional.empty() : ForeignGuest.facts(domain)));
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String uuid(Domain domain) {
    try {
      return domain.getUUIDString();
    } catch (LibvirtException e) {
      throw new IllegalStateException("a domain object holds its UUID", e);
    }
  }

  @Override
  public DriverResult execute(DriverCommand command, Cancellation cancellation)
      throws DriverException {
    GuestTarget target = command.target();
    requireHost(target.host());
    if (!capabilities().commands().contains(command.getClass().getSimpleName())) {
      throw DriverException.unsupported(
          command.getClass().getSimpleName() + " on " + facts.hypervisor());
    }
    Permit permit = Permit.of(target, cancellation, marker);
    permit.check();
    connection.run("epoch", permit.tenure()::require);
    Optional<DomainMetadata> recorded =
        command instanceof DriverCommand.Adopt
            ? Optional.empty() // of a guest that is not ours; it has its own fence
            : fence.check(target);
    return commands.carryOut(command, recorded, permit);
  }

  private void requireHost(String host) throws DriverException {
    if (!host.equals(facts.name())) {
      throw DriverException.hostFault(
          "no host " + host + " behind this connection, only " + facts.name());
    }
  }

  @Override
  public void close() {
    events.close();
    connection.close();
  }
}
