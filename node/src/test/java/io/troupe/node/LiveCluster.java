package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.troupe.core.journal.JournalServer;
import io.troupe.node.jmx.BeanClient;
import io.troupe.node.jmx.Door;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster as an operator sets it up, on loopback: a file for each node, one database, a shared
 * folder and key, and a door for JMX at each. Every node is a process of its own; one that has
 * ended can be started again, and more than at first can be started. The first of {@link #members}
 * is the oldest and has the scheduler.
 */
final class LiveCluster implements AutoCloseable {
  private static final String ADMINS_PASSWORD = "of-the-cluster";

  private final LiveNodes nodes;
  private final Path dir;
  private final JournalServer server;
  private final Map<String, Object> journal;
  private final int seeds;
  private final List<Integer> ports = new ArrayList<>();
  private final Map<Integer, Door> doors = new HashMap<>();
  private final Map<Integer, LiveNode> latest = new TreeMap<>();
  private final List<LiveNode> members = new ArrayList<>();
  private final List<Path> hypervisors = new ArrayList<>();
  private String boot = "";

  private LiveCluster(
      LiveNodes nodes, Path dir, JournalServer server, Map<String, Object> journal, int seeds) {
    this.nodes = nodes;
    this.dir = dir;
    this.server = server;
    this.journal = journal;
    this.seeds = seeds;
  }

  /** On PostgreSQL: nodes 0 to {@code size} - 1, all members; 0 has founded the cluster. */
  static LiveCluster start(LiveNodes nodes, Path dir, int size) throws Exception {
    var server = JournalServer.postgres();
    return start(nodes, dir, size, server, onPostgres(server));
  }

  static Map<String, Object> onPostgres(JournalServer server) {
    return Map.of(
        "troupe.journal.profile",
        "postgres",
        "troupe.journal.postgres.url",
        server.addresses().getFirst(),
        "troupe.journal.postgres.password",
        "troupe",
        "troupe.journal.postgres.connections",
        5);
  }

  /**
   * @param server goes when the cluster goes
   * @param journal settings that lead to it
   */
  static LiveCluster start(
      LiveNodes nodes, Path dir, int size, JournalServer server, Map<String, Object> journal)
      throws Exception {
    var cluster = prepare(nodes, dir, size, server, journal);
    try {
      for (int i = 0; i < size; i++) {
        cluster.startNode(i);
      }
      return cluster;
    } catch (Exception | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  /** On PostgreSQL: all that {@code seeds} nodes need, and none of them. */
  static LiveCluster prepare(LiveNodes nodes, Path dir, int seeds) throws Exception {
    var server = JournalServer.postgres();
    return prepare(nodes, dir, seeds, server, onPostgres(server));
  }

  private static LiveCluster prepare(
      LiveNodes nodes, Path dir, int seeds, JournalServer server, Map<String, Object> journal)
      throws Exception {
    var cluster = new LiveCluster(nodes, dir, server, journal, seeds);
    try {
      cluster.secret("token.key", "0123456789abcdef0123456789abcdef");
      cluster.secret("admin-password", ADMINS_PASSWORD + "\n");
      for (int i = 0; i < seeds; i++) {
        cluster.ports.add(freePort());
      }
      cluster.applySchema();
      return cluster;
    } catch (Exception | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  private void secret(String name, String text) throws IOException {
    var file = Files.writeString(dir.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void applySchema() throws Exception {
    var said = new StringWriter();
    var code =
        Main.commandLine()
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said))
            .execute("schema", "apply", "--config", file(0).toString());
    assertThat(code).as(said.toString()).isZero();
  }

  private Path data(int index) {
    return dir.resolve("node-" + index).resolve("data");
  }

  /** The configuration file of a node. */
  private Path file(int index) throws Exception {
    while (ports.size() <= index) {
      ports.add(freePort());
    }
    if (!doors.containsKey(index)) {
      doors.put(index, Door.plain(Files.createDirectories(data(index).getParent())));
    }
    var values = new HashMap<String, Object>(journal);
    values.putAll(doors.get(index).settings());
    values.put("troupe.data-dir", data(index).toString());
    values.put("troupe.cluster.name", "test");
    values.put("troupe.cluster.port", ports.get(index));
    values.put(
        "troupe.cluster.seed-nodes",
        ports.subList(0, seeds).stream().map(port -> "127.0.0.1:" + port).toList());
    values.put("troupe.http.port", 0);
    values.put("troupe.shared.image-dir", dir.resolve("images").toString());
    values.put("troupe.shared.token-key-file", dir.resolve("token.key").toString());
    values.put("troupe.identity.admin-password-file", dir.resolve("admin-password").toString());
    return Files.writeString(
        dir.resolve("node-" + index + ".conf"),
        ConfigFactory.parseMap(values).root().render(ConfigRenderOptions.concise()));
  }

  /** Returns when it serves; it is the youngest member then. */
  LiveNode startNode(int index) throws Exception {
    var node = beginNode(index).awaitReady();
    latest.put(index, node);
    members.add(node);
    return node;
  }

  /** A node that is starting; clients are not sent to it. */
  LiveNode beginNode(int index) throws Exception {
    return nodes.begin(LiveNode.Start.member(data(index), file(index)), dir);
  }

  /** A node that begins to join with one setting different; it is none of the members. */
  LiveNode beginOtherwise(int index, String setting, String value) throws Exception {
    return nodes.begin(LiveNode.Start.member(data(index), file(index)).with(setting, value), dir);
  }

  /** Starts the node that {@code ended} was once more. */
  LiveNode startAgain(LiveNode ended) throws Exception {
    return startNode(index(ended));
  }

  private int index(LiveNode node) {
    for (var each : latest.entrySet()) {
      if (each.getValue() == node) {
        return each.getKey();
      }
    }
    throw new AssertionError("not a node of this cluster: " + node);
  }

  LiveNode node(int index) {
    return latest.get(index);
  }

  /** Those that clients are to be sent to, oldest first. */
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

  /** As the cluster knows it. */
  String address(int index) {
    return "pekko://troupe@127.0.0.1:" + ports.get(index);
  }

  String address(LiveNode node) {
    return address(index(node));
  }

  NodeClient admin(int index) throws IOException {
    return admin(node(index));
  }

  NodeClient admin(LiveNode node) throws IOException {
    var url = node.url();
    return NodeClient.login(
        url, new CloudsFile.Cloud(url + "/identity/v3", "admin", ADMINS_PASSWORD, "admin"));
  }

  /** The JDK's JMX client, as somebody who may change things. */
  BeanClient jmx(int index) throws Exception {
    return BeanClient.connect(doors.get(index).as("alice", Door.ALICES_PASSWORD));
  }

  /**
   * Makes what a boot needs: fake hypervisors in directories that outlive every node, a flavor, a
   * network and an image.
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
            """
            {"flavor": {"id": "1", "name": "m1.nano", "ram": 64, "vcpus": 1, "disk": 0}}
            """)
        .expect(200);
    var network =
        admin
            .post("/networking/v2.0/networks", "{\"network\": {\"name\": \"n\"}}")
            .expect(201)
            .at("/network/id")
            .textValue();
    admin
        .post(
            "/networking/v2.0/subnets",
            """
            {"subnet": {"network_id": "%s", "cidr": "10.64.0.0/16", "ip_version": 4}}
            """
                .formatted(network))
        .expect(201);
    boot =
        """
        {"server": {"name": "%%s", "flavorRef": "1", "imageRef": "%s",
          "networks": [{"uuid": "%s"}]}}
        """
            .formatted(image(admin), network);
  }

  private static String image(NodeClient admin) {
    var image =
        admin
            .post(
                "/image/v2/images",
                """
                {"name": "tiny", "disk_format": "raw", "container_format": "bare"}
                """)
            .expect(201)
            .path("id")
            .textValue();
    admin
        .put("/image/v2/images/" + image + "/file", "application/octet-stream", new byte[4096])
        .expect(204);
    return image;
  }

  /** The body of a request to boot a server in what {@link #furnish} has made. */
  String boot(String name) {
    return boot.formatted(name);
  }

  /** The directories of the fake hypervisors. */
  List<Path> hypervisors() {
    return List.copyOf(hypervisors);
  }

  /** The nodes first: they shall not have to complain that their database is gone. */
  @Override
  public void close() {
    nodes.killAll();
    server.close();
  }
}
