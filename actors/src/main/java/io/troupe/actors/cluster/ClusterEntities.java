package io.troupe.actors.cluster;

import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.CatalogCopy;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.catalog.Kinds;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.actors.catalog.SchedulerOverrides;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostState;
import io.troupe.actors.host.UnknownGuestsMeter;
import io.troupe.actors.image.ImageUpload;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.image.SnapshotImages;
import io.troupe.actors.image.SnapshotSink;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.OperationMeter;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.Limits;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.actors.scheduler.DeltaPostActor;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.actors.volume.VolumeLimits;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.Settings;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.DriverProviders;
import io.troupe.drivers.spi.DriverContext;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.pubsub.Topic;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;

/**
 * Starts every kind of entity on this node and finds them all. The one place that says how each is
 * made.
 */
public final class ClusterEntities implements Entities {
  private static final Duration SHARDS_ANSWER = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final ClusterSharding sharding;
  private final Settings settings;
  private final CatalogCopy catalog;
  private final InstanceIndex index;
  private final MeterRegistry metrics;
  private final DriverContext.ImageReader images;
  private final DriverContext.Transfers transfers;
  private final DriverProviders providers;
  private final Clock clock = Clock.systemUTC();
  private final NearbyIds nearbyIds;
  private ActorRef<SchedulerActor.Message> scheduler;
  private ActorRef<SchedulerActor.Message> schedulerPost;
  private ActorRef<ImagesActor.Message> imageDesk;

  /** One for each project and network that an instance of this node had something of. */
  private final Map<ProjectId, ActorRef<ProjectActor.Message>> projectPosts =
      new ConcurrentHashMap<>();

  private final Map<String, ActorRef<NetworkActor.Message>> networkPosts =
      new ConcurrentHashMap<>();

  public ClusterEntities(
      ActorSystem<?> system,
      Settings settings,
      CatalogCopy catalog,
      InstanceIndex index,
      MeterRegistry metrics,
      DriverContext.ImageReader images,
      DriverContext.Transfers transfers,
      DriverProviders providers) {
    this.system = system;
    this.sharding = ClusterSharding.get(system);
    this.nearbyIds = new NearbyIds(system);
    this.settings = settings;
    this.catalog = catalog;
    this.index = index;
    this.metrics = metrics;
    this.images = images;
    this.transfers = transfers;
    this.providers = providers;
  }

  /** First step: the catalog, which the others read from. Every node hears of each write to it. */
  public void startCatalog() {
    var topic =
        system.systemActorOf(
            Topic.create(CatalogActor.All.class, "catalog"), "catalog-topic", Props.empty());
    var listener =
        system.systemActorOf(
            Behaviors.<CatalogActor.All>receiveMessage(
                all -> {
                  copy(all);
                  return Behaviors.same();
                }),
            "catalog-copy",
            Props.empty());
    topic.tell(Topic.subscribe(listener));
    sharding.init(
        Entity.of(
                CatalogActor.KEY,
                context ->
                    CatalogActor.create(
                        Kinds.of(context.getEntityId()),
                        all -> {
                          copy(all);
                          topic.tell(Topic.publish(all));
                        }))
            .withSettings(neverLaidToRest()));
  }

  private void copy(CatalogActor.All all) {
    catalog.put(Kinds.of(all.kind()), all.revision(), all.entries());
  }

  /**
   * Second step, once the catalog has been read.
   *
   * @param written the catalog as it is written to
   */
  public void start(Catalog written, ImageUpload uploads) {
    var sink =
        new SnapshotSink(
            written, uploads, (id, image) -> instance(id).tell(new InstanceActor.Heard(image)));
    imageDesk =
        system.systemActorOf(
            ImagesActor.create(new SnapshotImages(written, uploads)), "images", Props.empty());
    var meter = new OperationMeter(metrics);
    var journal = new JournalMeter(metrics);
    var unknown = new UnknownGuestsMeter(metrics);
    sharding.init(
        Entity.of(
                InstanceActor.KEY,
                context ->
                    nearbyIds.notingShard(
                        InstanceActor.create(
                            new InstanceId(java.util.UUID.fromString(context.getEntityId())),
                            this,
                            index,
                            settings.operations(),
                            meter,
                            journal,
                            clock,
                            context.getShard())))
            .withStopMessage(new InstanceActor.Stop())
            .withSettings(neverLaidToRest()));
    sharding.init(
        Entity.of(
                HostActor.KEY,
                context ->
                    HostActor.create(
                        new HostId(context.getEntityId()),
                        this,
                        this::surroundings,
                        settings.fleet(),
                        journal,
                        unknown,
                        clock))
            .withSettings(neverLaidToRest()));
    sharding.init(
        Entity.of(
                ConnectionActor.KEY,
                context ->
                    ConnectionActor.create(
                        new ConnectionId(context.getEntityId()),
                        this,
                        () -> catalog.find(Connection.class, context.getEntityId()),
                        providers,
                        new DriverContext(images, sink, transfers, event -> {}),
                        settings.drivers(),
                        settings.fleet(),
                        clock))
            .withSettings(neverLaidToRest()));
    sharding.init(
        Entity.of(
            ProjectActor.KEY,
            context ->
                ProjectActor.create(
                    new ProjectId(context.getEntityId()),
                    () -> limits(context.getEntityId()),
                    journal)));
    sharding.init(
        Entity.of(
            NetworkActor.KEY,
            context ->
                NetworkActor.create(
                    context.getEntityId(),
                    () -> catalog.find(Network.class, context.getEntityId()),
                    settings.network(),
                    clock)));
    sharding.init(
        Entity.of(
                VolumesActor.KEY,
                context ->
                    VolumesActor.create(
                        context.getEntityId(),
                        this,
                        this::volumeLimits,
                        settings.volumes().placement(),
                        clock))
            .withSettings(neverLaidToRest()));
    sharding.init(
        Entity.of(
            ServerGroupActor.KEY, context -> ServerGroupActor.create(context.getEntityId(), this)));
    catalog.watch(Aggregate.class, this::tellHosts);
    scheduler =
        ClusterSingleton.get(system)
            .init(
                SingletonActor.of(
                    SchedulerActor.create(
                        this, this::connections, this::schedulerSettings, metrics, clock),
                    "scheduler"));
    schedulerPost = post("scheduler-post", DeltaPostActor.create(scheduler));
    ClusterSingleton.get(system)
        .init(SingletonActor.of(shardHomes(nearbyIds.oneOfEachShard()), "shard-homes"));
  }

  private Behavior<ShardHomes.Message> shardHomes(Map<String, InstanceId> visited) {
    return ShardHomes.create(
        visited.keySet(),
        this::instanceShards,
        shard -> instance(visited.get(shard)).tell(new InstanceActor.Wake()));
  }

  private CompletionStage<Set<String>> instanceShards() {
    return AskPattern.<ClusterShardingQuery, ShardRegion.ClusterShardingStats>ask(
            sharding.shardState(),
            to -> new GetClusterShardingStats(InstanceActor.KEY, SHARDS_ANSWER, to),
            SHARDS_ANSWER.plusSeconds(1),
            system.scheduler())
        .thenApply(
            stats ->
                stats.getRegions().values().stream()
                    .flatMap(region -> region.getStats().keySet().stream())
                    .collect(Collectors.toSet()));
  }

  /** Ids for new instances that will be on this node. */
  public NearbyIds nearbyIds() {
    return nearbyIds;
  }

  private Set<ConnectionId> connections() {
    return catalog.all(Connection.class).stream()
        .map(one -> new ConnectionId(one.id()))
        .collect(Collectors.toSet());
  }

  /** These go to rest by themselves (instances), or not at all: somebody has to watch a host. */
  private ClusterShardingSettings neverLaidToRest() {
    return ClusterShardingSettings.create(system).withNoPassivationStrategy();
  }

  private Limits limits(String projectId) {
    return catalog
        .find(Project.class, projectId)
        .map(
            project ->
                Limits.of(
                    QuotaLimits.of(
                        Optional.of(project),
                        catalog.find(QuotaClass.class, QuotaClass.DEFAULT),
                        settings.quotas())))
        .orElse(Limits.NOTHING);
  }

  private VolumeLimits volumeLimits() {
    var most = settings.volumes();
    return new VolumeLimits(most.volumes(), most.gigabytes(), most.largestGib(), most.snapshots());
  }

  /** Hosts of aggregates that came, went or changed tell the scheduler what they are now. */
  private void tellHosts(List<CatalogEntry> before, List<CatalogEntry> after) {
    var affected = new HashSet<String>();
    before.stream().filter(one -> !after.contains(one)).forEach(one -> addHosts(one, affected));
    after.stream().filter(one -> !before.contains(one)).forEach(one -> addHosts(one, affected));
    affected.forEach(name -> host(new HostId(name)).tell(new HostActor.Publish()));
  }

  private static void addHosts(CatalogEntry entry, Set<String> hosts) {
    if (entry instanceof Aggregate aggregate) {
      hosts.addAll(aggregate.hosts());
    }
  }

  /** As configured, with what an administrator has changed since. */
  private SchedulerSettings schedulerSettings() {
    var changes = catalog.find(SchedulerOverrides.class, SchedulerOverrides.KEY);
    var known = changed;
    if (known == null || !known.changes().equals(changes)) {
      var now = changes.map(one -> one.appliedTo(settings.scheduler()));
      known = new Changed(changes, now.orElseGet(settings::scheduler));
      changed = known;
    }
    return known.settings();
  }

  /** Settings and what they were made of, since they are read for every decision. */
  private record Changed(Optional<SchedulerOverrides> changes, SchedulerSettings settings) {}

  private volatile Changed changed;

  private HostState.Surroundings surroundings(
      HostId host, Optional<ConnectionId> connection, boolean up) {
    Map<String, Set<String>> metadata = new HashMap<>();
    var zone = settings.fleet().defaultZone();
    for (Aggregate aggregate : catalog.all(Aggregate.class)) {
      if (aggregate.hosts().contains(host.value())) {
        aggregate
            .metadata()
            .forEach(
                (key, value) -> metadata.computeIfAbsent(key, _ -> new HashSet<>()).add(value));
        zone = aggregate.availabilityZone().orElse(zone);
      }
    }
    var registered = connection.flatMap(id -> catalog.find(Connection.class, id.value()));
    return new HostState.Surroundings(
        zone,
        metadata,
        registered.map(Connection::enabled).orElse(false),
        registered.map(Connection::disabledReason).orElse("its connection was removed"),
        up);
  }

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return sharding.entityRefFor(InstanceActor.KEY, id.toString());
  }

  @Override
  public RecipientRef<HostActor.Message> host(HostId id) {
    return sharding.entityRefFor(HostActor.KEY, id.value());
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return sharding.entityRefFor(ConnectionActor.KEY, id.value());
  }

  @Override
  public RecipientRef<ProjectActor.Message> project(ProjectId id) {
    return sharding.entityRefFor(ProjectActor.KEY, id.value());
  }

  @Override
  public RecipientRef<NetworkActor.Message> network(String networkId) {
    return sharding.entityRefFor(NetworkActor.KEY, networkId);
  }

  @Override
  public RecipientRef<ProjectActor.Message> projectPost(ProjectId id) {
    return projectPosts.computeIfAbsent(
        id,
        _ ->
            post(
                "project-post-" + id,
                ReleasePost.create(
                    project(id), ProjectActor.Reply.class, ProjectActor.Release::new)));
  }

  @Override
  public RecipientRef<NetworkActor.Message> networkPost(String networkId) {
    return networkPosts.computeIfAbsent(
        networkId,
        _ ->
            post(
                "network-post-" + networkId,
                ReleasePost.create(
                    network(networkId), NetworkActor.Reply.class, NetworkActor.Release::new)));
  }

  private <M> ActorRef<M> post(String name, Behavior<M> behavior) {
    return system.systemActorOf(behavior, name, Props.empty());
  }

  @Override
  public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
    return sharding.entityRefFor(VolumesActor.KEY, project.value());
  }

  @Override
  public RecipientRef<CatalogActor.Message> catalog(String kind) {
    return sharding.entityRefFor(CatalogActor.KEY, kind);
  }

  @Override
  public RecipientRef<ServerGroupActor.Message> serverGroup(String groupId) {
    return sharding.entityRefFor(ServerGroupActor.KEY, groupId);
  }

  @Override
  public RecipientRef<ImagesActor.Message> images() {
    return imageDesk;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> scheduler() {
    return scheduler;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> schedulerPost() {
    return schedulerPost;
  }
}
