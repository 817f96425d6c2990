package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.operation.OperationKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
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
   * @param action body of the action, one of the words above, or the path of another call with what
   *     it sends; see {@link #send}
   * @param isFromVolume whether its servers boot from a volume
   */
  private record Way(
      OperationKind kind, String host, List<String> before, String action, boolean isFromVolume) {
    static Way of(OperationKind kind, String action, String... before) {
      return new Way(kind, "good-1", List.of(before), action, false);
    }

    /** With a server that boots from a volume. */
    Way fromVolume() {
      return new Way(kind, host, before, action, true);
    }

    /** Whether its host's driver fails. */
    boolean isToFail() {
      return host.startsWith("no");
    }

    Way on(String other) {
      return new Way(kind, other, before, action, isFromVolume);
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
  private static final String RESIZE = "{\"resize\": {\"flavorRef\": \"2\"}}";

  /** To a larger root disk. */
  private static final String GROW = "{\"resize\": {\"flavorRef\": \"3\"}}";

  private static final String MIGRATE = "{\"migrate\": {\"host\": \"pair-2\"}}";
  private static final String SHELVE = "{\"shelve\": null}";
  private static final String OFFLOAD = "{\"shelveOffload\": null}";
  private static final String UNSHELVE = "{\"unshelve\": null}";
  private static final String ATTACH_VOLUME =
      "POST os-volume_attachments {\"volumeAttachment\": {\"volumeId\": \"VOLUME\"}}";
  private static final String SWAP_VOLUME =
      "PUT os-volume_attachments/VOLUME {\"volumeAttachment\": {\"volumeId\": \"LATTER\"}}";
  private static final String NEW_ROOT = "2.93 {\"rebuild\": {\"imageRef\": \"OTHER\"}}";
  private static final String ATTACH_CARD = "POST os-interface {\"interfaceAttachment\": {}}";

  /** No guest is ever removed there: what was deleted stays condemned. */
  private static final String STUBBORN = "nodestroy-1";

  /** Its servers are evacuated. */
  private static final String DEAD = "dead-1";

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
        Way.of(OperationKind.ADOPT, ADOPT).on("adopted-1"),
        Way.of(OperationKind.DELETE, "{\"forceDelete\": null}").on(STUBBORN),
        Way.of(OperationKind.ATTACH_VOLUME, ATTACH_VOLUME),
        Way.of(OperationKind.ATTACH_VOLUME, ATTACH_VOLUME).on("noattach-1"),
        Way.of(OperationKind.ATTACH_VOLUME, ATTACH_VOLUME, RESIZE).on("pair-1"),
        Way.of(OperationKind.DETACH_VOLUME, "DELETE os-volume_attachments/VOLUME", ATTACH_VOLUME),
        Way.of(OperationKind.SWAP_VOLUME, SWAP_VOLUME, ATTACH_VOLUME),
        Way.of(OperationKind.SWAP_VOLUME, SWAP_VOLUME, ATTACH_VOLUME).on("noswap-1"),
        Way.of(OperationKind.ATTACH_INTERFACE, ATTACH_CARD),
        Way.of(OperationKind.ATTACH_INTERFACE, ATTACH_CARD).on("noattach-1"),
        Way.of(OperationKind.DETACH_INTERFACE, "DELETE os-interface/PORT", ATTACH_CARD),
        Way.of(OperationKind.REBUILD, "{\"rebuild\": {\"imageRef\": \"OTHER\"}}"),
        Way.of(OperationKind.REBUILD, "{\"rebuild\": {\"imageRef\": \"OTHER\"}}", STOP),
        Way.of(OperationKind.REBUILD, NEW_ROOT).fromVolume(),
        Way.of(OperationKind.SHELVE, SHELVE),
        Way.of(OperationKind.SHELVE, SHELVE).on("nosnapshot-1"),
        Way.of(OperationKind.SHELVE_OFFLOAD, OFFLOAD, SHELVE),
        Way.of(OperationKind.UNSHELVE, UNSHELVE, SHELVE),
        Way.of(OperationKind.UNSHELVE, UNSHELVE, SHELVE, OFFLOAD),
        Way.of(OperationKind.RESIZE, RESIZE).on("pair-1"),
        Way.of(OperationKind.MIGRATE, MIGRATE).on("pair-1"),
        Way.of(OperationKind.CONFIRM_RESIZE, "{\"confirmResize\": null}", RESIZE).on("pair-1"),
        Way.of(OperationKind.REVERT_RESIZE, "{\"revertResize\": null}", RESIZE).on("pair-1"),
        Way.of(OperationKind.REVERT_RESIZE, "{\"revertResize\": null}", GROW).on("pair-1"),
        Way.of(
                OperationKind.LIVE_MIGRATE,
                "{\"os-migrateLive\": {\"host\": \"pair-2\", \"block_migration\": \"auto\"}}")
            .on("pair-1"),
        Way.of(OperationKind.EVACUATE, "{\"evacuate\": {}}").on(DEAD));
  }

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private final List<Path> hypervisors = new ArrayList<>();
  private LiveNode node;
  private CloudUser user;
  private String otherImage;

  /** A volume of each server that has one, and one to swap it for. */
  private final Map<String, String> volumes = new HashMap<>();

  private final Map<String, String> latters = new HashMap<>();
  private int adopted;

  @Test
  void everyOperationEndsWhereverItsControllerDies() throws Exception {
    var start =
        LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
            .with("troupe.operations.reclaim-after", "1 h")
            .with("troupe.operations.shelved-offload-after", "-1 s")
            .with("troupe.volumes.per-project", "-1")
            .with("troupe.operations.stop-grace", "1 s")
            .with("troupe.operations.reboot-grace", "1 s");
    begin(start);
    otherImage = uploaded();
    register("good", "");
    register("nospawn", "&failureRate=1.0&failureCommands=Spawn");
    register("nopause", "&failureRate=1.0&failureCommands=Pause");
    register("norescue", "&failureRate=1.0&failureCommands=Rescue&failureKind=INSTANCE_FAULT");
    register("nosnapshot", "&failureRate=1.0&failureCommands=Snapshot&failureKind=INSTANCE_FAULT");
    register("adopted", "&foreignGuests=20");
    register("noattach", "&failureRate=1.0&failureCommands=AttachVolume,AttachNic");
    register("noswap", "&failureRate=1.0&failureCommands=SwapVolume&failureKind=INSTANCE_FAULT");
    register("nodestroy", "&failureRate=1.0&failureCommands=Destroy&failureKind=INSTANCE_FAULT");
    // More of everything than the others, so that what moves goes there.
    register("pair", 2, "&ramMib=800000&vcpus=1000&sharedPool=pair");
    register("dead", 2, "&sharedPool=dead");
    assertThat(untold()).as("kinds that have no way here yet").isEmpty();

    var points = learn();
    var servers = prepare(points);
    node.kill9();
    begin(start.with("io.troupe.drill", "true"));
    forceDown(true);
    hold(points, servers);
    node.kill9();
    begin(start);
    Books.awaitQuiet(node.admin(), PATIENCE);

    assertAllEnded(servers);
    settleWhatWaits();
    var books = Books.of(node, hypervisors.toArray(Path[]::new));
    assertThat(books.claims().get(STUBBORN))
        .as("whatever could not be removed there, the host still answers for")
        .isNotEmpty()
        .isEqualTo(books.guests().get(STUBBORN));
    books.without(STUBBORN).assertBalanced();
  }

  /**
   * What waits to be confirmed is on two hosts, what is shelved may be on none, and a volume lies
   * on its host without any server: all that is settled before the books are compared.
   */
  private void settleWhatWaits() throws Exception {
    assertInUse(volumes);
    assertInUse(latters);
    for (var id : volumes.keySet()) {
      if (user.client().get(path(id)).status() == 200) {
        send("{\"forceDelete\": null}", id).expectAny();
        user.awaitGone(path(id));
      }
    }
    for (var all : List.of(volumes, latters)) {
      for (var volume : all.values()) {
        delete("/volume/v3/volumes/" + volume);
      }
    }
    for (var server : Books.servers(node.admin())) {
      var id = server.path("id").textValue();
      switch (Books.status(server)) {
        case "VERIFY_RESIZE" -> send("{\"confirmResize\": null}", id).expectAny();
        case "SHELVED", "SHELVED_OFFLOADED" -> send(UNSHELVE, id).expectAny();
        default -> {}
      }
    }
    Books.awaitQuiet(node.admin(), PATIENCE);
  }

  /**
   * @param all a volume by each server that may have it
   */
  private void assertInUse(Map<String, String> all) {
    all.forEach(
        (id, volume) -> {
          var attached = user.client().get(path(id) + "/os-volume_attachments");
          var has = attached.text().contains(volume);
          var shown = user.client().get("/volume/v3/volumes/" + volume).expect(200);
          assertThat(shown.at("/volume/status").textValue())
              .as("status of a volume that its server says it has: %s", has)
              .isEqualTo(has ? "in-use" : "available");
        });
  }

  /** When its host says so it is free. */
  private void delete(String volume) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (user.client().get(volume).status() != 404) {
      user.client().delete(volume);
      assertThat(System.nanoTime()).as("%s goes", volume).isLessThan(end);
      Thread.sleep(100);
    }
  }

  /** Another image than the servers are made of. */
  private String uploaded() {
    var wanted = "{\"name\": \"other\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}";
    var made = user.client().post("/image/v2/images", wanted);
    var id = made.expect(201).path("id").textValue();
    user.client()
        .put("/image/v2/images/" + id + "/file", "application/octet-stream", new byte[65_536])
        .expect(204);
    return id;
  }

  private void forceDown(boolean down) {
    var fence =
        "{\"host\": \"%s\", \"binary\": \"nova-compute\", \"forced_down\": %s}"
            .formatted(DEAD, down);
    user.client()
        .at("2.11")
        .put("/compute/v2.1/os-services/force-down", "application/json", fence.getBytes())
        .expect(200);
  }

  /** Kinds of operation whose steps nobody has told this test how to come to. */
  private static EnumSet<OperationKind> untold() {
    var untold = EnumSet.allOf(OperationKind.class);
    ways().forEach(way -> untold.remove(way.kind()));
    return untold;
  }

  private void begin(LiveNode.Start start) throws Exception {
    node = nodes.start(start);
    user = CloudUser.of(node.admin());
  }

  private void register(String name, String options) throws Exception {
    register(name, 1, options);
  }

  private void register(String name, int hosts, String options) throws Exception {
    var state = dir.resolve("hypervisor-" + name);
    hypervisors.add(state);
    var uri =
        "fake://%s?hosts=%d&prefix=%s-&state=%s%s".formatted(name, hosts, name, state, options);
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
      if (way.kind() == OperationKind.EVACUATE) {
        forceDown(true);
      }
      act(way, server, "learn");
      Books.awaitQuiet(node.admin(), PATIENCE);
      var id = server.isPresent() ? server.get() : newest("learn");
      for (var step : ended(id).path("steps")) {
        var point = new Point(way, step.path("name").textValue());
        points.putIfAbsent(point.toString(), point);
      }
      if (way.kind() != OperationKind.DELETE) {
        user.client().post(path(id) + "/action", "{\"forceDelete\": null}").expect(202);
      }
    }
    Books.awaitQuiet(node.admin(), PATIENCE);
    forceDown(false);
    System.out.println("KilledAtEachStepTest: steps " + points.keySet());
    return points;
  }

  /** The operation that began last; some show in no task state that they are under way. */
  private JsonNode ended(String id) throws Exception {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (latest(id).path("finished_at").isNull()) {
      assertThat(System.nanoTime()).as("%s ends", latest(id)).isLessThan(end);
      Thread.sleep(50);
    }
    return latest(id);
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
    var root = way.isFromVolume() ? Optional.of(bootable()) : Optional.<String>empty();
    var reply = root.isPresent() ? bootFrom(root.get(), way, name) : boot(way, name);
    var made = reply.expect(202).path("server").path("id").textValue();
    root.ifPresent(volume -> volumes.put(made, volume));
    user.settled(path(made));
    for (var action : way.before()) {
      send(action, made).expectAny();
      user.settled(path(made));
      ended(made);
    }
    return Optional.of(made);
  }

  private NodeClient.Reply boot(Way way, String name) {
    var zone = ", \"availability_zone\": \"nova:%s\"".formatted(way.host());
    return user.create(user.server(name, "1", zone));
  }

  private NodeClient.Reply bootFrom(String volume, Way way, String name) {
    return user.create(
        """
        {"server": {"name": "%s", "flavorRef": "1", "networks": "auto",
          "availability_zone": "nova:%s", "block_device_mapping_v2": [
          {"boot_index": 0, "uuid": "%s", "source_type": "volume", "destination_type": "volume"}]}}
        """
            .formatted(name, way.host(), volume));
  }

  private String bootable() {
    var wanted = "{\"volume\": {\"size\": 1, \"imageRef\": \"" + user.image() + "\"}}";
    return user.client()
        .post("/volume/v3/volumes", wanted)
        .expect(202)
        .at("/volume/id")
        .textValue();
  }

  private record Sent(NodeClient.Reply reply) {
    void expectAny() {
      assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
    }
  }

  /** An action, a delete, or another call of something below the server. */
  private Sent send(String action, String id) {
    return new Sent(sending(action, id).join());
  }

  private CompletableFuture<NodeClient.Reply> sending(String action, String id) {
    var filled = filled(action, id);
    var words = filled.split(" ", 3);
    return switch (words[0]) {
      case DELETE -> user.client().deleteAsync(path(id) + (words.length > 1 ? "/" + words[1] : ""));
      case "PUT" -> user.client().putAsync(path(id) + "/" + words[1], words[2]);
      case "2.93" ->
          user.client()
              .at(words[0])
              .postAsync(path(id) + "/action", filled.substring(words[0].length()));
      case "POST" -> user.client().postAsync(path(id) + "/" + words[1], words[2]);
      default -> user.client().postAsync(path(id) + "/action", filled);
    };
  }

  /** With the volumes of the server's own, its last port, and the other image. */
  private String filled(String action, String id) {
    var filled = action.replace("OTHER", otherImage);
    if (filled.contains("VOLUME")) {
      filled = filled.replace("VOLUME", volumes.computeIfAbsent(id, _ -> volume()));
    }
    if (filled.contains("LATTER")) {
      filled = filled.replace("LATTER", latters.computeIfAbsent(id, _ -> volume()));
    }
    if (filled.endsWith("/PORT")) {
      var cards = user.client().get(path(id) + "/os-interface").expect(200);
      var all = cards.path("interfaceAttachments");
      filled = filled.replace("PORT", all.get(all.size() - 1).path("port_id").textValue());
    }
    return filled;
  }

  private String volume() {
    return user.client()
        .post("/volume/v3/volumes", "{\"volume\": {\"size\": 1}}")
        .expect(202)
        .path("volume")
        .path("id")
        .textValue();
  }

  private static String path(String id) {
    return "/compute/v2.1/servers/" + id;
  }

  private void act(Way way, Optional<String> server, String name) throws Exception {
    switch (way.action()) {
      case BOOT -> boot(way, name).expect(202);
      case ADOPT -> adopt(name).expect(202);
      default -> {
        var sent = send(way.action(), server.orElseThrow());
        if (!way.isToFail()) { // else some hear of it at once
          sent.expectAny();
        }
      }
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
          default -> sending(way.action(), servers.get(name).orElseThrow());
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
      ended(id);
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
