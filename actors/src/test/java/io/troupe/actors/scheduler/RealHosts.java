package io.troupe.actors.scheduler;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Entities;
import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostState;
import io.troupe.actors.host.HostView;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.volume.VolumeLimits;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.FleetSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.SharedPool;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Hosts and a scheduler as they are; everybody else is the stage. */
public final class RealHosts implements Entities {
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 1, 1, 1, 0, 0, 0, "nova");

  private final Stage stage;
  private final ActorRef<CatalogActor.Message> catalog;
  private final Map<HostId, ActorRef<HostActor.Message>> hosts = new LinkedHashMap<>();
  private final Map<ProjectId, ActorRef<VolumesActor.Message>> volumes = new HashMap<>();
  private final ActorRef<ConnectionActor.Message> driver;
  private final Map<HostId, String> zones = new LinkedHashMap<>();
  ActorRef<SchedulerActor.Message> scheduler;
  private boolean isReal;

  /** What hosts tell the scheduler goes there; cut off, it is lost on the way. */
  private RecipientRef<SchedulerActor.Message> post;

  public RealHosts(Stage stage) {
    this.stage = stage;
    this.driver = stage.enter(driver());
    this.catalog = stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {}));
    newScheduler();
  }

  /** One that knows nothing yet; the former one is gone. */
  public void newScheduler() {
    if (isReal) {
      stage.leave(scheduler);
    }
    isReal = true;
    scheduler =
        stage.enter(
            SchedulerActor.create(
                this, Set::of, () -> SchedulerSettings.DEFAULT, new SimpleMeterRegistry(), stage));
    post = scheduler;
    hosts.values().forEach(host -> host.tell(new HostActor.Publish()));
    hosts.keySet().forEach(this::awaitView);
    stage.figures(scheduler); // it has begun
  }

  public void add(String name, String zone, int vcpus) {
    add(name, zone, vcpus, 1000, "");
  }

  /**
   * @param pool that its storage is, if it is one that others have
   */
  public void add(String name, String zone, int vcpus, long diskGib, String pool) {
    var id = new HostId(name);
    zones.put(id, zone);
    var host =
        stage.enter(
            HostActor.create(
                id,
                this,
                (_, _, up) -> new HostState.Surroundings(zone, Map.of(), true, "", up),
                SETTINGS,
                stage.journalMeter(),
                stage));
    hosts.put(id, host);
    host.tell(
        new HostActor.Seen(
            new ConnectionId("c-1"), "through-1", inventory(id, vcpus, diskGib, pool)));
    awaitView(id);
  }

  private static HostInventory inventory(HostId id, int vcpus, long diskGib, String pool) {
    var plain = Examples.inventory(id, vcpus, 64 * 1024, diskGib);
    return new HostInventory(
        plain.name(),
        plain.hypervisorType(),
        plain.hypervisorVersion(),
        plain.architecture(),
        plain.guestType(),
        plain.total(),
        plain.address(),
        pool.isEmpty() ? Set.of() : Set.of(new SharedPool(pool).trait()),
        Map.of());
  }

  /** Whatever a driver is asked to do, it does. */
  private static Behavior<ConnectionActor.Message> driver() {
    return Behaviors.receive(ConnectionActor.Message.class)
        .onMessage(
            ConnectionActor.Execute.class,
            run -> {
              var target = run.command().target();
              run.replyTo()
                  .tell(
                      new DriverActor.Done(
                          target.operation(),
                          target.instance(),
                          run.command().name(),
                          DriverResult.Guest.GONE));
              return Behaviors.same();
            })
        .onAnyMessage(_ -> Behaviors.same())
        .build();
  }

  /** Afterwards its word is with the scheduler. */
  private void awaitView(HostId id) {
    stage.ask(hosts.get(id), HostActor.ViewReply.class, HostActor.GetView::new);
  }

  /** From now on the scheduler hears nothing of what hosts do by themselves. */
  public void cutOff() {
    post = stage.nobody();
  }

  /** Nobody hears from this host any more. */
  void silence(HostId host) {
    hosts.put(host, stage.nobody());
  }

  /** Hosts ask this one from now on. */
  void schedulerIs(ActorRef<SchedulerActor.Message> other) {
    stage.leave(scheduler);
    scheduler = other;
    isReal = false;
  }

  public String zone(HostId host) {
    return zones.get(host);
  }

  public HostActor.ClaimReply claim(HostId host, RequestSpec spec) {
    var reply = stage.probe(HostActor.ClaimReply.class);
    for (int i = 0; i < 20; i++) {
      hosts.get(host).tell(new HostActor.MakeClaim(spec, 1, reply.getRef()));
      if (!(reply.receiveMessage() instanceof HostActor.ClaimUnsure)) {
        hosts.get(host).tell(new HostActor.MakeClaim(spec, 1, reply.getRef()));
        return reply.receiveMessage();
      }
      stage.pass(Duration.ofSeconds(1));
    }
    throw new AssertionError("never sure");
  }

  public Set<HostId> ids() {
    return hosts.keySet();
  }

  int instancesOn(HostId host) {
    return view(host).instances().size();
  }

  /** The host's own word. */
  public HostView view(HostId host) {
    return stage
        .ask(hosts.get(host), HostActor.ViewReply.class, HostActor.GetView::new)
        .view()
        .orElseThrow();
  }

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return stage.instance(id);
  }

  @Override
  public ActorRef<HostActor.Message> host(HostId id) {
    return hosts.get(id);
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return driver;
  }

  @Override
  public RecipientRef<ProjectActor.Message> project(ProjectId id) {
    return stage.project(id);
  }

  @Override
  public RecipientRef<NetworkActor.Message> network(String networkId) {
    return stage.network(networkId);
  }

  @Override
  public ActorRef<VolumesActor.Message> volumes(ProjectId project) {
    return volumes.computeIfAbsent(
        project,
        _ ->
            stage.enter(
                VolumesActor.create(project.value(), this, () -> new VolumeLimits(-1, -1), stage)));
  }

  @Override
  public RecipientRef<CatalogActor.Message> catalog(String kind) {
    return catalog;
  }

  @Override
  public RecipientRef<ServerGroupActor.Message> serverGroup(String groupId) {
    return stage.serverGroup(groupId);
  }

  @Override
  public RecipientRef<ImagesActor.Message> images() {
    return stage.images();
  }

  @Override
  public ActorRef<SchedulerActor.Message> scheduler() {
    return scheduler;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> schedulerPost() {
    return post;
  }
}
