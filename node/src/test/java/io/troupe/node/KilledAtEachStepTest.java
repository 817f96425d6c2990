package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.operation.OperationKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 at every step of every workflow: once when the step is about to be asked for, once when
 * it was carried out and nobody has written that down. A first life of the node learns from the
 * trails which steps there are; a second one holds a server at each of them (see {@code Drill}) and
 * is killed; a third one has to bring all of it to an end. Which steps were hit is counted from the
 * log, and one that was not fails the test.
 */
class KilledAtEachStepTest {
  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final Pattern HELD = Pattern.compile("drill: \\S+ holds (at|after) (\\S+)");
  private static final String DELETE = "DELETE";
  private static final String BOOT = "BOOT";
  private static final String ADOPT = "ADOPT";

  /**
   * A way through a workflow.
   *
   * @param host whose driver fails as the way needs it
   * @param before actions that bring a server where this one begins
   * @param action body of the action, or one of the words above
   */
  private record Way(OperationKind kind, String host, List<String> before, String action) {
    static Way of(OperationKind kind, String action, String... before) {
      return new Way(kind, "good-1", List.of(before), action);
    }

    Way on(String other) {
      return new Way(kind, other, before, action);
    }
  }

  /** Where a server is held. */
  private record Point(Way way, String step) {
    @Override
    public String toString() {
      return way.kind().name().toLowerCase(Locale.ROOT) + "." + step;
    }
  }

  private static final String STOP = "{\"os-stop\": null}";
  private static final String PAUSE = "{\"pause\": null}";
  private static final String SUSPEND = "{\"suspend\": null}";
  private static final String RESCUE = "{\"rescue\": null}";
  private static final String IMAGE = "{\"createImage\": {\"name\": \"i\"}}";

  private static List<Way> ways() {
    return List.of(
        Way.of(OperationKind.BOOT, BOOT),
        Way.of(OperationKind.BOOT, BOOT).on("nospawn-1"),
        Way.of(OperationKind.DELETE, "{\"forceDelete\": null}"),
        Way.of(OperationKind.START, "{\"os-start\": null}", STOP),
        Way.of(OperationKind.STOP, STOP),
        Way.of(OperationKind.REBOOT_SOFT, "{\"reboot\": {\"type\": \"SOFT\"}}"),
        Way.of(OperationKind.REBOOT_HARD, "{\"reboot\": {\"type\": \"HARD\"}}"),
        Way.of(OperationKind.SOFT_DELETE, DELETE),
        Way.of(OperationKind.RESTORE, "{\"restore\": null}", DELETE),
        Way.of(OperationKind.RESET_TO_ACTIVE, "{\"os-resetState\": {\"state\": \"active\"}}"),
        Way.of(OperationKind.RESET_TO_ERROR, "{\"os-resetState\": {\"state\": \"error\"}}"),
        Way.of(OperationKind.PAUSE, PAUSE),
        Way.of(OperationKind.PAUSE, PAUSE).on("nopause-1"),
        Way.of(OperationKind.UNPAUSE, "{\"unpause\": null}", PAUSE),
        Way.of(OperationKind.SUSPEND, SUSPEND),
        Way.of(OperationKind.RESUME, "{\"resume\": null}", SUSPEND),
        Way.of(OperationKind.CRASH_DUMP, "{\"trigger_crash_dump\": null}"),
        Way.of(OperationKind.SET_PASSWORD, "{\"changePassword\": {\"adminPass\": \"s3cret\"}}"),
        Way.of(OperationKind.RESCUE, RESCUE),
        Way.of(OperationKind.RESCUE, RESCUE).on("norescue-1"),
        Way.of(OperationKind.UNRESCUE, "{\"unrescue\": null}", RESCUE),
        Way.of(OperationKind.CREATE_IMAGE, IMAGE),
        Way.of(OperationKind.CREATE_IMAGE, IMAGE).on("nosnapshot-1"),
        Way.of(
            OperationKind.BACKUP,
            "{\"createBackup\": {\"name\": \"b\", \"backup_type\": \"daily\", \"rotation\": 1}}"),
        Way.of(OperationKind.ADOPT, ADOPT).on("adopted-1"));
  }

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private final List<Path> hypervisors = new ArrayList<>();
  private LiveNode node;
  private CloudUser user;
  private int adopted;

  @Test
  void everyOperationEndsWhereverItsControllerDies() throws Exception {
    var start =
        LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
            .with("troupe.operations.reclaim-after", "1 h")
            .with("troupe.operations.stop-grace", "1 s")
            .with("troupe.operations.reboot-grace", "1 s");
    begin(start);
    register("good", "");
    register("nospawn", "&failureRate=1.0&failureCommands=Spawn");
    register("nopause", "&failureRate=1.0&failureCommands=Pause");
    register("norescue", "&failureRate=1.0&failureCommands=Rescue&failureKind=INSTANCE_FAULT");
    register("nosnapshot", "&failureRate=1.0&failureCommands=Snapshot&failureKind=INSTANCE_FAULT");
    register("adopted", "&foreignGuests=20");
    assertThat(untold()).as("kinds that have no way here yet").isEmpty();

    var points = learn();
    var servers = prepare(points);
    node.kill9();
    begin(start.with("io.troupe.drill", "true"));
    hold(points, servers);
    node.kill9();
    begin(start);
    Books.awaitQuiet(node.admin(), PATIENCE);

    assertAllEnded(servers);
    Books.of(node, hypervisors.toArray(Path[]::new)).assertBalanced();
  }

  /**
   * Kinds of operation whose steps nobody has told this test how to come to. Moves, rebuild and
   * shelving are not among those it asks for yet.
   */
  private static EnumSet<OperationKind> untold() {
    var untold = EnumSet.range(OperationKind.BOOT, OperationKind.UNRESCUE);
    ways().forEach(way -> untold.remove(way.kind()));
    return untold;
  }

  private void begin(LiveNode.Start start) throws Exception {
    node = nodes.start(start);
    user = CloudUser.of(node.admin());
  }

  private void register(String name, String options) throws Exception {
    var state = dir.resolve("hypervisor-" + name);
    hypervisors.add(state);
    var uri = "fake://%s?hosts=1&prefix=%s-&state=%s%s".formatted(name, name, state, options);
    node.admin()
        .post("/v1/connections", "{\"id\": \"%s\", \"uri\": \"%s\"}".formatted(name, uri))
        .expect(201);
  }

  // ---- the first life

  /** Every step that a trail shows, with a way to it. */
  private Map<String, Point> learn() throws Exception {
    var points = new LinkedHashMap<String, Point>();
    for (Way way : ways()) {
      var server = prepared(way, "learn");
      act(way, server, "learn");
      Books.awaitQuiet(node.admin(), PATIENCE);
      var id = server.isPresent() ? server.get() : newest("learn");
      for (var step : latest(id).path("steps")) {
        var point = new Point(way, step.path("name").textValue());
        points.putIfAbsent(point.toString(), point);
      }
      if (way.kind() != OperationKind.DELETE) {
        user.client().post(path(id) + "/action", "{\"forceDelete\": null}").expect(202);
      }
    }
    Books.awaitQuiet(node.admin(), PATIENCE);
    System.out.println("KilledAtEachStepTest: steps " + points.keySet());
    return points;
  }

  /** The operation that began last, also of a server that is deleted. */
  private JsonNode latest(String id) throws Exception {
    var reply = node.admin().get("/v1/instances/" + id + "/operations").expect(200);
    return reply.path("operations").path(0);
  }

  private String newest(String name) throws Exception {
    return Books.servers(node.admin()).stream()
        .filter(server -> server.path("name").textValue().equals(name))
        .map(server -> server.path("id").textValue())
        .findFirst()
        .orElseThrow();
  }

  /** A server where {@code way} begins; empty where it begins with none. */
  private Optional<String> prepared(Way way, String name) throws Exception {
    if (way.action().equals(BOOT) || way.action().equals(ADOPT)) {
      return Optional.empty();
    }
    var made = boot(way, name).expect(202).path("server").path("id").textValue();
    user.settled(path(made));
    for (var action : way.before()) {
      send(action, made).expectAny();
      user.settled(path(made));
    }
    return Optional.of(made);
  }

  private NodeClient.Reply boot(Way way, String name) {
    var zone = ", \"availability_zone\": \"nova:%s\"".formatted(way.host());
    return user.create(user.server(name, "1", zone));
  }

  private record Sent(NodeClient.Reply reply) {
    void expectAny() {
      assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
    }
  }

  private Sent send(String action, String id) {
    return new Sent(
        action.equals(DELETE)
            ? user.client().delete(path(id))
            : user.client().post(path(id) + "/action", action));
  }

  private static String path(String id) {
    return "/compute/v2.1/servers/" + id;
  }

  private void act(Way way, Optional<String> server, String name) throws Exception {
    switch (way.action()) {
      case BOOT -> boot(way, name).expect(202);
      case ADOPT -> adopt(name).expect(202);
      default -> send(way.action(), server.orElseThrow()).expectAny();
    }
  }

  private NodeClient.Reply adopt(String name) throws Exception {
    return user.client().post("/v1/hosts/adopted-1/adopt", adoption(name));
  }

  private String adoption(String name) {
    return "{\"guest\": \"foreign-%d\", \"project_id\": \"%s\", \"name\": \"%s\"}"
        .formatted(++adopted, Books.projectOf(user.client()), name);
  }

  private Map<String, Optional<String>> prepare(Map<String, Point> points) throws Exception {
    var servers = new LinkedHashMap<String, Optional<String>>();
    for (Point point : points.values()) {
      for (var where : List.of("at", "after")) {
        var name = "hold-" + where + "-" + point;
        servers.put(name, prepared(point.way(), name));
      }
    }
    return servers;
  }

  // ---- the second life

  /** Nobody waits for the answers: some come only when the step that is held has been done. */
  private void hold(Map<String, Point> points, Map<String, Optional<String>> servers)
      throws Exception {
    var client = user.client();
    var wanted = new TreeSet<String>();
    for (Point point : points.values()) {
      for (var where : List.of("at", "after")) {
        wanted.add(where + " " + point);
        var name = "hold-" + where + "-" + point;
        var way = point.way();
        switch (way.action()) {
          case BOOT -> {
            var zone = ", \"availability_zone\": \"nova:%s\"".formatted(way.host());
            client.postAsync("/compute/v2.1/servers", user.server(name, "1", zone));
          }
          case ADOPT -> client.postAsync("/v1/hosts/adopted-1/adopt", adoption(name));
          case DELETE -> client.deleteAsync(path(servers.get(name).orElseThrow()));
          default ->
              client.postAsync(path(servers.get(name).orElseThrow()) + "/action", way.action());
        }
      }
    }
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!held().containsAll(wanted) && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    wanted.removeAll(held());
    System.out.printf(
        "KilledAtEachStepTest: held %d servers at %d steps, then kill -9%n",
        held().size(), points.size());
    assertThat(wanted).as("steps at which nothing was held").isEmpty();
  }

  private TreeSet<String> held() throws Exception {
    var held = new TreeSet<String>();
    var found = HELD.matcher(Files.readString(dir.resolve("data").resolve("troupe.log")));
    while (found.find()) {
      held.add(found.group(1) + " " + found.group(2));
    }
    return held;
  }

  // ---- the third life

  private void assertAllEnded(Map<String, Optional<String>> servers) throws Exception {
    var ids = new TreeSet<String>();
    servers.values().forEach(id -> id.ifPresent(ids::add));
    Books.servers(node.admin()).forEach(server -> ids.add(server.path("id").textValue()));
    var failed = 0;
    for (var id : ids) {
      for (var operation :
          node.admin().get("/v1/instances/" + id + "/operations").expect(200).path("operations")) {
        assertThat(operation.path("finished_at").isNull()).as("%s", operation).isFalse();
        failed += operation.path("result").asText().equals("failed") ? 1 : 0;
      }
    }
    System.out.printf(
        "KilledAtEachStepTest: %d servers, all operations ended, %d of them failed visibly%n",
        ids.size(), failed);
  }
}
