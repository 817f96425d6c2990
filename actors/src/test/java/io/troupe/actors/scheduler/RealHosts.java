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
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.FleetSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.RecipientRef;

/** Hosts and a scheduler as they are; everybody else is the stage. */
final class RealHosts implements Entities {
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 1, 1, 1, 0, 0, 0, "nova");

  private final Stage stage;
  private final ActorRef<CatalogActor.Message> catalog;
  private final Map<HostId, ActorRef<HostActor.Message>> hosts = new LinkedHashMap<>();
  private final Map<HostId, String> zones = new LinkedHashMap<>();
  ActorRef<SchedulerActor.Message> scheduler;
  private boolean isReal;

  /** What hosts tell the scheduler goes there; cut off, it is lost on the way. */
  private RecipientRef<SchedulerActor.Message> post;

  RealHosts(Stage stage) {
    this.stage = stage;
    this.catalog = stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {}));
    newScheduler();
  }

  /** One that knows nothing yet; the former one is gone. */
  void newScheduler() {
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
  }

  void add(String name, String zone, int vcpus) {
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
            new ConnectionId("c-1"), "through-1", Examples.inventory(id, vcpus, 64 * 1024, 1000)));
    awaitView(id);
  }

  /** Afterwards its word is with the scheduler. */
  private void awaitView(HostId id) {
    stage.ask(hosts.get(id), HostActor.ViewReply.class, HostActor.GetView::new);
  }

  /** From now on the scheduler hears nothing of what hosts do by themselves. */
  void cutOff() {
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

  String zone(HostId host) {
    return zones.get(host);
  }

  HostActor.ClaimReply claim(HostId host, RequestSpec spec) {
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

  Set<HostId> ids() {
    return hosts.keySet();
  }

  int instancesOn(HostId host) {
    return stage
        .ask(hosts.get(host), HostActor.ViewReply.class, HostActor.GetView::new)
        .view()
        .orElseThrow()
        .instances()
        .size();
  }

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return stage.instance(id);
  }

  @Override
  public RecipientRef<HostActor.Message> host(HostId id) {
    return hosts.get(id);
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return stage.connection(id);
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
  public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
    return stage.volumes(project);
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
  public RecipientRef<SchedulerActor.Message> scheduler() {
    return scheduler;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> schedulerPost() {
    return post;
  }
}
