package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Nodes on one journal, each a process of its own that joins through the first three. The first of
 * {@link #members} is the oldest and has the scheduler. A cloud of its own to boot in: a flavor, an
 * image, a network, and fake hypervisors in directories that outlive every node.
 */
final class LiveCluster {
  private static final int SEEDS = 3;
  private static final String PASSWORD = "correct horse battery";

  private final LiveNodes nodes;
  private final Path dir;
  private final Map<String, Object> journal;
  private final List<Integer> ports = new ArrayList<>();
  private final List<LiveNode> members = new ArrayList<>();
  private final Map<LiveNode, Integer> numbers = new HashMap<>();
  private final List<Path> hypervisors = new ArrayList<>();
  private String bootBody = "";

  /**
   * @param dir for everything the nodes keep in files
   * @param journal settings that lead to the journal
   */
  LiveCluster(LiveNodes nodes, Path dir, Map<String, Object> journal) throws IOException {
    this.nodes = nodes;
    this.dir = dir;
    this.journal = journal;
    for (int seed = 0; seed < SEEDS; seed++) {
      ports.add(freePort());
    }
    Files.writeString(dir.resolve("admin-password"), PASSWORD);
    var key = new byte[32];
    new Random(1).nextBytes(key);
    Files.write(dir.resolve("token.key"), key);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Makes the journal's tables. */
  void applySchema() throws IOException {
    var out = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute("schema", "apply", "--config", config(0).toString());
    assertThat(code).as(out.toString()).isZero();
  }

  /** The configuration file of a node; numbers count from 0. */
  private Path config(int number) throws IOException {
    while (ports.size() <= number) {
      ports.add(freePort());
    }
    var values = new HashMap<String, Object>(journal);
    values.put("troupe.data-dir", data(number).toString());
    values.put("troupe.cluster.name", "test");
    values.put("troupe.cluster.port", ports.get(number));
    values.put(
        "troupe.cluster.seed-nodes",
        ports.subList(0, SEEDS).stream().map(port -> "127.0.0.1:" + port).toList());
    values.put("troupe.http.port", 0);
    values.put("troupe.shared.image-dir", dir.resolve("images").toString());
    values.put("troupe.shared.token-key-file", dir.resolve("token.key").toString());
    values.put("troupe.identity.admin-password-file", dir.resolve("admin-password").toString());
    var file = dir.resolve("node-" + number + ".conf");
    return Files.writeString(
        file, ConfigFactory.parseMap(values).root().render(ConfigRenderOptions.concise()));
  }

  private Path data(int number) {
    return dir.resolve("node-" + number);
  }

  /** Starts a node and waits until it serves; it is the youngest then. */
  LiveNode start(int number) throws IOException, InterruptedException {
    var node = nodes.start(LiveNode.Start.member(data(number), config(number)), dir);
    numbers.put(node, number);
    members.add(node);
    return node;
  }

  /** Starts the node that {@code ended} was once more. */
  LiveNode startAgain(LiveNode ended) throws IOException, InterruptedException {
    return start(numbers.get(ended));
  }

  /** Those that are running and not paused, oldest first. */
  List<LiveNode> members() {
    return List.copyOf(members);
  }

  LiveNode oldest() {
    return members.getFirst();
  }

  /** Clients are not to be sent to it any longer. */
  void leaveOut(LiveNode node) {
    members.remove(node);
  }

  NodeClient admin(LiveNode node) throws IOException {
    return NodeClient.login(
        node.url(), new CloudsFile.Cloud(node.url(), "admin", PASSWORD, "admin"));
  }

  /**
   * Makes what a boot needs.
   *
   * @param connections to fake hypervisors of their own
   * @param hosts of each connection
   * @param options more of them, such as {@code &bootMillis=100}
   */
  void furnish(int connections, int hosts, String options) throws IOException {
    var admin = admin(oldest());
    for (int number = 1; number <= connections; number++) {
      var state = dir.resolve("hypervisor-" + number);
      hypervisors.add(state);
      var uri = "fake://?hosts=%d&prefix=h%d-&state=%s%s".formatted(hosts, number, state, options);
      admin
          .post("/v1/connections", "{\"id\": \"c%d\", \"uri\": \"%s\"}".formatted(number, uri))
          .expect(201);
    }
    admin
        .post(
            "/compute/v2.1/flavors",
            "{\"flavor\": {\"id\": \"1\", \"name\": \"m1.nano\", \"ram\": 64, \"vcpus\": 1, \"disk\": 0}}")
        .expect(200);
    var network =
        id(admin.post("/networking/v2.0/networks", "{\"network\": {\"name\": \"n\"}}"), "network");
    admin
        .post(
            "/networking/v2.0/subnets",
            "{\"subnet\": {\"network_id\": \"%s\", \"cidr\": \"10.64.0.0/16\", \"ip_version\": 4}}"
                .formatted(network))
        .expect(201);
    var image =
        admin
            .post(
                "/image/v2/images",
                "{\"name\": \"i\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}")
            .expect(201)
            .path("id")
            .textValue();
    admin
        .put("/image/v2/images/" + image + "/file", "application/octet-stream", new byte[4096])
        .expect(204);
    bootBody =
        "{\"server\": {\"name\": \"%%s\", \"flavorRef\": \"1\", \"imageRef\": \"%s\", \"networks\": [{\"uuid\": \"%s\"}]}}"
            .formatted(image, network);
  }

  private static String id(NodeClient.Reply reply, String kind) {
    return reply.expect(201).path(kind).path("id").textValue();
  }

  /** The body of a request to boot a server. */
  String boot(String name) {
    return bootBody.formatted(name);
  }

  /** The directories of the fake hypervisors. */
  List<Path> hypervisors() {
    return List.copyOf(hypervisors);
  }
}
