package io.troupe.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.catalog.CatalogCopy;
import io.troupe.actors.cluster.ClusterEntities;
import io.troupe.actors.cluster.ShardedCatalog;
import io.troupe.actors.cluster.ShardedCloud;
import io.troupe.actors.cluster.ShardedHosts;
import io.troupe.actors.drain.DrainActor;
import io.troupe.actors.drain.DrainRunner;
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.FileTransfers;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.actors.image.ImageUpload;
import io.troupe.actors.rebalance.RebalanceActor;
import io.troupe.actors.rebalance.RebalanceRunner;
import io.troupe.actors.view.IndexCopy;
import io.troupe.actors.view.IndexFeed;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.JmxSettings;
import io.troupe.config.PciAlias;
import io.troupe.config.Settings;
import io.troupe.core.cluster.ClusterConfig;
import io.troupe.core.cluster.EndedMembers;
import io.troupe.core.cluster.Members;
import io.troupe.core.journal.DataDirectory;
import io.troupe.core.journal.Journal;
import io.troupe.core.journal.JournalUnavailable;
import io.troupe.drivers.DriverProviders;
import io.troupe.http.Api;
import io.troupe.http.HttpServer;
import io.troupe.node.jmx.NodeBeans;
import io.troupe.node.jmx.RemoteAccess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.pattern.Patterns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: the wiring of everything, in the order in which it has to be there.
 *
 * <pre>
 *   data directory → actor system → journal → cluster → catalog → index of instances → entities → HTTP
 * </pre>
 */
public final class TroupeNode {
  /** Longer than any part takes on a slow disk; then something is broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long requests in progress may take when the node stops. */
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(10);

  private static final MBeanServer MBEANS = ManagementFactory.getPlatformMBeanServer();

  private final Settings settings;
  private final ActorSystem<Void> system;
  private final Catalog catalog;
  private final Hosts hosts;
  private final ImageStore images;
  private final ServerBinding binding;

  private TroupeNode(
      Settings settings,
      ActorSystem<Void> system,
      Catalog catalog,
      Hosts hosts,
      ImageStore images,
      ServerBinding binding) {
    this.settings = settings;
    this.system = system;
    this.catalog = catalog;
    this.hosts = hosts;
    this.images = images;
    this.binding = binding;
  }

  /**
   * Starts a node, alone or as a member of its cluster; returns when it serves.
   *
   * @throws StartRefused when the port, the data directory or the journal cannot be had, or the
   *     cluster does not let it in
   */
  public static TroupeNode start(Settings settings) throws StartRefused, IOException {
    return start(settings, ConfigFactory.empty());
  }

  /**
   * @param engine what the operator says to Pekko and Cassandra's driver; wins over what we say
   */
  static TroupeNode start(Settings settings, Config engine) throws StartRefused, IOException {
    var directory = takeDirectory(settings.dataDir());
    Optional<RemoteAccess> remote;
    try {
      requireFree(settings.http());
      remote = remoteAccess(settings.jmx());
    } catch (StartRefused refused) {
      directory.close();
      throw refused;
    }
    log(); // in a directory that is ours, and by one thread: several at once make it complain
    ProcessFile.write(settings.dataDir());
    var journal = Journal.of(settings.journal(), settings.dataDir());
    ActorSystem<Void> system;
    try {
      system =
          actorSystem(
              ClusterConfig.SYSTEM,
              engine
                  .withFallback(ClusterConfig.toJoin(settings.cluster()))
                  .withFallback(journal.config())
                  .withFallback(ConfigFactory.parseResources("troupe-pekko.conf")));
    } catch (StartRefused refused) {
      ProcessFile.remove(settings.dataDir());
      directory.close();
      throw refused;
    }
    system
        .getWhenTerminated()
        .whenComplete(
            (_, _) -> {
              try {
                ProcessFile.remove(settings.dataDir());
                directory.close();
              } catch (IOException e) {
                log().warn("the data directory's lock could not be given back: {}", e.toString());
              }
            });
    try {
      return wire(settings, engine, system, journal, remote);
    } catch (StartRefused | RuntimeException | IOException failure) {
      system.terminate();
      await(system.getWhenTerminated());
      throw failure;
    }
  }

  /**
   * @throws StartRefused when a value cannot be what it is: only Pekko knows its own settings
   */
  static ActorSystem<Void> actorSystem(String name, Config config) throws StartRefused {
    try {
      return ActorSystem.create(Behaviors.empty(), name, ConfigFactory.load(config));
    } catch (ConfigException e) {
      throw new StartRefused("the configuration cannot be used: " + ConfigFile.oneLine(e));
    }
  }

  private static TroupeNode wire(
      Settings settings,
      Config engine,
      ActorSystem<Void> system,
      Journal journal,
      Optional<RemoteAccess> remote)
      throws IOException, StartRefused {
    try {
      journal.prepare(system); // before the others see this node
    } catch (JournalUnavailable e) {
      throw new StartRefused(e.getMessage());
    }
    Membership.join(system, settings.cluster());
    if (!settings.cluster().alone()) {
      system.systemActorOf(EndedMembers.create(), "ended-members", Props.empty());
    }

    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var index = new InstanceIndex(settings.view().deletedKept());
    var copy = new CatalogCopy();
    var images = new FileImageStore(settings.shared().imageDir());
    var providers = DriverProviders.onClassPath();
    var transfers = new FileTransfers(settings.shared().imageDir());
    var entities =
        new ClusterEntities(
            system, settings, copy, index, metrics, images::open, transfers, providers);
    var catalog = new ShardedCatalog(system, entities, copy);
    entities.startCatalog();
    var lastWords = new LastWords(system, journal, index, entities);
    var cluster = Cluster.get(system);
    var feed =
        system.systemActorOf(
            IndexFeed.create(
                index, lastWords::since, () -> Members.othersThan(cluster), Clock.systemUTC()),
            "index-feed",
            Props.empty());
    var restored = restore(system, journal, feed, index);
    await(catalog.load());
    restored.toCompletableFuture().join(); // as long as it goes on
    feed.tell(new IndexFeed.Restored());
    var uploads = new ImageUpload(catalog, images, ImageLimits.DEFAULT, Clock.systemUTC());
    resumeUploads(system, settings, uploads);
    entities.start(catalog, uploads);
    system.systemActorOf(
        Waker.create(entities, index, catalog, settings.view(), settings.operations()),
        "waker",
        Props.empty());

    var cloud = new ShardedCloud(system, entities, entities.nearbyIds()::next, catalog, index);
    var hosts = new ShardedHosts(system, entities, catalog, providers);
    ClusterSingleton.get(system)
        .init(
            SingletonActor.of(
                DrainActor.create(new DrainRunner(catalog, hosts, cloud, Clock.systemUTC())),
                "drains"));
    ClusterSingleton.get(system)
        .init(
            SingletonActor.of(
                RebalanceActor.create(new RebalanceRunner(catalog, cloud, Clock.systemUTC())),
                "rebalancing"));
    var api =
        new Api(
            cloud,
            catalog,
            cloud,
            cloud,
            hosts,
            cloud,
            settings.quotas(),
            cloud,
            settings.scheduler(),
            settings.fleet().pciAliases().stream().map(PciAlias::name).collect(Collectors.toSet()),
            images,
            ImageLimits.DEFAULT,
            () -> notReady(system, copy),
            TokenKey.in(settings.shared().tokenKeyFile(), settings.cluster().alone()),
            settings.api(),
            metrics,
            Clock.systemUTC());
    var binding = bind(settings.http(), engine, system, api);
    binding.addToCoordinatedShutdown(LAST_REQUESTS, system);
    if (!settings.cluster().alone()) {
      drainBeforeStop(system, Duration.ofMillis(settings.http().drainMillis()));
    }
    var beans =
        NodeBeans.register(
            MBEANS,
            system,
            settings.cluster().name(),
            entities,
            catalog,
            hosts,
            index,
            metrics,
            Clock.systemUTC());
    system.getWhenTerminated().whenComplete((_, _) -> beans.close());
    if (remote.isPresent()) {
      open(remote.get());
      system.getWhenTerminated().whenComplete((_, _) -> remote.get().close());
    }
    log().info("serving on {}", binding.localAddress());
    return new TroupeNode(settings, system, catalog, hosts, images, binding);
  }

  /** From another node if one has it all, else from the journal. */
  private static CompletionStage<Integer> restore(
      ActorSystem<?> system,
      Journal journal,
      ActorRef<IndexFeed.Message> feed,
      InstanceIndex index) {
    var copied =
        Members.othersThan(Cluster.get(system)).isEmpty()
            ? CompletableFuture.completedFuture(Optional.<Integer>empty())
            : IndexCopy.take(system, feed, index);
    return copied.thenCompose(
        copy ->
            copy.map(CompletableFuture::completedStage)
                .orElseGet(() -> IndexRecovery.run(system, journal, index)));
  }

  /**
   * Alone, every upload there is at the start died with our former life; in a cluster another node
   * may be at it. Bytes that could not be removed are seen to now and then.
   */
  private static void resumeUploads(
      ActorSystem<Void> system, Settings settings, ImageUpload uploads) throws IOException {
    if (settings.cluster().alone()) {
      uploads.resume(Duration.ZERO);
    }
    Runnable look =
        () -> {
          try {
            uploads.resume(ImageUpload.DEAD_AFTER);
          } catch (IOException | RuntimeException e) {
            log().warn("uploads that were broken off are looked at later: {}", e.toString());
          }
        };
    system
        .scheduler()
        .scheduleWithFixedDelay(
            settings.cluster().alone() ? ImageUpload.DEAD_AFTER : Duration.ZERO,
            ImageUpload.DEAD_AFTER,
            () -> Thread.ofVirtual().name("uploads").start(look),
            system.executionContext());
  }

  private static Optional<String> notReady(ActorSystem<?> system, CatalogCopy copy) {
    if (HttpServer.isStopping(system)) {
      return Optional.of("this node is stopping");
    }
    return copy.complete() ? Optional.empty() : Optional.of("the catalog is being read");
  }

  /**
   * A node that leaves serves on until its clients have gone elsewhere; one that is downed does
   * not.
   */
  private static void drainBeforeStop(ActorSystem<?> system, Duration drain) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "drain",
            () ->
                wasDowned(system)
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : Patterns.after(
                        drain,
                        system.classicSystem(),
                        () -> CompletableFuture.completedFuture(Done.getInstance())));
  }

  private static ServerBinding bind(
      Settings.HttpSettings http, Config engine, ActorSystem<Void> system, Api api)
      throws StartRefused {
    try {
      return await(HttpServer.start(system, http.interfaceName(), http.port(), api, engine));
    } catch (CompletionException e) {
      if (e.getCause() instanceof BindException
          || e.getCause().getCause() instanceof BindException) {
        throw inUse(http);
      }
      throw e;
    }
  }

  private static Optional<RemoteAccess> remoteAccess(JmxSettings jmx) throws StartRefused {
    try {
      return jmx.enabled() ? Optional.of(RemoteAccess.of(jmx)) : Optional.empty();
    } catch (RemoteAccess.Refused refused) {
      throw new StartRefused(refused.getMessage());
    }
  }

  private static void open(RemoteAccess remote) throws StartRefused {
    try {
      remote.open(MBEANS);
    } catch (RemoteAccess.Refused refused) {
      throw new StartRefused(refused.getMessage());
    }
  }

  private static DataDirectory takeDirectory(Path directory) throws StartRefused {
    try {
      return DataDirectory.take(directory);
    } catch (DataDirectory.InUse inUse) {
      throw new StartRefused(inUse.getMessage());
    } catch (IOException e) {
      throw new StartRefused("cannot use the data directory " + directory + ": " + words(e));
    }
  }

  private static String words(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.FileAlreadyExistsException _ -> "it is not a directory";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }

  /** Before anything is started: whoever has the port gets to hear of nothing. */
  private static void requireFree(Settings.HttpSettings http) throws StartRefused {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(http.interfaceName()), http.port()));
    } catch (IOException e) {
      throw e instanceof BindException ? inUse(http) : new StartRefused(e.getMessage());
    }
  }

  private static StartRefused inUse(Settings.HttpSettings http) {
    return new StartRefused(
        "port "
            + http.port()
            + " on "
            + http.interfaceName()
            + " is in use; choose another with --port");
  }

  /** No constant: the log file lies in the data directory, which has to be ours first. */
  private static Logger log() {
    return LoggerFactory.getLogger(TroupeNode.class);
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  public String url() {
    return "http://" + settings.http().interfaceName() + ":" + binding.localAddress().getPort();
  }

  public Path dataDir() {
    return settings.dataDir();
  }

  public Catalog catalog() {
    return catalog;
  }

  public Hosts hosts() {
    return hosts;
  }

  public ImageStore images() {
    return images;
  }

  /** Stops in order: no new requests, entities, journal. */
  public void stop() {
    await(CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.unknownReason()));
    system.getWhenTerminated().toCompletableFuture().join();
  }

  /**
   * Whether the cluster has put this node out: it was unreachable for too long, or in a minority.
   */
  public boolean wasDowned() {
    return wasDowned(system);
  }

  private static boolean wasDowned(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system)
        .getShutdownReason()
        .filter(CoordinatedShutdown.ClusterDowningReason$.class::isInstance)
        .isPresent();
  }

  /** Returns when somebody has stopped the node. */
  public void awaitStop() {
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
