package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.core.jmx.Beans;
import io.troupe.node.jmx.BeanCalls;
import io.troupe.node.jmx.BeanClient;
import io.troupe.node.jmx.BeanValue;
import io.troupe.node.jmx.Door;
import io.troupe.node.jmx.NodeBeans;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JDK's JMX client at a real node, over TLS. The last test holds that the ones before it have
 * called every operation there is, and ends the node.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JmxTest {
  private static final Set<String> CALLED = new HashSet<>();

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path scratch;
  private static LiveNode node;
  private static BeanClient client;
  private static BeanCalls calls;
  private static CloudUser demo;

  @BeforeAll
  static void start() throws Exception {
    var door = Door.withTls(scratch);
    var start = LiveNode.Start.on(scratch.resolve("node"), "--port", "0", "--fake-hosts", "3");
    for (var setting : door.settings().entrySet()) {
      start = start.with(setting.getKey(), setting.getValue());
    }
    node = NODES.start(start);
    client = BeanClient.connect(door.as("alice", Door.ALICES_PASSWORD));
    calls = new BeanCalls(client.beans());
    demo = CloudUser.of(node.demo());
  }

  private static JsonNode get(String bean, String attribute) throws Exception {
    return BeanValue.json(calls.get(bean, attribute));
  }

  private static JsonNode call(String bean, String operation, String... arguments)
      throws Exception {
    CALLED.add(bean + "." + operation);
    return BeanValue.json(calls.call(bean, operation, List.of(arguments)));
  }

  @Test
  @Order(1)
  void everyAttributeOfEveryBeanHasAValue() throws Exception {
    var names = client.beans().queryNames(new ObjectName(Beans.DOMAIN + ":*"), null);

    assertThat(names)
        .extracting(name -> name.getKeyProperty("type"))
        .containsExactlyInAnyOrderElementsOf(NodeBeans.TYPES.keySet());
    for (ObjectName name : names) {
      var info = client.beans().getMBeanInfo(name);
      for (var attribute : info.getAttributes()) {
        assertThat(client.beans().getAttribute(name, attribute.getName()))
            .as("%s %s", name, attribute.getName())
            .isNotNull();
        assertThat(attribute.getDescription()).isNotBlank();
      }
    }
  }

  @Test
  @Order(2)
  void theClusterHasItsOneMember() throws Exception {
    var self = get("Cluster", "Self").asText();

    assertThat(self).startsWith("pekko://troupe@127.0.0.1:");
    assertThat(get("Cluster", "Members"))
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.get("address").asText()).isEqualTo(self);
              assertThat(member.get("status").asText()).isEqualTo("Up");
              assertThat(member.get("reachable").asBoolean()).isTrue();
            });
    assertThat(get("Cluster", "Leader").asText()).isEqualTo(self);
    assertThat(get("Cluster", "Unreachable")).isEmpty();
    assertThatThrownBy(() -> call("Cluster", "down", "nobody:1"))
        .hasMessageContaining("nobody:1 is no member")
        .hasMessageContaining(self);
  }

  @Test
  @Order(3)
  void entitiesAreCountedByTypeAndNode() throws Exception {
    var hosts =
        get("Shards", "Entities")
            .valueStream()
            .filter(one -> one.get("type").asText().equals("host"))
            .toList();

    assertThat(hosts)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.get("entities").asInt()).isEqualTo(3);
              assertThat(one.get("node")).isEqualTo(get("Cluster", "Self"));
            });
    assertThat(
            call("Shards", "shards", "host")
                .valueStream()
                .mapToInt(one -> one.get("entities").asInt())
                .sum())
        .isEqualTo(3);
    assertThat(get("Shards", "Types").valueStream().map(JsonNode::asText))
        .containsExactly(
            "catalog", "connection", "host", "instance", "network", "project", "server-group");
    assertThatThrownBy(() -> call("Shards", "shards", "nonsense"))
        .hasMessageContaining("nonsense is no type of entities");
  }

  @Test
  @Order(4)
  void aPausedSchedulerHoldsABootBackUntilItIsResumed() throws Exception {
    call("Scheduler", "pause");
    var server = demo.boot("held-back", "1");
    awaitWaiting();

    assertThat(get("Scheduler", "Paused").asBoolean()).isTrue();
    assertThat(get("Scheduler", "Placed").asLong()).isZero();
    assertThat(get("Operations", "InProgress").asInt()).isEqualTo(1);
    assertThat(get("Operations", "Overdue").asInt()).isZero();
    assertThat(get("Operations", "ByKind"))
        .singleElement()
        .satisfies(one -> assertThat(one.get("kind").asText()).isEqualTo("boot"));
    assertThat(call("Operations", "list", "10"))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.get("instance").asText()).isEqualTo(id(server));
              assertThat(one.get("operation").asText()).startsWith("req-");
              assertThat(one.get("overdue").asBoolean()).isFalse();
            });
    assertThat(status(server)).isEqualTo("BUILD");

    call("Scheduler", "resume");

    assertThat(demo.settled(server).path("status").asText()).isEqualTo("ACTIVE");
    Thread.sleep(600); // the bean's answer may be half a second old
    assertThat(get("Scheduler", "Paused").asBoolean()).isFalse();
    assertThat(get("Scheduler", "Waiting").asInt()).isZero();
    assertThat(get("Scheduler", "Placed").asLong()).isEqualTo(1);
    assertThat(get("Operations", "InProgress").asInt()).isZero();
  }

  private static String id(String server) {
    return server.substring(server.lastIndexOf('/') + 1);
  }

  private static String status(String server) {
    return demo.client().get(server).expect(200).at("/server/status").asText();
  }

  private static void awaitWaiting() throws Exception {
    for (int i = 0; i < 50 && get("Scheduler", "Waiting").asInt() != 1; i++) {
      Thread.sleep(100);
    }
    assertThat(get("Scheduler", "Waiting").asInt()).isEqualTo(1);
  }

  @Test
  @Order(5)
  void disabledHostsAreCountedAndTakeNothing() throws Exception {
    assertThat(get("Hosts", "CountByState").get("up, enabled").asInt()).isEqualTo(3);
    assertThat(call("Hosts", "list", "", "1")).hasSize(1);
    var hosts =
        call("Hosts", "list", "", "10").valueStream().map(one -> one.get("id").asText()).toList();
    var id = hosts.getFirst();

    call("Hosts", "disable", id, "new disks");

    assertThat(get("Hosts", "CountByState").get("up, disabled").asInt()).isEqualTo(1);
    assertThat(get("Hosts", "CountByState").get("up, enabled").asInt()).isEqualTo(2);
    assertThat(call("Hosts", "list", id, "10").get(0).get("disabledReason").asText())
        .isEqualTo("new disks");
    for (String other : hosts.subList(1, 3)) {
      call("Hosts", "disable", other, "new disks");
    }
    var refused = demo.boot("nowhere", "1");
    assertThat(demo.settled(refused).path("status").asText()).isEqualTo("ERROR");
    Thread.sleep(600);
    assertThat(get("Scheduler", "NoValidHost").asLong()).isEqualTo(1);
    assertThat(get("Scheduler", "Decisions").asLong()).isEqualTo(2);
    assertThat(get("Scheduler", "RefusalsByFilter").get("ComputeFilter").asLong()).isEqualTo(3);

    for (String host : hosts) {
      call("Hosts", "enable", host);
    }

    assertThat(get("Hosts", "CountByState").get("up, enabled").asInt()).isEqualTo(3);
    assertThatThrownBy(() -> call("Hosts", "enable", "nobody"))
        .hasMessageContaining("there is no host nobody");
    assertThatThrownBy(() -> call("Hosts", "disable", id, " ")).hasMessageContaining("reason");
  }

  @Test
  @Order(5)
  void aHostIsDrainedAndTakenIntoUseAgain() throws Exception {
    var id = call("Hosts", "list", "", "1").get(0).get("id").asText();
    assertThatThrownBy(() -> call("Hosts", "drain", id, "new disks", "gently"))
        .hasMessageContaining("live, cold, stop or leave");

    call("Hosts", "drain", id, "new disks", "leave");

    for (int i = 0; i < 300 && !get("Hosts", "Drains").toString().contains("drained"); i++) {
      Thread.sleep(200);
    }
    assertThat(get("Hosts", "Drains").get(id).asText()).startsWith("drained");
    assertThat(get("Hosts", "CountByState").get("up, disabled").asInt()).isEqualTo(1);
    call("Hosts", "undrain", id, "true");
    assertThat(get("Hosts", "CountByState").get("up, enabled").asInt()).isEqualTo(3);
    assertThat(get("Hosts", "Drains")).isEmpty();
  }

  @Test
  @Order(6)
  void theSchedulersSettingsChangeWhileItRunsAndAreTakenBack() throws Exception {
    call("Scheduler", "changePolicy", "chance");
    call("Scheduler", "changeMultiplier", "ram_weight_multiplier", "-2.5");
    call("Scheduler", "changeFilters", "ComputeFilter, JsonFilter");

    var changed = get("Scheduler", "ChangedSettings");
    assertThat(changed.get("policy").asText()).isEqualTo("chance");
    assertThat(changed.get("ram_weight_multiplier").asText()).isEqualTo("-2.5");
    assertThat(changed.get("enabled_filters").asText()).contains("ComputeFilter", "JsonFilter");
    assertThatThrownBy(() -> call("Scheduler", "changePolicy", "guess"))
        .hasMessageContaining("guess");
    assertThatThrownBy(() -> call("Scheduler", "changeFilters", "NoSuchFilter"))
        .hasMessageContaining("NoSuchFilter");

    call("Scheduler", "resetSettings");

    assertThat(get("Scheduler", "ChangedSettings")).isEmpty();
  }

  @Test
  @Order(6)
  void driversShowTheirConnection() throws Exception {
    assertThat(get("Drivers", "Connections"))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.get("state").asText()).isEqualTo("up");
              assertThat(one.get("hosts").asInt()).isEqualTo(3);
              assertThat(one.get("uri").asText()).startsWith("fake://");
            });
    assertThat(get("Drivers", "CountByState").get("up").asInt()).isEqualTo(1);
    assertThat(get("Drivers", "InFlight").asInt()).isZero();
  }

  @Test
  @Order(7)
  void theJournalTellsHowLongItTakes() throws Exception {
    var instances =
        get("Journal", "PersistLatency")
            .valueStream()
            .filter(one -> one.get("entity").asText().equals("instance"))
            .toList();

    assertThat(instances)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.get("writes").asLong()).isGreaterThanOrEqualTo(2);
              assertThat(one.get("maxMillis").asDouble())
                  .isPositive()
                  .isGreaterThanOrEqualTo(one.get("meanMillis").asDouble());
              assertThat(one.get("p99Millis").asDouble()).isPositive();
            });
    assertThat(get("Journal", "Backlog").asInt()).isZero();
  }

  @Test
  @Order(8)
  void logLevelsChangeAtOnceAndGoBack() throws Exception {
    var before = call("Logging", "level", "io.troupe.actors").asText();
    assertThat(before).isNotEqualTo("DEBUG");

    call("Logging", "setLevel", "io.troupe.actors", "debug");

    assertThat(call("Logging", "level", "io.troupe.actors.host").asText()).isEqualTo("DEBUG");
    assertThat(get("Logging", "Levels").get("io.troupe.actors").asText()).isEqualTo("DEBUG");

    call("Logging", "setLevel", "io.troupe.actors", "");

    assertThat(call("Logging", "level", "io.troupe.actors.host").asText()).isEqualTo(before);
    assertThatThrownBy(() -> call("Logging", "setLevel", "io.troupe", "LOUD"))
        .hasMessageContaining("must be one of");
    assertThatThrownBy(() -> call("Logging", "setLevel", "ROOT", ""))
        .hasMessageContaining("no parent");
  }

  @Test
  @Order(9)
  void theSameFiguresAreInTheMetrics() throws Exception {
    var metrics = demo.client().get("/metrics").text();

    assertThat(metrics)
        .contains("troupe_cluster_members 1.0")
        .contains("troupe_operations_overdue 0.0")
        .contains("troupe_journal_writes_seconds_count{entity=\"instance\"}")
        .contains("troupe_journal_backlog 0.0");
  }

  @Test
  @Order(10)
  void everyOperationWasCalledAndLeavingEndsTheNode() throws Exception {
    call("Cluster", "leave", get("Cluster", "Self").asText());
    client.close();

    node.awaitExit(Duration.ofSeconds(60));
    var all =
        NodeBeans.TYPES.entrySet().stream()
            .flatMap(
                bean ->
                    java.util.Arrays.stream(bean.getValue().getMethods())
                        .filter(one -> !one.getName().matches("(get|is)[A-Z].*"))
                        .map(one -> bean.getKey() + "." + one.getName()))
            .collect(Collectors.toSet());
    assertThat(CALLED).isEqualTo(all);
  }
}
