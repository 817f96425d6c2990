package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Instances;
import io.troupe.actors.Quotas;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.Fault;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.network.Port;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.config.QuotaSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.ProjectId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Instances in a map. A command changes the task state at once and is finished by {@link #work}, so
 * a test sees a server while it is building. Quota, state rules and addresses are real.
 */
public final class MemoryInstances implements Instances, Quotas {
  private final Catalog catalog;
  private final MemoryNetworks networks;
  private final Clock clock;
  private final Map<InstanceId, InstanceView> views = new LinkedHashMap<>();
  private final Map<InstanceId, List<OperationTrail>> trails = new LinkedHashMap<>();
  private final List<Runnable> pending = new ArrayList<>();

  public MemoryInstances(Catalog catalog, MemoryNetworks networks, Clock clock) {
    this.catalog = catalog;
    this.networks = networks;
    this.clock = clock;
  }

  /** Finishes everything that was accepted. */
  public synchronized void work() {
    var due = List.copyOf(pending);
    pending.clear();
    due.forEach(Runnable::run);
  }

  /** Puts an instance into error, as a boot that found no host. */
  public synchronized void fail(InstanceId id, Fault fault) {
    change(
        id, v -> with(v, VmState.ERROR, Optional.empty(), PowerState.NOSTATE, Optional.of(fault)));
  }

  @Override
  public synchronized CompletionStage<Answer<InstanceView>> command(
      InstanceId id, UserCommand command) {
    return CompletableFuture.completedFuture(
        command instanceof UserCommand.Boot boot ? boot(id, boot) : existing(id, command));
  }

  private Answer<InstanceView> boot(InstanceId id, UserCommand.Boot boot) {
    var request = boot.request();
    var usage = usageOf(request.project());
    var flavor = request.flavor();
    Optional<Rejection> over =
        over("instances", 1, usage.instances(), usage.maxInstances())
            .or(() -> over("cores", flavor.vcpus(), usage.cores(), usage.maxCores()))
            .or(() -> over("ram", flavor.ramMib(), usage.ramMib(), usage.maxRamMib()));
    if (over.isPresent()) {
      return Answer.refuse(over.get());
    }
    var now = clock.instant();
    var view =
        new InstanceView(
            id,
            1,
            request,
            VmState.BUILDING,
            Optional.of(TaskState.SCHEDULING),
            PowerState.NOSTATE,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            false,
            now,
            now,
            Optional.empty(),
            Optional.empty());
    views.put(id, view);
    trail(id, "create", boot.origin());
    pending.add(() -> place(id));
    return Answer.of(view);
  }

  private void place(InstanceId id) {
    InstanceView view = views.get(id);
    if (view.vmState() != VmState.BUILDING) {
      return;
    }
    var nics = new ArrayList<Nic>();
    for (NetworkChoice choice : view.request().networks()) {
      nics.add(nic(id, view.request(), choice));
    }
    var now = clock.instant();
    views.put(
        id,
        new InstanceView(
            id,
            view.version() + 1,
            view.request(),
            VmState.ACTIVE,
            Optional.empty(),
            PowerState.RUNNING,
            Optional.of(new HostId(view.request().forcedHost().orElse("host-1"))),
            Optional.of(view.request().availabilityZone().orElse("nova")),
            nics,
            Optional.empty(),
            false,
            view.createdAt(),
            now,
            Optional.of(now),
            Optional.empty()));
  }

  private Nic nic(InstanceId id, BootRequest request, NetworkChoice choice) {
    Port port =
        switch (choice) {
          case NetworkChoice.OnNetwork(var network, var fixedIp) ->
              switch (networks.allocate(
                  network, request.project().value(), "", fixedIp, id.toString(), true)) {
                case Answer.Accepted<Port>(var made) -> made;
                case Answer.Rejected<Port>(var reason) ->
                    throw new IllegalStateException("no port: " + reason);
              };
          case NetworkChoice.ExistingPort(var network, var portId) -> {
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

  private Answer<InstanceView> existing(InstanceId id, UserCommand command) {
    InstanceView view = views.get(id);
    if (view == null || view.vmState() == VmState.DELETED) {
      return Answer.refuse(new Rejection.NotFound("Instance", id.toString()));
    }
    return switch (command) {
      case UserCommand.Boot boot -> throw new IllegalStateException("handled before");
      case UserCommand.Delete(var origin) -> {
        if (!view.taskState().equals(Optional.of(TaskState.DELETING))) {
          trail(id, "delete", origin);
          pending.add(() -> deleted(id));
        }
        yield task(view, TaskState.DELETING);
      }
      case UserCommand.Start(var origin) ->
          during(
              view,
              "os-start",
              VmState.STOPPED,
              origin,
              TaskState.POWERING_ON,
              VmState.ACTIVE,
              PowerState.RUNNING);
      case UserCommand.Stop(var origin) ->
          during(
              view,
              "os-stop",
              VmState.ACTIVE,
              origin,
              TaskState.POWERING_OFF,
              VmState.STOPPED,
              PowerState.SHUTDOWN);
      case UserCommand.Reboot(var origin, var soft) ->
          during(
              view,
              "reboot",
              VmState.ACTIVE,
              origin,
              soft ? TaskState.REBOOTING : TaskState.REBOOTING_HARD,
              VmState.ACTIVE,
              PowerState.RUNNING);
      case UserCommand.Rename(var origin, var name) -> {
        change(id, v -> renamed(v, name));
        yield Answer.of(views.get(id));
      }
    };
  }

  private Answer<InstanceView> during(
      InstanceView view,
      String action,
      VmState from,
      UserCommand.Origin origin,
      TaskState task,
      VmState to,
      PowerState power) {
    String id = view.id().toString();
    if (view.vmState() != from) {
      return Answer.refuse(new Rejection.WrongState(action, id, "vm_state", view.vmState().word()));
    }
    if (view.taskState().isPresent()) {
      return Answer.refuse(
          new Rejection.WrongState(action, id, "task_state", view.taskState().get().word()));
    }
    trail(view.id(), action.replace("os-", ""), origin);
    pending.add(
        () -> change(view.id(), v -> with(v, to, Optional.empty(), power, Optional.empty())));
    return task(view, task);
  }

  private Answer<InstanceView> task(InstanceView view, TaskState task) {
    change(view.id(), v -> with(v, v.vmState(), Optional.of(task), v.power(), v.fault()));
    return Answer.of(views.get(view.id()));
  }

  private void deleted(InstanceId id) {
    networks.release(id.toString());
    change(
        id, v -> with(v, VmState.DELETED, Optional.empty(), PowerState.NOSTATE, Optional.empty()));
  }

  private void trail(InstanceId id, String action, UserCommand.Origin origin) {
    var now = clock.instant();
    var step = new OperationTrail.Step("spawn", now, now, true, "host-1", "");
    trails
        .computeIfAbsent(id, key -> new ArrayList<>())
        .addFirst(
            new OperationTrail(
                origin.operation(),
                action,
                origin.userId(),
                origin.projectId(),
                now,
                now,
                Optional.empty(),
                Optional.empty(),
                List.of(step)));
  }

  private void change(InstanceId id, UnaryOperator<InstanceView> change) {
    views.computeIfPresent(id, (key, view) -> change.apply(view));
  }

  private InstanceView with(
      InstanceView v,
      VmState state,
      Optional<TaskState> task,
      PowerState power,
      Optional<Fault> fault) {
    return copy(v, v.request(), state, task, power, fault);
  }

  private InstanceView renamed(InstanceView v, String name) {
    BootRequest r = v.request();
    var request =
        new BootRequest(
            name,
            r.description(),
            r.hostname(),
            r.project(),
            r.userId(),
            r.flavor(),
            r.image(),
            r.imageProperties(),
            r.networks(),
            r.keyName(),
            r.publicKey(),
            r.userDataBase64(),
            r.metadata(),
            r.tags(),
            r.availabilityZone(),
            r.forcedHost(),
            r.group(),
            r.hints(),
            r.securityGroups(),
            r.diskConfig(),
            r.accessIpv4(),
            r.accessIpv6(),
            r.configDrive(),
            r.reservationId(),
            r.launchIndex());
    return copy(v, request, v.vmState(), v.taskState(), v.power(), v.fault());
  }

  private InstanceView copy(
      InstanceView v,
      BootRequest request,
      VmState state,
      Optional<TaskState> task,
      PowerState power,
      Optional<Fault> fault) {
    var now = clock.instant();
    return new InstanceView(
        v.id(),
        v.version() + 1,
        request,
        state,
        task,
        power,
        v.host(),
        v.availabilityZone(),
        v.nics(),
        fault,
        v.locked(),
        v.createdAt(),
        now,
        v.launchedAt(),
        state == VmState.DELETED ? Optional.of(now) : v.terminatedAt());
  }

  @Override
  public synchronized CompletionStage<Optional<InstanceView>> get(InstanceId id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(views.get(id)).filter(view -> view.vmState() != VmState.DELETED));
  }

  @Override
  public synchronized CompletionStage<List<OperationTrail>> operations(InstanceId id) {
    return CompletableFuture.completedFuture(List.copyOf(trails.getOrDefault(id, List.of())));
  }

  @Override
  public synchronized CompletionStage<Answer<String>> consoleOutput(InstanceId id, int lines) {
    InstanceView view = views.get(id);
    if (view.host().isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.NotReady(id.toString())));
    }
    var log = List.of("one", "two", "login:");
    var shown = lines < 0 ? log : log.subList(Math.max(0, log.size() - lines), log.size());
    return CompletableFuture.completedFuture(Answer.of(String.join("\n", shown)));
  }

  @Override
  public synchronized Iterable<InstanceView> all() {
    return List.copyOf(views.values());
  }

  @Override
  public synchronized Iterable<InstanceView> ofProject(String projectId) {
    return views.values().stream()
        .filter(view -> view.project().value().equals(projectId))
        .toList();
  }

  @Override
  public synchronized CompletionStage<QuotaUsage> usage(ProjectId project) {
    return CompletableFuture.completedFuture(usageOf(project));
  }

  private QuotaUsage usageOf(ProjectId project) {
    int instances = 0;
    int cores = 0;
    long ram = 0;
    for (InstanceView view : ofProject(project.value())) {
      if (view.vmState() != VmState.DELETED) {
        instances++;
        cores += view.request().flavor().vcpus();
        ram += view.request().flavor().ramMib();
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

  private static Optional<Rejection> over(String resource, long asked, long used, long limit) {
    return limit >= 0 && used + asked > limit
        ? Optional.of(new Rejection.QuotaExceeded(resource, asked, used, limit))
        : Optional.empty();
  }
}
