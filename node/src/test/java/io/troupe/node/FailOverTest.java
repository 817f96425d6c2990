package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the oldest of three nodes, which has the scheduler and decides where shards are. What
 * clients ask of the others right then waits, and is answered as if nothing had happened.
 */
@Tag("cluster")
class FailOverTest {
  private static final int SERVERS = 12;

  /** Booted through the node that is killed, just before: nobody else has heard of them. */
  private static final int LAST = 8;

  private static final Duration SETTLING = Duration.ofSeconds(90);

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;
  private LiveCluster cluster;
  private String image;

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** One request of many that are sent at once. */
  private record Wanted(int status, Callable<NodeClient.Reply> request) {}

  @Test
  void readsAndWritesOutwaitTheDeathOfTheOldestNode() throws Exception {
    cluster = LiveCluster.start(nodes, dir, 3);
    makeCloud();
    var servers = new ArrayList<String>();
    for (int i = 0; i < SERVERS; i++) {
      servers.add(boot(cluster.admin(i % 3), "s" + i).expect(202).at("/server/id").textValue());
    }
    Books.awaitQuiet(cluster.admin(1), SETTLING);
    var clients = List.of(cluster.admin(1), cluster.admin(2));
    var wanted = requests(clients, servers);

    var victims = cluster.admin(0);
    for (int i = 0; i < LAST; i++) {
      boot(victims, "last-" + i).expect(202);
    }
    cluster.node(0).kill9();
    var replies = sendAll(wanted);

    replies.forEach(
        (name, reply) ->
            assertThat(reply.status())
                .as("%s: %s", name, reply.text())
                .isEqualTo(wanted.get(name).status()));
    for (var client : clients) {
      // A list hears of what was booted through another node a moment later.
      ThreeNodes.until(() -> Books.servers(client).size() == SERVERS + LAST + 2);
      Books.awaitQuiet(client, SETTLING);
      assertThat(Books.servers(client))
          .hasSize(SERVERS + LAST + 2)
          .extracting(Books::status)
          .containsOnly("ACTIVE");
    }
  }

  private void makeCloud() throws Exception {
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
    admin.post("/compute/v2.1/flavors", flavor("1")).expect(200);
    for (int i = 0; i < 3; i++) {
      var uri = "fake://?hosts=4&prefix=c%d-&state=%s".formatted(i, dir.resolve("c" + i));
      admin
          .post("/v1/connections", "{\"id\": \"c%d\", \"uri\": \"%s\"}".formatted(i, uri))
          .expect(201);
    }
  }

  private static String flavor(String id) {
    return """
        {"flavor": {"id": "%1$s", "name": "f%1$s", "vcpus": 1, "ram": 128, "disk": 1}}
        """
        .formatted(id);
  }

  private NodeClient.Reply boot(NodeClient admin, String name) {
    return admin.post(
        "/compute/v2.1/servers",
        """
        {"server": {"name": "%s", "flavorRef": "1", "imageRef": "%s", "networks": "none"}}
        """
            .formatted(name, image));
  }

  /** Of each kind of entity a read and a write, through both of the others. */
  private Map<String, Wanted> requests(List<NodeClient> clients, List<String> servers) {
    var all = new LinkedHashMap<String, Wanted>();
    for (int i = 0; i < servers.size(); i++) {
      var path = "/compute/v2.1/servers/" + servers.get(i);
      var name = "{\"server\": {\"name\": \"renamed-%d\"}}".formatted(i);
      for (int c = 0; c < clients.size(); c++) {
        var client = clients.get(c);
        all.put("show %d at %d".formatted(i, c), new Wanted(200, () -> client.get(path)));
        all.put(
            "actions %d at %d".formatted(i, c),
            new Wanted(200, () -> client.get(path + "/os-instance-actions")));
      }
      var client = clients.get(i % clients.size());
      all.put(
          "rename " + i,
          new Wanted(200, () -> client.put(path, "application/json", name.getBytes())));
    }
    for (int c = 0; c < clients.size(); c++) {
      var client = clients.get(c);
      var number = c;
      all.put("boot " + c, new Wanted(202, () -> boot(client, "during-" + number)));
      all.put("limits " + c, new Wanted(200, () -> client.get("/compute/v2.1/limits")));
      all.put("hosts " + c, new Wanted(200, () -> client.get("/compute/v2.1/os-hypervisors")));
      all.put(
          "flavor " + c,
          new Wanted(200, () -> client.post("/compute/v2.1/flavors", flavor("new-" + number))));
      all.put(
          "project " + c,
          new Wanted(
              201,
              () ->
                  client.post(
                      "/identity/v3/projects",
                      "{\"project\": {\"name\": \"p%d\"}}".formatted(number))));
    }
    return all;
  }

  private static Map<String, NodeClient.Reply> sendAll(Map<String, Wanted> wanted)
      throws Exception {
    var replies = new LinkedHashMap<String, NodeClient.Reply>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var sent = new LinkedHashMap<String, Future<NodeClient.Reply>>();
      wanted.forEach((name, one) -> sent.put(name, threads.submit(one.request())));
      for (var one : sent.entrySet()) {
        replies.put(one.getKey(), one.getValue().get());
      }
    }
    return replies;
  }
}
