package io.troupe.http.whole;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.actors.Answer;
import io.troupe.actors.catalog.CatalogCopy;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.actors.cluster.ClusterEntities;
import io.troupe.actors.cluster.ShardedCatalog;
import io.troupe.actors.cluster.ShardedCloud;
import io.troupe.actors.cluster.ShardedHosts;
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.FileTransfers;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageUpload;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.InstanceEvent;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.Settings;
import io.troupe.core.cluster.ClusterConfig;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.DriverProviders;
import io.troupe.drivers.spi.VolumeRef;
import io.troupe.http.Api;
import io.troupe.http.HttpServer;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.identity.Passwords;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.crypto.spec.SecretKeySpec;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.SnapshotMeta;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.testkit.javadsl.SnapshotTestKit;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/**
 * A cloud with the project {@code admin} without limits and its user {@code root}, flavors {@code
 * small} and {@code large}, an active image and a network. Instances named {@code
 * hold-at-KIND.STEP} stay at that step, see {@code Drill}.
 */
final class WholeCloud implements AutoCloseable {
  static final String SERVERS = "/compute/v2.1/servers/";
  static final String IMAGE = "11111111-1111-4111-8111-111111111111";

  /** As a server has it whose guest has got it. */
  static final AttachedVolume ATTACHED =
      new AttachedVolume(
          new VolumeRef("55555555-5555-4555-8555-555555555555", "data", "qcow2"),
          "66666666-6666-4666-8666-666666666666",
          1,
          "/dev/vdb",
          false,
          false,
          Optional.empty());

  static final String NETWORK = "33333333-3333-4333-8333-333333333333";
  private static final String PROJECT = "a0000000000000000000000000000000";
  private static final String PASSWORD = "secret";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static {
    System.setProperty("io.troupe.drill", "true"); // before the first instance reads it
  }

  private final Path directory;
  private final ActorSystem<Void> system;
  private final ShardedCatalog catalog;
  private final ShardedCloud cloud;
  private final ShardedHosts hosts;
  private final ServerBinding binding;
  private final PersistenceTestKit journal;
  private final SnapshotTestKit snapshots;
  private final ObjectMapper states;

  private WholeCloud(String overrides) throws IOException {
    directory = Files.createTempDirectory("whole-cloud");
    var reference =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseResources("reference-troupe.conf"));
    var settings = Settings.of(ConfigFactory.load(reference));
    system =
        ActorSystem.create(
            Behaviors.empty(),
            ClusterConfig.SYSTEM,
            ConfigFactory.load(
                ConfigFactory.parseString("pekko.loglevel = WARNING")
                    .withFallback(ClusterConfig.of(settings.cluster()))
                    .withFallback(PersistenceTestKitPlugin.getInstance().config())
                    .withFallback(PersistenceTestKitSnapshotPlugin.config())
                    .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))));
    journal = PersistenceTestKit.create(system);
    snapshots = SnapshotTestKit.create(system);
    states =
        JacksonObjectMapperProvider.get(system).getOrCreate("instance-state", Optional.empty());
    var member = Cluster.get(system);
    member.manager().tell(Join.create(member.selfMember().address()));
    until(() -> member.selfMember().status() == MemberStatus.up());

    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var index = new InstanceIndex(settings.view().deletedKept());
    var copy = new CatalogCopy();
    var images = new FileImageStore(directory.resolve("images"), 0);
    var providers = DriverProviders.onClassPath();
    var entities =
        new ClusterEntities(
            system,
            settings,
            copy,
            index,
            metrics,
            images::open,
            new FileTransfers(directory.resolve("images")),
            providers);
    catalog = new ShardedCatalog(system, entities, copy);
    entities.startCatalog();
    await(catalog.load());
    var uploads = new ImageUpload(catalog, images, ImageLimits.DEFAULT, Clock.systemUTC());
    entities.start(catalog, uploads);
    cloud = new ShardedCloud(system, entities, entities.nearbyIds()::next, catalog, index);
    hosts = new ShardedHosts(system, entities, catalog, providers);
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
            Set.of(),
            images,
            ImageLimits.DEFAULT,
            Optional::empty,
            new SecretKeySpec(new byte[32], "HmacSHA256"),
            settings.api(),
            metrics,
            Clock.systemUTC());
    seed(uploads);
    binding = await(HttpServer.start(system, "127.0.0.1", 0, api, ConfigFactory.empty()));
  }

  /**
   * @param settings what is not as usual, in HOCON
   * @param hypervisors addresses of fake ones, each a connection of its own
   */
  static WholeCloud start(String settings, String... hypervisors) throws IOException {
    var made = new WholeCloud(settings);
    for (int n = 0; n < hypervisors.length; n++) {
      accepted(await(made.hosts.register("fake-" + n, hypervisors[n], Map.of())));
    }
    return made;
  }

  private void seed(ImageUpload uploads) throws IOException {
    var now = Instant.now();
    var unlimited =
        Map.of("instances", -1L, "cores", -1L, "ram", -1L, "metadata_items", -1L, "key_pairs", -1L);
    create(new Project(PROJECT, "admin", true, Optional.empty(), unlimited));
    create(
        new User(
            "root",
            "root",
            Passwords.hash(PASSWORD),
            true,
            Optional.of(PROJECT),
            Optional.empty()));
    create(new RoleAssignment("root", PROJECT, "admin"));
    flavor("small", 1, 128, 1);
    flavor("large", 2, 256, 2);
    var subnet =
        new Network.Subnet(
            "44444444-4444-4444-8444-444444444444",
            "private-subnet",
            "10.0.0.0/16",
            Optional.of("10.0.0.1"),
            List.of(),
            "10.0.0.10",
            "10.0.255.254");
    create(new Network(NETWORK, "private", PROJECT, true, 1500, List.of(subnet), now));
    create(
        new Image(
            IMAGE,
            "tiny",
            PROJECT,
            "public",
            ImageUpload.QUEUED,
            "raw",
            "bare",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0,
            false,
            false,
            Map.of(),
            Set.of(),
            now,
            now));
    uploads.receive(IMAGE, new ByteArrayInputStream(new byte[1 << 16]));
  }

  private void flavor(String name, int vcpus, long ramMib, int rootGib) {
    create(
        new Flavor(
            name,
            name,
            vcpus,
            ramMib,
            rootGib,
            0,
            0,
            1.0,
            true,
            Optional.empty(),
            Map.of(),
            Set.of(),
            Instant.now()));
  }

  private void create(CatalogEntry entry) {
    accepted(await(catalog.create(entry)));
  }

  private static <T> T accepted(Answer<T> answer) {
    return switch (answer) {
      case Answer.Accepted<T>(var value) -> value;
      case Answer.Rejected<T>(var reason) -> throw new AssertionError(reason.toString());
    };
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  static void until(BooleanSupplier condition) {
    var patience = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > patience) {
        throw new AssertionError("not within " + PATIENCE);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The administrator, with a token and this microversion. */
  TestClient admin(String microversion) {
    var base = "http://127.0.0.1:" + binding.localAddress().getPort();
    return new TestClient(base, Optional.empty(), Optional.empty())
        .login("root", PASSWORD, "admin")
        .at(microversion);
  }

  /** As the instance's actor knows it now. */
  InstanceView view(InstanceId id) {
    return await(cloud.get(id)).orElseThrow();
  }

  boolean isThere(InstanceId id) {
    return await(cloud.get(id)).isPresent();
  }

  /** Waits until nothing is in progress, and says how it is then. */
  InstanceView atRest(InstanceId id) {
    until(() -> view(id).taskState().isEmpty());
    return view(id);
  }

  /** What its journal makes of the instance now. */
  InstanceState stateOf(InstanceId id) {
    var state = InstanceState.absent(id);
    for (Object written : journal.persistedInStorage("instance|" + id)) {
      var event = written instanceof Tagged tagged ? tagged.payload() : written;
      state = state.evolve((InstanceEvent) event);
    }
    return state;
  }

  /** The same as another instance, with changes to what is written of it. */
  InstanceState like(InstanceState model, Consumer<ObjectNode> changes) {
    try {
      ObjectNode tree = states.valueToTree(model);
      tree.put("id", InstanceId.fresh().toString());
      changes.accept(tree);
      return states.treeToValue(tree, InstanceState.class);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** What is written of a part of an instance. */
  JsonNode written(Object part) {
    return states.valueToTree(part);
  }

  /** From now on there is an instance in this state. */
  InstanceId put(InstanceState state) {
    var meta = SnapshotMeta.create(1, System.currentTimeMillis());
    snapshots.persistForRecovery(
        "instance|" + state.id(), List.of(Pair.create(meta, (Object) state)));
    return state.id();
  }

  @Override
  public void close() throws IOException {
    await(binding.terminate(Duration.ofSeconds(2)));
    system.terminate();
    await(system.getWhenTerminated());
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
