package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** One libvirt host: takes each command through the fence and to the part that carries it out. */
final class LibvirtDriver implements Driver {
  private static final Set<String> ON_EVERY_HOST =
      Set.of(
          "Spawn",
          "Start",
          "Stop",
          "Reboot",
          "Pause",
          "Unpause",
          "Suspend",
          "Resume",
          "Destroy",
          "Inspect",
          "Diagnostics");

  private final LibvirtConnection connection;
  private final GuestEvents events;
  private final HostFacts facts;
  private final VolumePool pool;
  private final HostChoices choices;
  private final Fence fence;
  private final EpochMarker marker;
  private final Power power;
  private final Suspension suspension;
  private final GuestAgent agent;
  private final GuestAssembly assembly;

  private LibvirtDriver(
      LibvirtConnection connection,
      GuestEvents events,
      HostFacts facts,
      VolumePool pool,
      HostChoices choices,
      DriverContext context) {
    this.connection = connection;
    this.events = events;
    this.facts = facts;
    this.pool = pool;
    this.choices = choices;
    this.fence = new Fence(connection);
    this.marker = new EpochMarker(pool, facts);
    this.power = new Power(connection, events, facts);
    this.suspension = new Suspension(connection);
    this.agent = new GuestAgent(connection);
    this.assembly = new GuestAssembly(connection, facts, choices, pool, context.images());
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
    VolumePool pool = new VolumePool(poolName, options.poolPath());
    GuestEvents events = new GuestEvents(facts.name(), context.events());
    LibvirtConnection connection = new LibvirtConnection(uri, events);
    events.ask(new Fence(connection)::generation);
    boolean done = false;
    try {
      HostChoices choices = choose(connection, facts, options, pool);
      LibvirtDriver driver = new LibvirtDriver(connection, events, facts, pool, choices, context);
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
    Set<String> commands = new HashSet<>(ON_EVERY_HOST);
    if (facts.keepsFiles()) {
      commands.addAll(Set.of("TriggerCrashDump", "SetPassword", "ReadConsole"));
    }
    return new Capabilities(commands, true);
  }

  @Override
  public List<HostInventory> hosts() throws DriverException {
    HostInventory host =
        connection.call(
            "inventory",
            connect -> LibvirtInventory.read(connect, facts, choices.guestType(), pool));
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
              PowerStates.of(domain)));
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
    Tenure tenure = permit.tenure();
    permit.check();
    connection.run("epoch", tenure::require);
    Optional<DomainMetadata> recorded = fence.check(target);
    InstanceId instance = target.instance();
    switch (command) {
      case DriverCommand.Spawn(var same, var spec) -> {
        if (recorded.isPresent() && recorded.get().generation() == target.generation()) {
          power.start(instance, tenure);
        } else {
          assembly.spawn(target, spec, permit);
        }
      }
      case DriverCommand.Start start -> power.start(instance, tenure);
      case DriverCommand.Stop stop -> power.stop(instance, stop.graceMillis(), permit);
      case DriverCommand.Reboot reboot -> {
        if (reboot.soft()) {
          power.rebootSoft(instance, reboot.graceMillis(), permit);
        } else {
          power.rebootHard(instance, tenure);
        }
      }
      case DriverCommand.Pause pause -> suspension.pause(instance, tenure);
      case DriverCommand.Unpause unpause -> suspension.unpause(instance, tenure);
      case DriverCommand.Suspend suspend -> suspension.suspend(instance, tenure);
      case DriverCommand.Resume resume -> suspension.resume(instance, tenure);
      case DriverCommand.TriggerCrashDump dump -> suspension.interrupt(instance, tenure);
      case DriverCommand.SetPassword(_, var user, var password) ->
          agent.setPassword(instance, user, password, tenure);
      case DriverCommand.Destroy destroy -> assembly.remove(target, tenure);
      case DriverCommand.Inspect inspect -> {}
      case DriverCommand.ReadConsole read -> {
        return new DriverResult.Console(console(target, recorded, read.maxBytes()));
      }
      case DriverCommand.Diagnostics diagnostics -> {
        return connection
            .onDomain("diagnostics", instance, domain -> Diagnosis.of(domain, choices.guestType()))
            .orElseThrow(() -> noGuest(instance));
      }
    }
    return inspect(instance);
  }

  private DriverResult.Guest inspect(InstanceId instance) throws DriverException {
    return connection
        .onDomain(
            "inspect",
            instance,
            domain ->
                new DriverResult.Guest(
                    true, PowerStates.of(domain), Vnc.address(domain, facts.address())))
        .orElse(DriverResult.Guest.GONE);
  }

  private String console(GuestTarget target, Optional<DomainMetadata> recorded, int maxBytes)
      throws DriverException {
    DomainMetadata guest = recorded.orElseThrow(() -> noGuest(target.instance()));
    GuestVolumes volumes = new GuestVolumes(guest.instance(), guest.generation());
    return connection.call(
        "console log", connect -> ConsoleLog.read(connect, pool, volumes.consoleLog(), maxBytes));
  }

  private static DriverException noGuest(InstanceId instance) {
    return DriverException.instanceFault("no guest " + instance + " on this host");
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
