package io.troupe.http.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.TaskState;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.http.cloud.TestClient;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/states.md} over HTTP: every request of every row, put to a server in every state with
 * every task that an operation shows. What is refused is 409 in Nova's words, and nothing has
 * changed; what is allowed is answered as the API's table of actions says.
 */
class LegalRequestsTest {
  private static final String DEAD_HOST = "dead-1";
  private static final String PORT = "22222222-2222-4222-8222-222222222222";

  /** Rows whose requests always answer the same, whatever the server does: they are not built. */
  private static final Set<String> NOT_BUILT =
      Set.of("get_vnc_console", "attach_share", "detach_share");

  private static WholeCloud cloud;
  private static TestClient admin;
  private static LegalPage page;

  /** A server in each state, brought there by requests. */
  private static final Map<VmState, InstanceState> MODELS = new EnumMap<>(VmState.class);

  private static InstanceState migrating;

  // ---- the requests

  /**
   * @param status when it is allowed
   * @param word Nova's, as it stands in the refusal
   */
  private record Request(
      int status, String word, BiFunction<TestClient, String, TestClient.Reply> send) {}

  private static final Map<String, Request> REQUESTS = new LinkedHashMap<>();

  static {
    request("delete", 204, (it, path) -> it.delete(path));
    action("forceDelete", 202, "{\"forceDelete\": null}");
    action("restore", 202, "{\"restore\": null}");
    action("start", 202, "{\"os-start\": null}");
    action("stop", 202, "{\"os-stop\": null}");
    action("reboot SOFT", 202, "{\"reboot\": {\"type\": \"SOFT\"}}");
    action("reboot HARD", 202, "{\"reboot\": {\"type\": \"HARD\"}}");
    for (var plain :
        List.of("pause", "unpause", "suspend", "resume", "shelve", "shelveOffload", "unshelve")) {
      action(plain, 202, "{\"" + plain + "\": null}");
    }
    action("rescue", 200, "{\"rescue\": null}");
    action("unrescue", 202, "{\"unrescue\": null}");
    action("changePassword", 202, "{\"changePassword\": {\"adminPass\": \"secret\"}}");
    action("resize", 202, "{\"resize\": {\"flavorRef\": \"large\"}}");
    action("migrate", 202, "{\"migrate\": null}");
    action("confirmResize", 204, "{\"confirmResize\": null}");
    action("revertResize", 202, "{\"revertResize\": null}");
    action(
        "os-migrateLive",
        202,
        "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}");
    action("evacuate", 200, "{\"evacuate\": {}}");
    action("rebuild", 202, "{\"rebuild\": {\"imageRef\": \"" + WholeCloud.IMAGE + "\"}}");
    action("createImage", 202, "{\"createImage\": {\"name\": \"snap\"}}");
    action(
        "createBackup",
        202,
        "{\"createBackup\": {\"name\": \"b\", \"backup_type\": \"daily\", \"rotation\": 1}}");
    action("trigger_crash_dump", 202, "{\"trigger_crash_dump\": null}");
    action("os-getConsoleOutput", 200, "{\"os-getConsoleOutput\": {}}");
    action("lock", 202, "{\"lock\": null}");
    action("unlock", 202, "{\"unlock\": null}");
    action("resetState", 202, "{\"os-resetState\": {\"state\": \"error\"}}");
    action("injectNetworkInfo", 202, "{\"injectNetworkInfo\": null}");
    request("abort live migration", 202, (it, path) -> it.delete(path + migration()));
    request(
        "force_complete",
        202,
        (it, path) -> it.post(path + migration() + "/action", "{\"force_complete\": null}"));
    request(
        "attach_volume",
        200,
        (it, path) ->
            it.post(
                path + "/os-volume_attachments",
                "{\"volumeAttachment\": {\"volumeId\": \"" + freshVolume() + "\"}}"));
    request(
        "detach_volume",
        202,
        (it, path) -> it.delete(path + "/os-volume_attachments/" + WholeCloud.ATTACHED.id()));
    request(
        "swap_volume",
        202,
        (it, path) ->
            it.put(
                path + "/os-volume_attachments/" + WholeCloud.ATTACHED.id(),
                "{\"volumeAttachment\": {\"volumeId\": \"" + freshVolume() + "\"}}"));
    request(
        "attach_interface",
        200,
        (it, path) ->
            it.post(
                path + "/os-interface",
                "{\"interfaceAttachment\": {\"net_id\": \"" + WholeCloud.NETWORK + "\"}}"));
    request("detach_interface", 202, (it, path) -> it.delete(path + "/os-interface/" + PORT));
    request(
        "update", 200, (it, path) -> it.put(path, "{\"server\": {\"description\": \"other\"}}"));
    request(
        "update metadata",
        200,
        (it, path) -> it.post(path + "/metadata", "{\"metadata\": {\"k\": \"v\"}}"));
    request("delete metadata", 204, (it, path) -> it.delete(path + "/metadata/role"));
    request("update tags", 200, (it, path) -> it.put(path + "/tags", "{\"tags\": [\"t\"]}"));
    request("update tag", 201, (it, path) -> it.put(path + "/tags/t", ""));
    request("delete tags", 204, (it, path) -> it.delete(path + "/tags"));
    request("delete tag", 204, (it, path) -> it.delete(path + "/tags/blue"));
  }

  private static void action(String name, int status, String body) {
    request(name, status, (it, path) -> it.post(path + "/action", body));
  }

  private static void request(
      String name, int status, BiFunction<TestClient, String, TestClient.Reply> send) {
    REQUESTS.put(name, new Request(status, name.replaceAll(" (SOFT|HARD)$", ""), send));
  }

  private static String migration() {
    return "/migrations/" + migrating.moves().migrations().getLast().number();
  }

  // ---- servers in every state

  @BeforeAll
  static void start() throws IOException {
    page = LegalPage.read();
    cloud =
        WholeCloud.start(
            "troupe.operations.reclaim-after = 1 hour\n"
                + "troupe.operations.shelved-offload-after = 1 hour\n"
                + "troupe.volumes { per-project = -1, gigabytes-per-project = -1 }",
            "fake://?hosts=4&vcpus=100000&ramMib=100000000&diskGib=1000000",
            "fake://?hosts=1&prefix=dead-");
    admin = cloud.admin("2.90");
    assertThat(
            admin
                .at("2.11")
                .put(
                    "/compute/v2.1/os-services/force-down",
                    "{\"host\": \"dead-1\", \"binary\": \"nova-compute\", \"forced_down\": true}")
                .status())
        .isEqualTo(200);
    makeModels();
  }

  private static String freshVolume() {
    return admin
        .post("/volume/v3/volumes", "{\"volume\": {\"size\": 1, \"name\": \"data\"}}")
        .body()
        .at("/volume/id")
        .asText();
  }

  @AfterAll
  static void stop() throws IOException {
    cloud.close();
  }

  private static void makeModels() {
    model(VmState.ACTIVE);
    model(VmState.PAUSED, "{\"pause\": null}");
    model(VmState.SUSPENDED, "{\"suspend\": null}");
    model(VmState.STOPPED, "{\"os-stop\": null}");
    model(VmState.RESCUED, "{\"rescue\": null}");
    model(VmState.RESIZED, "{\"resize\": {\"flavorRef\": \"large\"}}");
    model(VmState.ERROR, "{\"os-resetState\": {\"state\": \"error\"}}");
    model(VmState.SHELVED, "{\"shelve\": null}");
    model(VmState.SHELVED_OFFLOADED, "{\"shelve\": null}", "{\"shelveOffload\": null}");
    var soft = boot("soft");
    admin.delete(WholeCloud.SERVERS + soft);
    model(VmState.SOFT_DELETED, soft);
    MODELS.put(VmState.BUILDING, inState(MODELS.get(VmState.ACTIVE), VmState.BUILDING));
    var live = boot("hold-at-live_migrate.offer_move");
    accepted(live, "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}");
    migrating = cloud.stateOf(live);
  }

  private static void model(VmState vmState, String... actions) {
    var id = boot("model");
    for (String body : actions) {
      accepted(id, body);
      cloud.atRest(id);
    }
    model(vmState, id);
  }

  private static void model(VmState vmState, InstanceId id) {
    assertThat(cloud.atRest(id).vmState()).isEqualTo(vmState);
    MODELS.put(vmState, cloud.stateOf(id));
  }

  private static InstanceId boot(String name) {
    var port =
        admin.post(
            "/networking/v2.0/ports",
            "{\"port\": {\"network_id\": \"" + WholeCloud.NETWORK + "\"}}");
    var reply =
        admin.post(
            "/compute/v2.1/servers",
            """
            {"server": {"name": "%s", "flavorRef": "small", "imageRef": "%s", "tags": ["blue"],
              "metadata": {"role": "db"}, "networks": [{"port": "%s"}]}}
            """
                .formatted(name, WholeCloud.IMAGE, port.body().at("/port/id").asText()));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    var id = InstanceId.parse(reply.body().at("/server/id").asText()).orElseThrow();
    WholeCloud.until(() -> cloud.view(id).vmState() != VmState.BUILDING);
    assertThat(cloud.view(id).vmState()).isEqualTo(VmState.ACTIVE);
    return id;
  }

  private static void accepted(InstanceId id, String body) {
    var reply = admin.post(WholeCloud.SERVERS + id + "/action", body);
    assertThat(reply.status()).as(body + " " + reply.text()).isBetween(200, 204);
  }

  private static InstanceState inState(InstanceState model, VmState vmState) {
    return cloud.like(model, tree -> tree.set("vmState", cloud.written(vmState)));
  }

  /** What one request is put to. */
  private static InstanceId server(String action, VmState vmState, Optional<TaskState> task) {
    var state =
        cloud.like(
            MODELS.get(vmState),
            tree -> {
              task.map(LegalRequestsTest::doing)
                  .ifPresent(
                      operation -> {
                        tree.set("operation", cloud.written(operation));
                        ((ObjectNode) tree.get("request")).put("name", hold(operation));
                      });
              if (task.equals(Optional.of(TaskState.MIGRATING)) || isAboutMigration(action)) {
                tree.set("moves", cloud.written(migrating.moves()));
              }
              ((ObjectNode) tree.at("/nics/0")).put("portId", PORT);
              if (isAboutItsVolume(action)) {
                tree.set("volumes", cloud.written(List.of(WholeCloud.ATTACHED)));
              }
              if (action.equals("unshelve")) { // others' deletes take their image with them
                ((ObjectNode) tree.get("shelf")).put("imageId", image());
              }
              if (action.equals("evacuate")) {
                tree.set("host", cloud.written(new HostId(DEAD_HOST)));
              }
            });
    return cloud.put(state);
  }

  private static String image() {
    var made =
        admin
            .post(
                "/image/v2/images",
                "{\"name\": \"shelf\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}")
            .body()
            .get("id")
            .asText();
    admin.send(
        admin
            .request("/image/v2/images/" + made + "/file")
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[4096])));
    return made;
  }

  private static boolean isPutToItsOwn(String action) {
    return action.equals("evacuate") || isAboutItsVolume(action) || isAboutMigration(action);
  }

  private static boolean isAboutItsVolume(String action) {
    return action.equals("detach_volume") || action.equals("swap_volume");
  }

  private static boolean isAboutMigration(String action) {
    return action.equals("abort live migration") || action.equals("force_complete");
  }

  private static Operation doing(TaskState task) {
    for (OperationKind kind : OperationKind.values()) {
      for (StepKind step : StepKind.values()) {
        if (kind.taskState(step).equals(Optional.of(task)) && kind != OperationKind.ADOPT) {
          var one = task == TaskState.MIGRATING ? StepKind.LIVE_MIGRATE : step;
          return Operation.begin(
                  task == TaskState.MIGRATING
                      ? migrating.operation().orElseThrow().id()
                      : new OperationId("req-running"),
                  kind,
                  Instant.now().plus(Duration.ofHours(2)),
                  List.of(Step.of(one)),
                  task == TaskState.MIGRATING
                      ? migrating.operation().orElseThrow().purpose()
                      : Optional.empty())
              .onHost(Optional.of(new HostId("fake-2")));
        }
      }
    }
    throw new AssertionError("no operation shows " + task);
  }

  private static String hold(Operation operation) {
    return "hold-at-%s.%s"
        .formatted(
            operation.kind().name().toLowerCase(Locale.ROOT),
            operation.current().orElseThrow().kind().word());
  }

  /** Those that some operation shows. */
  private static List<Optional<TaskState>> tasks() {
    var shown = EnumSet.noneOf(TaskState.class);
    for (OperationKind kind : OperationKind.values()) {
      for (StepKind step : StepKind.values()) {
        kind.taskState(step).ifPresent(shown::add);
      }
    }
    var all = new ArrayList<Optional<TaskState>>();
    all.add(Optional.empty());
    shown.forEach(task -> all.add(Optional.of(task)));
    return all;
  }

  // ---- the tests

  @Test
  void everyRowHasARequest() {
    assertThat(page.actions())
        .filteredOn(action -> !NOT_BUILT.contains(action))
        .allMatch(REQUESTS::containsKey);
    assertThat(REQUESTS.keySet()).allMatch(page.actions()::contains);
  }

  @Test
  void whatIsRefusedIs409InNovasWordsAndChangesNothing() throws Exception {
    var wrong = new ConcurrentLinkedQueue<String>();

    everywhere(
        tasks(),
        (vmState, task) -> {
          var forAll = server("any", vmState, task);
          var before = cloud.view(forAll);
          for (var entry : REQUESTS.entrySet()) {
            var answer = page.answer(entry.getKey(), vmState, task);
            if (answer == LegalPage.Answer.YES) {
              continue;
            }
            var id = isPutToItsOwn(entry.getKey()) ? server(entry.getKey(), vmState, task) : forAll;
            var reply = entry.getValue().send().apply(admin, WholeCloud.SERVERS + id);
            var message = reply.body().at("/conflictingRequest/message").asText();
            if (reply.status() != 409
                || !message.equals(refusal(entry.getValue().word(), id, answer, vmState, task))) {
              wrong.add(
                  "%s in %s %s: %d %s"
                      .formatted(entry.getKey(), vmState, task, reply.status(), reply.text()));
            }
          }
          var after = cloud.view(forAll);
          if (!after.equals(before)) {
            wrong.add("%s %s has changed: %s -> %s".formatted(vmState, task, before, after));
          }
        });

    assertThat(wrong).isEmpty();
  }

  private static String refusal(
      String word,
      InstanceId id,
      LegalPage.Answer answer,
      VmState vmState,
      Optional<TaskState> task) {
    return "Cannot '%s' instance %s while it is in %s"
        .formatted(
            word,
            id,
            answer == LegalPage.Answer.VM
                ? "vm_state " + vmState.word()
                : "task_state " + task.map(TaskState::word).orElse("None"));
  }

  @Test
  void whatIsAllowedIsAnsweredAsTheTableOfActionsSays() throws Exception {
    var wrong = new ConcurrentLinkedQueue<String>();

    everywhere(
        page.oneOfEachTable(tasks()),
        (vmState, task) -> {
          for (var entry : REQUESTS.entrySet()) {
            if (page.answer(entry.getKey(), vmState, task) != LegalPage.Answer.YES) {
              continue;
            }
            var id = server(entry.getKey(), vmState, task);
            var reply = entry.getValue().send().apply(admin, WholeCloud.SERVERS + id);
            if (reply.status() != entry.getValue().status() && !isExcused(reply, vmState, task)) {
              wrong.add(
                  "%s in %s %s: %d %s"
                      .formatted(entry.getKey(), vmState, task, reply.status(), reply.text()));
            }
          }
        });

    assertThat(wrong).isEmpty();
  }

  /**
   * What is asked after the state. A server that was put there has no guest on its host, so what
   * its hypervisor answers itself is that; one that was offloaded has no host; one on two hosts
   * cannot be evacuated.
   */
  private static boolean isExcused(
      TestClient.Reply reply, VmState vmState, Optional<TaskState> task) {
    var message = reply.body().findPath("message").asText();
    return reply.status() == 409 && message.endsWith(" is not ready")
        || reply.status() == 400 && message.startsWith("no guest of instance ")
        || vmState == VmState.SHELVED_OFFLOADED && message.contains(" is on no host")
        || task.equals(Optional.of(TaskState.MIGRATING))
            && message.contains("is being moved between two hosts");
  }

  /** Does it for every state and these tasks, some at once. */
  private static void everywhere(List<Optional<TaskState>> tasks, Cell cell) throws Exception {
    var all = new ArrayList<Callable<Void>>();
    for (VmState vmState : MODELS.keySet()) {
      for (var task : tasks) {
        all.add(
            () -> {
              cell.visit(vmState, task);
              return null;
            });
      }
    }
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (var done : threads.invokeAll(all)) {
        done.get();
      }
    }
  }

  private interface Cell {
    void visit(VmState vmState, Optional<TaskState> task) throws Exception;
  }
}
