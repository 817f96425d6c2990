package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Instances;
import io.troupe.actors.Quotas;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.actors.instance.Decision;
import io.troupe.actors.instance.Effect;
import io.troupe.actors.instance.Fault;
import io.troupe.actors.instance.InstanceEvent;
import io.troupe.actors.instance.InstanceInput;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.network.Port;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.config.OperationSettings;
import io.troupe.config.QuotaSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Instances without actors: their states decide as in a real cloud, and everybody they ask does
 * what is asked. An operation is begun by its command and finished by {@link #work}, so a test sees
 * a server while it is building.
 */
public final class MemoryInstances implements Instances, Quotas {
  private final Catalog catalog;
  private final MemoryNetworks networks;
  private final MemoryVolumes volumes;
  private final Clock clock;
  private final Map<InstanceId, InstanceState> states = new LinkedHashMap<>();
  private final Map<InstanceId, Long> versions = new LinkedHashMap<>();
  private OperationSettings settings = OperationSettings.DEFAULT;
  private List<String> hosts = List.of("host-1");

  public MemoryInstances(
      Catalog catalog, MemoryNetworks networks, MemoryVolumes volumes, Clock clock) {
    this.volumes = volumes;
    this.catalog = catalog;
    this.networks = networks;
    this.clock = clock;
  }

  /** From now on a deleted server can be restored for so long. */
  public synchronized void keepDeletedFor(Duration time) {
    settings = OperationSettings.DEFAULT.reclaimingAfter(time.toMillis());
  }

  /** From now on a shelved server leaves its host after so long; 0 ms at once, negative never. */
  public synchronized void offloadAfter(long millis) {
    settings = settings.offloadingAfter(millis);
  }

  /**
   * The fleet's hosts, the first one is taken first; {@code host-1} is there from the beginning.
   */
  public synchronized void hosts(String... names) {
    hosts = List.of(names);
  }

  /** Finishes the next step of everything that was accepted. */
  public synchronized void step() {
    for (InstanceId id : List.copyOf(states.keySet())) {
      if (states.get(id).next(settings) instanceof Effect.Ask ask) {
        answer(id, ask);
      }
    }
  }

  /** Finishes everything that was accepted. */
  public synchronized void work() {
    for (InstanceId id : List.copyOf(states.keySet())) {
      while (states.get(id).next(settings) instanceof Effect.Ask ask) {
        answer(id, ask);
      }
    }
  }

  /** Puts an instance into error, as a boot that found no host. */
  public synchronized void fail(InstanceId id, Fault fault) {
    var origin = new UserCommand.Origin(OperationId.fresh(), "", "", true);
    var failure = new Failure(fault.code(), fault.message(), fault.details());
    evolve(
        id,
        new InstanceEvent.OperationBegan(
            origin,
            OperationKind.RESET_TO_ERROR,
            List.of(),
            fault.at(),
            Optional.empty(),
            Optional.empty(),
            fault.at()));
    evolve(
        id,
        new InstanceEvent.OperationEnded(
            origin.operation(), VmState.ERROR, Optional.of(failure), fault.at()));
  }

  @Override
  public InstanceId freshId() {
    return InstanceId.fresh();
  }

  @Override
  public synchronized CompletionStage<Answer<InstanceView>> command(
      InstanceId id, UserCommand command) {
    var answer =
        decide(id, command)
            .<Answer<InstanceView>>map(reason -> new Answer.Rejected<>(reason))
            .orElseGet(() -> agreed(id));
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public synchronized CompletionStage<Answer<InstanceView>> check(
      InstanceId id, UserCommand command) {
    var would = states.get(id).decide(command, clock.instant(), settings);
    return CompletableFuture.completedFuture(
        would instanceof Decision.Reject(var reason) ? Answer.refuse(reason) : Answer.of(view(id)));
  }

  /** What needs quota is answered when that has agreed. */
  private Answer<InstanceView> agreed(InstanceId id) {
    while (states.get(id).owesAnswer() || attachesInterface(id)) {
      answer(id, (Effect.Ask) states.get(id).next(settings));
    }
    return states
        .get(id)
        .refusal()
        .map(Answer::<InstanceView>refuse)
        .orElseGet(() -> Answer.of(view(id)));
  }

  /** Answered when the guest has the card. */
  private boolean attachesInterface(InstanceId id) {
    return states
        .get(id)
        .operation()
        .filter(it -> it.kind() == OperationKind.ATTACH_INTERFACE)
        .isPresent();
  }

  private Optional<Rejection> decide(InstanceId id, InstanceInput input) {
    var state = states.getOrDefault(id, InstanceState.absent(id));
    return switch (state.decide(input, clock.instant(), settings)) {
      case Decision.Accept(var events) -> {
        events.forEach(event -> evolve(id, event));
        yield Optional.empty();
      }
      case Decision.Reject(var reason) -> Optional.of(reason);
      case Decision.AskAgain again -> throw new IllegalStateException(again.why());
    };
  }

  private void evolve(InstanceId id, InstanceEvent event) {
    states.put(id, states.getOrDefault(id, InstanceState.absent(id)).evolve(event));
    versions.merge(id, 1L, Long::sum);
  }

  private InstanceView view(InstanceId id) {
    return states.get(id).view(versions.get(id));
  }

  // ---- everybody else

  private void answer(InstanceId id, Effect.Ask ask) {
    var result =
        switch (ask.what()) {
          case Effect.ReserveQuota(var project, var amount, _, _) ->
              counts(states.get(id)) && !isResizing(states.get(id))
                  ? new StepOutcome.Done("")
                  : reserve(project, id, amount);
          case Effect.Place(var spec, _) -> place(spec);
          case Effect.Preempt _ -> new StepOutcome.Done("");
          case Effect.Permit _ -> new StepOutcome.Done("");
          case Effect.ClaimHost(_, _, var spec) ->
              new StepOutcome.Claimed(spec.availabilityZone().orElse("nova"));
          case Effect.AttachPort(var project, var choice, var index)
              when choice instanceof NetworkChoice.OnNetwork ->
              new StepOutcome.Attached(called(Nic.portIdOf(id, index), nic(id, project, choice)));
          case Effect.AttachPort(var project, var choice, _) ->
              new StepOutcome.Attached(nic(id, project, choice));
          case Effect.ReleasePorts _ -> {
            networks.release(id.toString());
            yield new StepOutcome.Done("");
          }
          case Effect.RunOnHost(_, var command, _) -> run(states.get(id).power(), command);
          case Effect.ConnectVolume(var project, var userId, var choice, var host) ->
              volumes.connect(project, userId, id, choice, host);
          case Effect.ConnectVolumes(var project, var host, _) ->
              volumes.connectAll(project, id, host);
          case Effect.MarkVolumes(var project, var devices) -> {
            devices.forEach((volume, device) -> volumes.attached(project, volume, id, device));
            yield new StepOutcome.Done("");
          }
          case Effect.ReimageVolume(var project, var volume, var image) ->
              volumes.reimaged(project, volume, id, ask.operation(), image);
          case Effect.UndoReimage(var project, var volume) -> volumes.asBefore(project, volume, id);
          case Effect.SnapVolume(var project, var snapshot) ->
              snapped(volumes.createSnapshot(project.value(), snapshot));
          case Effect.DropSnapshot(var project, var snapshotId) ->
              snapped(
                  volumes.changeSnapshot(project.value(), snapshotId, new VolumeChange.GiveUp()));
          case Effect.KeepVolumes(var project) -> {
            volumes.keep(project, id);
            yield new StepOutcome.Done("");
          }
          case Effect.ReleaseVolume(var project, var volume) -> {
            volumes.free(project, volume, id);
            yield new StepOutcome.Done("");
          }
          case Effect.MarkVolume(var project, var volume, var device) -> {
            volumes.attached(project, volume, id, device);
            yield new StepOutcome.Done("");
          }
          case Effect.BeginDetaching _ -> new StepOutcome.Done("");
          case Effect.FreeVolume(var project, var volume) -> {
            volumes.free(project, volume, id);
            yield new StepOutcome.Done("");
          }
          case Effect.ReleaseVolumes(var project, var deleteAfter) -> {
            volumes.release(project, id, deleteAfter);
            yield new StepOutcome.Done("");
          }
          case Effect.ReleasePort(_, var port) -> {
            networks.releaseOne(port);
            yield new StepOutcome.Done("");
          }
          case Effect.MakeImage(var image) -> {
            catalog.create(image);
            yield new StepOutcome.Done(image.id());
          }
          case Effect.DropImage(var imageId) -> {
            catalog.remove(Image.class, imageId);
            yield new StepOutcome.Done(imageId);
          }
          case Effect.RotateBackups(var project, var type, var kept) -> {
            rotate(id, project, type, kept);
            yield new StepOutcome.Done("");
          }
          case Effect.ReleaseQuota _, Effect.ReleaseHost _, Effect.CondemnGuest _ ->
              new StepOutcome.Done("");
        };
    decide(
        id,
        new StepOutcome(ask.operation(), ask.step(), ask.generation(), clock.instant(), result));
  }

  private static StepOutcome.Result snapped(CompletionStage<Answer<VolumeSnapshot>> answer) {
    return answer.toCompletableFuture().join() instanceof Answer.Rejected<VolumeSnapshot>(var why)
        ? new StepOutcome.VolumeRefused(why)
        : new StepOutcome.Done("");
  }

  private StepOutcome.Result place(RequestSpec spec) {
    return hosts.stream()
        .filter(
            host -> spec.forcedHost().or(spec.detail()::destination).map(host::equals).orElse(true))
        .map(HostId::new)
        .filter(host -> !spec.excluded().contains(host))
        .findFirst()
        .<StepOutcome.Result>map(host -> new StepOutcome.Placed(List.of(host), ""))
        .orElseGet(() -> new StepOutcome.NoHost("RetryFilter removed " + hosts.size() + " hosts"));
  }

  private static boolean isResizing(InstanceState state) {
    return state.operation().filter(one -> one.kind() == OperationKind.RESIZE).isPresent();
  }

  private StepOutcome.Result run(PowerState now, DriverCommand command) {
    return switch (command) {
      case DriverCommand.OfferMove _ ->
          new StepOutcome.Ticketed(MoveTicket.offered("memory", Map.of()));
      case DriverCommand.PrepareMove(_, _, var ticket, _, _) ->
          new StepOutcome.Ticketed(ticket.prepared(MoveTicket.Storage.BLOCK, Map.of()));
      case DriverCommand.Snapshot(_, var imageId, _) -> {
        catalog.update(Image.class, imageId, image -> Answer.of(filled(image)));
        yield new StepOutcome.Done("");
      }
      case DriverCommand.Spawn _, DriverCommand.Start _, DriverCommand.Reboot _ ->
          new StepOutcome.Guest(true, PowerState.RUNNING);
      case DriverCommand.Adopt _ -> new StepOutcome.Guest(true, PowerState.RUNNING);
      case DriverCommand.Rescue _, DriverCommand.Unrescue _ ->
          new StepOutcome.Guest(true, PowerState.RUNNING);
      case DriverCommand.Unpause _, DriverCommand.Resume _ ->
          new StepOutcome.Guest(true, PowerState.RUNNING);
      case DriverCommand.Pause _ -> new StepOutcome.Guest(true, PowerState.PAUSED);
      case DriverCommand.Suspend _ -> new StepOutcome.Guest(true, PowerState.SUSPENDED);
      case DriverCommand.Stop _ -> new StepOutcome.Guest(true, PowerState.SHUTDOWN);
      case DriverCommand.Destroy _ -> new StepOutcome.Guest(false, PowerState.NOSTATE);
      case DriverCommand.AttachVolume _, DriverCommand.SwapVolume _ ->
          new StepOutcome.VolumeOnGuest("/dev/vdb");
      default -> new StepOutcome.Guest(true, now);
    };
  }

  private void rotate(InstanceId id, ProjectId project, String type, int kept) {
    catalog.all(Image.class).stream()
        .filter(image -> image.owner().equals(project.value()))
        .filter(image -> id.toString().equals(image.properties().get("instance_uuid")))
        .filter(image -> type.equals(image.properties().get("backup_type")))
        .sorted(Comparator.comparing(Image::createdAt).reversed())
        .skip(kept)
        .forEach(image -> catalog.remove(Image.class, image.id()));
  }

  private Image filled(Image image) {
    return image.activated(200_000, (long) image.minDiskGib() << 30, "md5", "sha", clock.instant());
  }

  private static Nic called(String portId, Nic nic) {
    return new Nic(
        portId,
        nic.networkId(),
        nic.label(),
        nic.subnetId(),
        nic.mac(),
        nic.address(),
        nic.cidr(),
        nic.gateway(),
        nic.dnsServers(),
        nic.mtu());
  }

  private Nic nic(InstanceId id, ProjectId project, NetworkChoice choice) {
    Port port =
        switch (choice) {
          case NetworkChoice.OnNetwork(var network, var fixedIp, _) ->
              switch (networks.allocate(
                  network, project.value(), "", fixedIp, id.toString(), true)) {
                case Answer.Accepted<Port>(var made) -> made;
                case Answer.Rejected<Port>(var reason) ->
                    throw new IllegalStateException("no port: " + reason);
              };
          case NetworkChoice.ExistingPort(_, var portId, _) -> {
            networks.use(portId, id.toString());
            yield networks.port(portId);
          }
        };
    Network network = catalog.find(Network.class, port.networkId()).orElseThrow();
    var subnet = network.subnets().getFirst();
    return new Nic(
        port.id(),
        network.id(),
        network.name(),
        subnet.id(),
        port.mac(),
        port.address(),
        subnet.cidr(),
        subnet.gateway(),
        subnet.dnsServers(),
        network.mtu());
  }

  // ---- what readers see

  @Override
  public synchronized CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(states.get(id))
            .filter(state -> state.visible() && !state.deleted())
            .map(state -> view(id)));
  }

  @Override
  public synchronized CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(states.get(id))
            .filter(InstanceState::visible)
            .map(state -> state.trails().reversed())
            .orElse(List.of()));
  }

  @Override
  public synchronized CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines) {
    if (states.get(id).host().isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.NotReady(id.toString())));
    }
    var log = List.of("one", "two", "login:");
    var shown = lines < 0 ? log : log.subList(Math.max(0, log.size() - lines), log.size());
    return CompletableFuture.completedFuture(Answer.of(String.join("\n", shown)));
  }

  @Override
  public synchronized CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id) {
    var server = states.get(id);
    var traffic = new DriverResult.Diagnostics.Traffic(640, 10, 0, 0, 1280, 20, 0, 1);
    return CompletableFuture.completedFuture(
        Answer.of(
            new DriverResult.Diagnostics(
                server.power(),
                "libvirt",
                "kvm",
                "linux",
                Optional.of(46_664L),
                true,
                List.of(
                    new DriverResult.Diagnostics.Cpu(
                        0, Optional.of(17_300_000_000L), Optional.of(15))),
                server.nics().stream()
                    .map(nic -> new DriverResult.Diagnostics.Nic(nic.mac(), Optional.of(traffic)))
                    .toList(),
                List.of(new DriverResult.Diagnostics.Disk(262_144, 112, 5_778_432, 488, 0)),
                new DriverResult.Diagnostics.Memory(512, 256))));
  }

  @Override
  public synchronized CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id) {
    return CompletableFuture.completedFuture(
        Answer.of(
            new DriverResult.MigrationSeen(
                DriverResult.MigrationSeen.Phase.COPYING,
                1_500,
                new DriverResult.MigrationSeen.Copied(1_000, 600, 400),
                new DriverResult.MigrationSeen.Copied(50, 50, 0))));
  }

  @Override
  public synchronized Iterable<InstanceView> all() {
    return states.values().stream()
        .filter(InstanceState::visible)
        .map(state -> view(state.id()))
        .toList();
  }

  @Override
  public synchronized Iterable<InstanceView> ofProject(String projectId) {
    return states.values().stream()
        .filter(InstanceState::visible)
        .map(state -> view(state.id()))
        .filter(view -> view.project().value().equals(projectId))
        .toList();
  }

  // ---- quota

  private StepOutcome.Result reserve(ProjectId project, InstanceId id, Resources amount) {
    var usage = usageOf(project);
    var state = states.get(id);
    var has = counts(state) ? state.request().orElseThrow().flavor().resources() : Resources.NONE;
    return over("instances", counts(state) ? 0 : 1, usage.instances(), usage.maxInstances())
        .or(() -> over("cores", amount.vcpus() - has.vcpus(), usage.cores(), usage.maxCores()))
        .or(() -> over("ram", amount.ramMib() - has.ramMib(), usage.ramMib(), usage.maxRamMib()))
        .<StepOutcome.Result>map(StepOutcome.Refused::new)
        .orElseGet(() -> new StepOutcome.Done(""));
  }

  private static boolean counts(InstanceState state) {
    return state.visible() && !state.deleted() && state.vmState() != VmState.SOFT_DELETED;
  }

  private static Optional<Rejection> over(String resource, long asked, long used, long limit) {
    return limit >= 0 && used + asked > limit
        ? Optional.of(new Rejection.QuotaExceeded(resource, asked, used, limit))
        : Optional.empty();
  }

  @Override
  public synchronized CompletionStage<QuotaUsage> usage(ProjectId project) {
    return CompletableFuture.completedFuture(usageOf(project));
  }

  private QuotaUsage usageOf(ProjectId project) {
    int instances = 0;
    int cores = 0;
    long ram = 0;
    for (InstanceState state : states.values()) {
      var request = state.request().orElseThrow();
      if (counts(state) && request.project().equals(project)) {
        instances++;
        cores += request.flavor().vcpus();
        ram += request.flavor().ramMib();
      }
    }
    var limits =
        QuotaLimits.of(
            catalog.find(Project.class, project.value()),
            catalog.find(QuotaClass.class, QuotaClass.DEFAULT),
            QuotaSettings.DEFAULT);
    return new QuotaUsage(
        instances, cores, ram, limits.get("instances"), limits.get("cores"), limits.get("ram"));
  }
}
