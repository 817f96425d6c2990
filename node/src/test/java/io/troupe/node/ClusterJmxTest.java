package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.node.jmx.BeanCalls;
import io.troupe.node.jmx.BeanClient;
import io.troupe.node.jmx.BeanValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JDK's JMX client at each of two nodes: both show the whole cluster, and what is ordered at
 * one holds at the other, and when the other has gone.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("cluster")
class ClusterJmxTest {
  private static final int CONNECTIONS = 6;
  private static final int HOSTS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;
  private static LiveCluster cluster;
  private static final List<BeanClient> CLIENTS = new ArrayList<>();
  private static String image;

  @BeforeAll
  static void start() throws Exception {
    cluster = LiveCluster.start(NODES, dir, 2);
    CLIENTS.add(cluster.jmx(0));
    CLIENTS.add(cluster.jmx(1));
    var admin = cluster.admin(0);
    image =
        admin
            .post(
                "/image/v2/images",
                """
                {"name": "tiny", "disk_format": "raw", "container_format": "bare"}
                """)
            .expect(201)
            .path("id")
            .textValue();
    admin.put("/image/v2/images/" + image + "/file", "application/octet-stream", new byte[1024]);
    admin
        .post(
            "/compute/v2.1/flavors",
            """
            {"flavor": {"id": "1", "name": "nano", "vcpus": 1, "ram": 128, "disk": 1}}
            """)
        .expect(200);
    // At the one and at the other: whichever node gets the connection's actor has to know of it.
    for (int i = 0; i < CONNECTIONS; i++) {
      var uri = "fake://?hosts=%d&prefix=c%d-&state=%s".formatted(HOSTS, i, dir.resolve("c" + i));
      cluster
          .admin(i % 2)
          .post("/v1/connections", "{\"id\": \"c%d\", \"uri\": \"%s\"}".formatted(i, uri))
          .expect(201);
    }
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static JsonNode get(int node, String bean, String attribute) throws Exception {
    return BeanValue.json(new BeanCalls(CLIENTS.get(node).beans()).get(bean, attribute));
  }

  private static void call(int node, String bean, String operation, String... arguments)
      throws Exception {
    new BeanCalls(CLIENTS.get(node).beans()).call(bean, operation, List.of(arguments));
  }

  private static <T> void await(T wanted, Callable<T> actual) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.equals(actual.call()) && System.nanoTime() < end) {
      Thread.sleep(200);
    }
    assertThat(actual.call()).isEqualTo(wanted);
  }

  /** For each node, how many entities of a type it has. */
  private static Map<String, Integer> entities(int asked, String type) throws Exception {
    return get(asked, "Shards", "Entities")
        .valueStream()
        .filter(one -> one.get("type").asText().equals(type))
        .collect(
            Collectors.toMap(one -> one.get("node").asText(), one -> one.get("entities").asInt()));
  }

  private static List<String> members(int asked) throws Exception {
    return get(asked, "Cluster", "Members")
        .valueStream()
        .map(one -> one.get("address").asText() + " " + one.get("status").asText())
        .sorted()
        .toList();
  }

  private static String boot(int node, String name) throws Exception {
    var body =
        """
        {"server": {"name": "%s", "flavorRef": "1", "imageRef": "%s", "networks": "none"}}
        """
            .formatted(name, image);
    return "/compute/v2.1/servers/"
        + cluster
            .admin(node)
            .post("/compute/v2.1/servers", body)
            .expect(202)
            .path("server")
            .path("id")
            .textValue();
  }

  private static String status(int node, String server) throws Exception {
    return cluster.admin(node).get(server).expect(200).path("server").path("status").textValue();
  }

  @Test
  @Order(1)
  void bothShowBothMembers() throws Exception {
    var both =
        List.of(cluster.address(0) + " Up", cluster.address(1) + " Up").stream().sorted().toList();

    for (int node = 0; node < 2; node++) {
      assertThat(members(node)).isEqualTo(both);
      assertThat(get(node, "Cluster", "Self").asText()).isEqualTo(cluster.address(node));
      assertThat(get(node, "Cluster", "Unreachable")).isEmpty();
    }
    assertThat(get(0, "Cluster", "Leader")).isEqualTo(get(1, "Cluster", "Leader"));
  }

  @Test
  @Order(2)
  void bothCountTheEntitiesOfBoth() throws Exception {
    // Shards follow a node that joined within seconds; then nothing moves any more.
    await(entities(0, "host"), () -> entities(1, "host"));
    await(entities(0, "connection"), () -> entities(1, "connection"));

    for (int node = 0; node < 2; node++) {
      var hosts = entities(node, "host");
      assertThat(hosts).containsOnlyKeys(cluster.address(0), cluster.address(1));
      assertThat(hosts.values()).allSatisfy(count -> assertThat(count).isPositive());
      assertThat(hosts.values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(CONNECTIONS * HOSTS);
      assertThat(entities(node, "connection").values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(CONNECTIONS);
    }
  }

  @Test
  @Order(3)
  void bothShowEveryHostAndConnectionAndTheOneScheduler() throws Exception {
    for (int node = 0; node < 2; node++) {
      int asked = node;
      await(CONNECTIONS * HOSTS, () -> get(asked, "Hosts", "Count").asInt());
      await(
          CONNECTIONS * HOSTS,
          () -> get(asked, "Hosts", "CountByState").path("up, enabled").asInt());
      await(CONNECTIONS * HOSTS, () -> get(asked, "Scheduler", "Hosts").asInt());
      assertThat(get(node, "Drivers", "CountByState").path("up").asInt()).isEqualTo(CONNECTIONS);
      assertThat(get(node, "Drivers", "Connections"))
          .hasSize(CONNECTIONS)
          .allSatisfy(one -> assertThat(one.get("hosts").asInt()).isEqualTo(HOSTS));
    }
    assertThat(get(0, "Scheduler", "Since")).isEqualTo(get(1, "Scheduler", "Since"));
  }

  @Test
  @Order(4)
  void aHostIsDisabledAtTheOneAndShownAtTheOther() throws Exception {
    call(1, "Hosts", "disable", "c3-2", "new disks");

    await(1, () -> get(0, "Hosts", "CountByState").path("up, disabled").asInt());

    call(0, "Hosts", "enable", "c3-2");
    await(0, () -> get(1, "Hosts", "CountByState").path("up, disabled").asInt());
  }

  /** Node 0 is the older one, so the scheduler is there. */
  @Test
  @Order(5)
  void aPauseOutlivesTheNodeOfTheSchedulerWhichIsToldToLeave() throws Exception {
    call(1, "Scheduler", "pause");
    var server = boot(0, "held-back");
    await(1, () -> get(1, "Scheduler", "Waiting").asInt());
    var since = get(1, "Scheduler", "Since").asText();

    call(1, "Cluster", "leave", cluster.address(0));

    assertThat(cluster.node(0).awaitExit(PATIENCE)).isZero();
    await(List.of(cluster.address(1) + " Up"), () -> members(1));
    assertThat(get(1, "Scheduler", "Paused").asBoolean()).isTrue();
    assertThat(get(1, "Scheduler", "Since").asText()).isNotEqualTo(since);
    await(1, () -> get(1, "Scheduler", "Waiting").asInt());
    assertThat(status(1, server)).isEqualTo("BUILD");
    assertThat(entities(1, "host")).isEqualTo(Map.of(cluster.address(1), CONNECTIONS * HOSTS));

    call(1, "Scheduler", "resume");

    await("ACTIVE", () -> status(1, server));
    assertThat(get(1, "Scheduler", "Paused").asBoolean()).isFalse();
  }

  @Test
  @Order(6)
  void aNodeThatIsDownedEndsAndTheOtherGoesOn() throws Exception {
    cluster.startNode(0);
    CLIENTS.set(0, cluster.jmx(0));
    await(2, () -> members(1).size());
    await(2, () -> members(0).size());

    call(1, "Cluster", "down", cluster.address(0).replace("pekko://troupe@", ""));

    assertThat(cluster.node(0).awaitExit(PATIENCE)).isEqualTo(3);
    await(List.of(cluster.address(1) + " Up"), () -> members(1));
    var server = boot(1, "after");
    await("ACTIVE", () -> status(1, server));
  }
}
