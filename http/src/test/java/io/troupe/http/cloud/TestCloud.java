package io.troupe.http.cloud;

import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.actors.Answer;
import io.troupe.actors.Placements;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.actors.image.FileImageStore;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.config.ApiSettings;
import io.troupe.config.QuotaSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.http.Api;
import io.troupe.http.HttpServer;
import io.troupe.http.identity.Passwords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.ServerBinding;

/**
 * A served cloud: projects {@code demo}, {@code other} and {@code admin}; users {@code alice}
 * (member of demo), {@code rita} (reader of demo), {@code bob} (member of other), {@code root}
 * (admin), {@code gone} (disabled), all with the password {@code secret}; flavors, an image and a
 * shared network.
 */
public final class TestCloud implements AutoCloseable {
  public static final String DEMO = "d0000000000000000000000000000000";
  public static final String OTHER = "b0000000000000000000000000000000";
  public static final String ADMIN = "a0000000000000000000000000000000";
  public static final String IMAGE = "11111111-1111-4111-8111-111111111111";
  public static final String BIG_IMAGE = "22222222-2222-4222-8222-222222222222";
  public static final String NETWORK = "33333333-3333-4333-8333-333333333333";
  public static final String PASSWORD = "secret";

  /** One for all tests, ended with the JVM; each cloud has its own port. */
  private static final ActorSystem<Void> SYSTEM =
      ActorSystem.create(
          Behaviors.empty(),
          "test-cloud",
          ConfigFactory.parseString(
                  "pekko { loglevel = WARNING, actor.provider = local, daemonic = on }")
              .withFallback(ConfigFactory.load()));

  /** Hashed once: it takes tens of milliseconds. */
  private static final String HASH = Passwords.hash(PASSWORD);

  public final TestClock clock = new TestClock(Instant.parse("2026-01-02T03:04:05Z"));
  public final MemoryCatalog catalog = new MemoryCatalog();
  public final MemoryNetworks networks = new MemoryNetworks(catalog, clock);
  public final MemoryVolumes volumes = new MemoryVolumes(clock);
  public final MemoryHosts hosts = new MemoryHosts(catalog, clock);
  public final MemoryInstances instances = new MemoryInstances(catalog, networks, volumes, clock);
  public final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** What the scheduler says when it is asked for pools. */
  public List<StoragePool> pools = List.of();

  private final Path imageDir;
  public final Api api;
  private final ServerBinding binding;

  private TestCloud(ApiSettings settings) {
    seed();
    FileImageStore images;
    try {
      imageDir = Files.createTempDirectory("test-cloud-images");
      images = new FileImageStore(imageDir, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    api =
        new Api(
            instances,
            catalog,
            networks,
            volumes,
            hosts,
            instances,
            QuotaSettings.DEFAULT,
            new Placements() {
              @Override
              public CompletionStage<Answer<PlacementExplanation>> explain(Question question) {
                return CompletableFuture.completedFuture(
                    Answer.refuse(new Rejection.Unavailable("this cloud has no scheduler")));
              }

              @Override
              public CompletionStage<Answer<List<StoragePool>>> pools() {
                return CompletableFuture.completedFuture(Answer.of(pools));
              }
            },
            SchedulerSettings.DEFAULT,
            Set.of("gpu"),
            images,
            ImageLimits.DEFAULT,
            Optional::empty,
            new SecretKeySpec(new byte[32], "HmacSHA256"),
            settings,
            registry,
            clock);
    binding =
        HttpServer.start(SYSTEM, "127.0.0.1", 0, api, ConfigFactory.empty())
            .toCompletableFuture()
            .join();
  }

  public static TestCloud start() {
    return new TestCloud(ApiSettings.DEFAULT);
  }

  public static TestCloud start(ApiSettings settings) {
    return new TestCloud(settings);
  }

  public String base() {
    return "http://127.0.0.1:" + binding.localAddress().getPort();
  }

  public int port() {
    return binding.localAddress().getPort();
  }

  /** A client without a token. */
  public TestClient anonymous() {
    return new TestClient(base(), Optional.empty());
  }

  /** A client with a token of this user in this project. */
  public TestClient as(String user, String project) {
    return anonymous().login(user, PASSWORD, project);
  }

  public TestClient alice() {
    return as("alice", "demo");
  }

  public TestClient admin() {
    return as("root", "admin");
  }

  private void seed() {
    project(DEMO, "demo");
    project(OTHER, "other");
    catalog.put(
        new Project(
            ADMIN,
            "admin",
            true,
            Optional.empty(),
            Map.of("instances", -1L, "cores", -1L, "ram", -1L)));
    user("alice", true, DEMO, "member");
    user("rita", true, DEMO, "reader");
    user("bob", true, OTHER, "member");
    user("root", true, ADMIN, "admin");
    user("gone", false, DEMO, "member");
    flavor("1", "m1.nano", 1, 128, 1);
    flavor("2", "m1.small", 1, 2048, 20);
    flavor("5", "m1.large", 4, 8192, 80);
    flavor("zero", "m1.zero", 1, 128, 0);
    image(IMAGE, "cirros", "active", 64L << 20);
    image(BIG_IMAGE, "big", "active", 3L << 30);
    var subnet =
        new Network.Subnet(
            "44444444-4444-4444-8444-444444444444",
            "private-subnet",
            "10.0.0.0/24",
            Optional.of("10.0.0.1"),
            List.of("10.0.0.2"),
            "10.0.0.10",
            "10.0.0.200");
    catalog.put(
        new Network(NETWORK, "private", ADMIN, true, 1450, List.of(subnet), clock.instant()));
    hosts.add("host-1", "nova");
    hosts.add("host-2", "west");
  }

  private void project(String id, String name) {
    catalog.put(new Project(id, name, true, Optional.empty(), Map.of()));
  }

  private void user(String name, boolean enabled, String project, String role) {
    String id = "user-" + name;
    catalog.put(new User(id, name, HASH, enabled, Optional.of(project), Optional.empty()));
    catalog.put(new RoleAssignment(id, project, role));
  }

  private void flavor(String id, String name, int vcpus, long ramMib, int rootGib) {
    catalog.put(
        new Flavor(
            id,
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
            clock.instant()));
  }

  private void image(String id, String name, String status, long virtualSizeBytes) {
    catalog.put(
        new Image(
            id,
            name,
            ADMIN,
            "public",
            status,
            "qcow2",
            "bare",
            Optional.of(20L << 20),
            Optional.of(virtualSizeBytes),
            Optional.of("0".repeat(32)),
            Optional.of("0".repeat(128)),
            0,
            0,
            false,
            false,
            Map.of(),
            Set.of(),
            clock.instant(),
            clock.instant()));
  }

  @Override
  public void close() {
    binding.terminate(Duration.ofMillis(200)).toCompletableFuture().join();
    try (Stream<Path> files = Files.list(imageDir)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(imageDir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A clock that a test moves. */
  public static final class TestClock extends Clock {
    private Instant now;

    TestClock(Instant now) {
      this.now = now;
    }

    public synchronized void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public synchronized Instant instant() {
      return now;
    }

    @Override
    public java.time.ZoneId getZone() {
      return java.time.ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }
}
