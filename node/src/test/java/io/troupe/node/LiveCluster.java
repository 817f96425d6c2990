package io.troupe.node;

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
import java.util.stream.Collectors;

/**
 * A cluster as an operator sets it up, on loopback: a file for each node, one PostgreSQL, a shared
 * folder and key, and a door for JMX at each. Every node is a process of its own; a node that has
 * ended can be started again.
 */
final class LiveCluster implements AutoCloseable {
  private static final String ADMINS_PASSWORD = "of-the-cluster";

  private final LiveNodes nodes;
  private final Path dir;
  private final JournalServer journal;
  private final List<Integer> ports = new ArrayList<>();
  private final List<Door> doors = new ArrayList<>();
  private final Map<Integer, LiveNode> alive = new HashMap<>();

  private LiveCluster(LiveNodes nodes, Path dir, JournalServer journal) {
    this.nodes = nodes;
    this.dir = dir;
    this.journal = journal;
  }

  /** Nodes 0 to {@code size} - 1, all members; 0 has founded the cluster. */
  static LiveCluster start(LiveNodes nodes, Path dir, int size) throws Exception {
    var cluster = new LiveCluster(nodes, dir, JournalServer.postgres());
    try {
      cluster.begin(size);
      return cluster;
    } catch (Exception | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  private void begin(int size) throws Exception {
    secret("token.key", "0123456789abcdef0123456789abcdef");
    secret("admin-password", ADMINS_PASSWORD + "\n");
    for (int i = 0; i < size; i++) {
      ports.add(freePort());
    }
    for (int i = 0; i < size; i++) {
      var own = Files.createDirectories(dir.resolve("node-" + i));
      doors.add(Door.plain(own));
      Files.writeString(file(i), text(i));
    }
    applySchema();
    for (int i = 0; i < size; i++) {
      startNode(i);
    }
  }

  private void secret(String name, String text) throws IOException {
    var file = Files.writeString(dir.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Path file(int index) {
    return dir.resolve("node-" + index + ".conf");
  }

  private String text(int index) {
    var seeds =
        ports.stream().map(port -> "\"127.0.0.1:" + port + "\"").collect(Collectors.joining(", "));
    var door =
        doors.get(index).settings().entrySet().stream()
            .map(one -> "%s = \"%s\"".formatted(one.getKey(), one.getValue()))
            .collect(Collectors.joining("\n"));
    return """
        troupe {
          data-dir = "%1$s/node-%2$d/data"
          cluster { name = "test", host = "127.0.0.1", port = %3$d, seed-nodes = [%4$s] }
          http.port = 0
          shared { image-dir = "%1$s/images", token-key-file = "%1$s/token.key" }
          identity.admin-password-file = "%1$s/admin-password"
          journal {
            profile = postgres
            postgres { url = "%5$s", password = "troupe", connections = 5 }
          }
        }
        %6$s
        """
        .formatted(dir, index, ports.get(index), seeds, journal.addresses().getFirst(), door);
  }

  private void applySchema() {
    var said = new StringWriter();
    var code =
        Main.commandLine()
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said))
            .execute("schema", "apply", "--config", file(0).toString());
    if (code != 0) {
      throw new AssertionError(said.toString());
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Returns when it serves. */
  LiveNode startNode(int index) throws Exception {
    var data = dir.resolve("node-" + index).resolve("data");
    var node = nodes.begin(LiveNode.Start.member(data, file(index)), dir);
    alive.put(index, node.awaitReady());
    return node;
  }

  LiveNode node(int index) {
    return alive.get(index);
  }

  /** As the cluster knows it. */
  String address(int index) {
    return "pekko://troupe@127.0.0.1:" + ports.get(index);
  }

  NodeClient admin(int index) throws IOException {
    var url = node(index).url();
    return NodeClient.login(
        url, new CloudsFile.Cloud(url + "/identity/v3", "admin", ADMINS_PASSWORD, "admin"));
  }

  /** The JDK's JMX client, as somebody who may change things. */
  BeanClient jmx(int index) throws Exception {
    return BeanClient.connect(doors.get(index).as("alice", Door.ALICES_PASSWORD));
  }

  /** The nodes are stopped by {@link LiveNodes}, before or after. */
  @Override
  public void close() {
    journal.close();
  }
}
