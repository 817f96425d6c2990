package io.troupe.bench.placement;

import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Entities;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.Connection;
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
import io.troupe.actors.scheduler.DeltaPostActor;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.SchedulerFigures;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.Settings;
import io.troupe.core.journal.Journal;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.DriverProviders;
import io.troupe.drivers.spi.DriverContext;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/** A scheduler and its hosts on the embedded journal. Instances stand by every claim they made. */
final class LocalCloud implements Entities, AutoCloseable {
  private static final ConnectionId CONNECTION = new ConnectionId("bench");
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final DriverContext.ImageReader NO_IMAGES =
      image -> {
        throw new FileNotFoundException(image);
      };

  private final ActorSystem<Void> system;
  private final Settings settings;
  private final JournalMeter journal;
  private final Clock clock = Clock.systemUTC();
  private final Connection connection;
  private final Map<HostId, ActorRef<HostActor.Message>> hosts = new ConcurrentHashMap<>();
  private final Map<String, ActorRef<ServerGroupActor.Message>> groups = new ConcurrentHashMap<>();
  private final ActorRef<CatalogActor.Message> pause;
  private final ActorRef<InstanceActor.Message> instances;
  private final ActorRef<ConnectionActor.Message> driver;
  private final ActorRef<SchedulerActor.Message> post;

  /** Stands where the cluster's proxy stands: always there, whoever is behind it. */
  private final ActorRef<SchedulerActor.Message> singleton;

  private final ActorRef<Object> mover;

  /**
   * @param directory of the journal; should be empty
   */
  LocalCloud(Path directory, int hostCount) {
    var reference = ConfigFactory.parseResources("reference-troupe.conf");
    this.settings = Settings.of(ConfigFactory.load(reference));
    var store = Journal.of(settings.journal(), directory);
    this.system =
        ActorSystem.create(
            Behaviors.empty(),
            "bench",
            ConfigFactory.load(
                ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(store.config())
                    .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))));
    this.journal = new JournalMeter(new SimpleMeterRegistry());
    this.connection =
        new Connection(
            CONNECTION.value(),
            "fake://bench?hosts=" + hostCount,
            Map.of(),
            true,
            "",
            clock.instant());
    this.pause = enter(CatalogActor.create(SchedulingPause.class, _ -> {}), "pause");
    this.instances = enter(standing(), "instances");
    this.mover = enter(Behaviors.setup(context -> new Singleton(context)), "scheduler");
    this.singleton = mover.narrow();
    this.post = enter(DeltaPostActor.create(singleton), "post");
    startScheduler();
    this.driver =
        enter(
            ConnectionActor.create(
                CONNECTION,
                this,
                () -> Optional.of(connection),
                DriverProviders.onClassPath(),
                new DriverContext(NO_IMAGES, _ -> {}),
                settings.drivers(),
                settings.fleet(),
                clock),
            "connection");
  }

  private <M> ActorRef<M> enter(Behavior<M> behavior, String name) {
    return system.systemActorOf(behavior, name, Props.empty());
  }

  /** The former scheduler is gone before the next one asks anybody, as in a cluster. */
  private record Move() {}

  private final class Singleton extends AbstractBehavior<Object> {
    private Optional<ActorRef<SchedulerActor.Message>> scheduler = Optional.empty();

    private Singleton(ActorContext<Object> context) {
      super(context);
    }

    @Override
    public Receive<Object> createReceive() {
      return newReceiveBuilder().onAnyMessage(this::on).build();
    }

    private Behavior<Object> on(Object message) {
      switch (message) {
        case Move() -> {
          scheduler.ifPresent(getContext()::stop);
          scheduler =
              Optional.of(
                  getContext()
                      .spawnAnonymous(
                          SchedulerActor.create(
                              LocalCloud.this,
                              () -> Set.of(CONNECTION),
                              settings.scheduler(),
                              new SimpleMeterRegistry(),
                              clock)));
        }
        case SchedulerActor.Message to -> scheduler.orElseThrow().tell(to);
        default -> throw new IllegalArgumentException("not for a scheduler: " + message);
      }
      return this;
    }
  }

  private static Behavior<InstanceActor.Message> standing() {
    return Behaviors.receiveMessage(
        message -> {
          if (message instanceof InstanceActor.ConfirmClaim(var host, var generation, var to)) {
            to.tell(
                new InstanceActor.ClaimConfirmed(
                    InstanceId.fresh(), host, generation, true, false, true));
          }
          return Behaviors.same();
        });
  }

  /** As when the singleton moves: the new one knows nothing. */
  void startScheduler() {
    mover.tell(new Move());
  }

  /** Waits until the scheduler knows so many hosts. */
  void awaitHosts(int count) throws InterruptedException {
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (figures().hosts() < count) {
      if (System.nanoTime() > patience) {
        throw new IllegalStateException("only " + figures().hosts() + " hosts after 5 minutes");
      }
      Thread.sleep(100);
    }
  }

  SchedulerFigures figures() {
    return ask(singleton, SchedulerActor.GetFigures::new);
  }

  PlacementReport explain(RequestSpec spec) {
    return ask(singleton, to -> new SchedulerActor.Explain(spec, to));
  }

  Optional<HostView> view(HostId host) {
    HostActor.ViewReply reply = ask(hosts.get(host), HostActor.GetView::new);
    return reply.view();
  }

  Map<HostId, ActorRef<HostActor.Message>> hosts() {
    return hosts;
  }

  <M, R> R ask(ActorRef<M> actor, Function<ActorRef<R>, M> question) {
    return askLater(actor, question).join();
  }

  <M, R> CompletableFuture<R> askLater(ActorRef<M> actor, Function<ActorRef<R>, M> question) {
    return AskPattern.<M, R>ask(actor, question::apply, ANSWER, system.scheduler())
        .toCompletableFuture();
  }

  ActorSystem<?> system() {
    return system;
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  // ---- entities

  @Override
  public RecipientRef<HostActor.Message> host(HostId id) {
    return hosts.computeIfAbsent(
        id,
        _ ->
            enter(
                HostActor.create(
                    id, this, (_, _, up) -> surroundings(up), settings.fleet(), journal, clock),
                "host-" + id.value()));
  }

  private HostState.Surroundings surroundings(boolean up) {
    return new HostState.Surroundings(settings.fleet().defaultZone(), Map.of(), true, "", up);
  }

  @Override
  public RecipientRef<ServerGroupActor.Message> serverGroup(String id) {
    return groups.computeIfAbsent(id, _ -> enter(ServerGroupActor.create(id, this), "group-" + id));
  }

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return instances;
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return driver;
  }

  @Override
  public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
    throw new UnsupportedOperationException("nobody has volumes here");
  }

  @Override
  public RecipientRef<CatalogActor.Message> catalog(String kind) {
    return pause;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> scheduler() {
    return singleton;
  }

  @Override
  public RecipientRef<SchedulerActor.Message> schedulerPost() {
    return post;
  }

  @Override
  public RecipientRef<ProjectActor.Message> project(ProjectId id) {
    throw new UnsupportedOperationException("nobody asks for quotas here");
  }

  @Override
  public RecipientRef<NetworkActor.Message> network(String networkId) {
    throw new UnsupportedOperationException("nobody asks for networks here");
  }

  @Override
  public RecipientRef<ImagesActor.Message> images() {
    throw new UnsupportedOperationException("nobody asks for images here");
  }
}
