package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.journal.JournalServer;
import io.troupe.drivers.fake.GuestHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, three processes, one journal, and what has to be true of them afterwards. */
@Tag("cluster")
abstract class ThreeNodes {
  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;
  LiveCluster cluster;

  JournalServer server() throws Exception {
    return JournalServer.postgres();
  }

  /** Settings that lead to the server. */
  Map<String, Object> settings(JournalServer server) {
    return LiveCluster.onPostgres(server);
  }

  @BeforeEach
  void startThree() throws Exception {
    var server = server();
    cluster = LiveCluster.start(nodes, dir, 3, server, settings(server));
  }

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** All that was accepted is there, runs, and everybody counts the same. */
  void assertBalanced(Set<String> accepted) throws Exception {
    var admin = cluster.admin(cluster.oldest());
    var building = "/compute/v2.1/servers?all_tenants=1&limit=1&status=BUILD";
    until(() -> admin.get(building).expect(200).path("servers").isEmpty());
    Books.awaitQuiet(admin, Duration.ofSeconds(30));
    var books = books();
    assertThat(ids(books.servers())).as("accepted boots").containsAll(accepted);
    assertThat(books.servers().stream().map(Books::status).collect(Collectors.toSet()))
        .containsOnly("ACTIVE");
    books.assertBalanced();
    assertSpawnedOnceUnderEpochsThatNeverFall();
  }

  private void assertSpawnedOnceUnderEpochsThatNeverFall() throws IOException {
    var spawns = new HashMap<GuestHistory.Spawn, Integer>();
    for (var hypervisor : cluster.hypervisors()) {
      var history = GuestHistory.of(hypervisor);
      history.spawns().forEach((spawn, times) -> spawns.merge(spawn, times, Integer::sum));
      assertThat(history.fallsOfEpochs()).as("falls of epochs at %s", hypervisor).isEmpty();
    }
    assertThat(spawns.entrySet()).as("spawns").allMatch(one -> one.getValue() == 1);
  }

  Books books() throws IOException {
    return Books.of(
        List.of(cluster.admin(cluster.oldest())), cluster.hypervisors().toArray(Path[]::new));
  }

  static Set<String> ids(List<com.fasterxml.jackson.databind.JsonNode> servers) {
    return servers.stream()
        .map(one -> one.path("id").textValue())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void until(Condition condition) throws Exception {
    var end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited for 90 s").isLessThan(end);
      Thread.sleep(50);
    }
  }

  static void say(String what) {
    System.out.println("cluster: " + what);
  }
}
