package io.troupe.node;

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
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.Settings;
import io.troupe.core.journal.EmbeddedJournal;
import io.troupe.drivers.DriverProviders;
import io.troupe.http.Api;
import io.troupe.http.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: the wiring of everything, in the order in which it has to be there.
 *
 * <pre>
 *   data directory → actor system, cluster of one → journal → catalog → index of instances → entities → HTTP
 * </pre>
 */
public final class TroupeNode {
  /** Longer than any part takes on a slow disk; then something is broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
   * Starts a node that stands alone; returns when it serves.
   *
   * @throws StartRefused when the port or the data directory cannot be had
   */
  public static TroupeNode start(Settings settings) throws StartRefused, IOException {
    var journal = takeDirectory(settings.dataDir());
    try {
      requireFree(settings.http());
    } catch (StartRefused refused) {
      journal.close();
      throw refused;
    }
    var system =
        ActorSystem.<Void>create(
            Behaviors.empty(),
            "troupe",
            ConfigFactory.load(
                journal.config().withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))));
    system
        .getWhenTerminated()
        .whenComplete(
            (_, _) -> {
              try {
                journal.close();
              } catch (IOException e) {
                log().warn("the data directory's lock could not be given back: {}", e.toString());
              }
            });
    try {
      return wire(settings, system, journal);
    } catch (StartRefused | RuntimeException | IOException failure) {
      system.terminate();
      await(system.getWhenTerminated());
      throw failure;
    }
  }

  private static TroupeNode wire(
      Settings settings, ActorSystem<Void> system, EmbeddedJournal journal)
      throws IOException, StartRefused {
    var cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    await(journal.createTables(system));

    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var index = new InstanceIndex(settings.view().deletedKept());
    var copy = new CatalogCopy();
    var images = new FileImageStore(settings.dataDir().resolve("images"));
    var providers = DriverProviders.onClassPath();
    var entities =
        new ClusterEntities(system, settings, copy, index, metrics, images::open, providers);
    var catalog = new ShardedCatalog(system, entities, copy);
    entities.startCatalog();
    var restored = IndexRecovery.run(system, index);
    await(catalog.load());
    await(restored);
    entities.start();
    system.systemActorOf(
        Waker.create(entities, index, catalog, settings.view()),
        "waker",
        org.apache.pekko.actor.typed.Props.empty());

    var cloud = new ShardedCloud(system, entities, catalog, index);
    var hosts = new ShardedHosts(system, entities, catalog, providers);
    var api =
        new Api(
            cloud,
            catalog,
            cloud,
            hosts,
            cloud,
            settings.quotas(),
            cloud,
            images,
            ImageLimits.DEFAULT,
            () -> copy.complete() ? Optional.empty() : Optional.of("the catalog is being read"),
            TokenKey.in(settings.dataDir()),
            settings.api(),
            metrics,
            Clock.systemUTC());
    var binding = bind(settings.http(), system, api);
    log().info("serving on {}", binding.localAddress());
    return new TroupeNode(settings, system, catalog, hosts, images, binding);
  }

  private static ServerBinding bind(Settings.HttpSettings http, ActorSystem<Void> system, Api api)
      throws StartRefused {
    try {
      return await(HttpServer.start(system, http.interfaceName(), http.port(), api));
    } catch (CompletionException e) {
      if (e.getCause() instanceof BindException
          || e.getCause().getCause() instanceof BindException) {
        throw inUse(http);
      }
      throw e;
    }
  }

  private static EmbeddedJournal takeDirectory(Path directory) throws StartRefused {
    try {
      return EmbeddedJournal.open(directory);
    } catch (EmbeddedJournal.InUse inUse) {
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

  /** Returns when somebody has stopped the node. */
  public void awaitStop() {
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
