package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/workflows}: one page for each operation, drawn from a run of it on a whole node, and
 * compared. {@code -Dtroupe.update=true} writes the pages anew.
 */
class WorkflowPagesTest {
  private static final Path FOLDER = Path.of("..", "docs", "workflows");

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  /** What is said of an operation, and its runs. */
  private record Page(String file, String title, String text, List<Run> runs) {
    String markdown() {
      var sections =
          runs.stream()
              .map(run -> "\n## %s\n\n```mermaid\n%s```\n".formatted(run.heading(), run.diagram()))
              .collect(Collectors.joining());
      return """
          # %s

          %s

          The diagrams are drawn by `WorkflowPagesTest` from the trail that each operation left on a running node; they cannot go
          stale. The same for any operation: `GET /v1/instances/{id}/operations/{request-id}?format=mermaid`.
          """
              .formatted(title, text.strip())
          + sections;
    }
  }

  private record Run(String heading, String diagram) {}

  private static LiveNode node;
  private static NodeClient admin;
  private static CloudUser user;

  @BeforeAll
  static void start() throws Exception {
    node =
        NODES.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "1")
                .with("troupe.operations.reclaim-after", "1 h"));
    admin = node.admin();
    user = CloudUser.of(admin);
  }

  @Test
  void pagesAreWhatRunsLookLike() throws Exception {
    var pages = new ArrayList<Page>();
    pages.addAll(ofAWellBehavedServer());
    pages.addAll(betweenHosts());
    pages.addAll(whereHostsFail());
    var merged =
        pages.stream()
            .collect(
                Collectors.toMap(
                    Page::file, page -> page, WorkflowPagesTest::both, java.util.TreeMap::new));

    for (Page page : merged.values()) {
      compare(page.file() + ".md", page.markdown());
    }
    compare("README.md", index(merged.values().stream()));
    try (var files = Files.list(FOLDER)) {
      assertThat(files).as("no page of an operation that is gone").hasSize(merged.size() + 1);
    }
  }

  private static Page both(Page one, Page other) {
    var text = one.text().isEmpty() ? other.text() : one.text();
    var runs = Stream.concat(one.runs().stream(), other.runs().stream()).toList();
    return new Page(one.file(), one.title(), text, runs);
  }

  // ---- the runs

  private static List<Page> ofAWellBehavedServer() throws Exception {
    var pages = new ArrayList<Page>();
    var boot = user.create(user.server("first", "1", ""));
    var id = boot.expect(202).path("server").path("id").textValue();
    pages.add(page("boot", "Boot", BOOT, "When all goes well", drawn(id, boot)));
    pages.add(page("stop", "Stop", STOP, act(id, "{\"os-stop\": null}")));
    pages.add(page("start", "Start", START, act(id, "{\"os-start\": null}")));
    pages.add(
        page("reboot", "Reboot", REBOOT, "Soft", act(id, "{\"reboot\": {\"type\": \"SOFT\"}}")));
    pages.add(page("reboot", "Reboot", "", "Hard", act(id, "{\"reboot\": {\"type\": \"HARD\"}}")));
    pages.add(page("pause", "Pause", PAUSE, act(id, "{\"pause\": null}")));
    pages.add(page("unpause", "Unpause", UNPAUSE, act(id, "{\"unpause\": null}")));
    pages.add(page("suspend", "Suspend", SUSPEND, act(id, "{\"suspend\": null}")));
    pages.add(page("resume", "Resume", RESUME, act(id, "{\"resume\": null}")));
    pages.add(page("crash-dump", "Trigger a crash dump", DUMP, act(id, DUMP_BODY)));
    pages.add(page("set-password", "Set password", PASSWORD, act(id, PASSWORD_BODY)));
    pages.add(page("rescue", "Rescue", RESCUE, act(id, "{\"rescue\": null}")));
    pages.add(page("unrescue", "Unrescue", UNRESCUE, act(id, "{\"unrescue\": null}")));
    pages.add(page("create-image", "Create image", IMAGE, act(id, IMAGE_BODY)));
    pages.add(page("backup", "Create backup", BACKUP, act(id, BACKUP_BODY)));
    pages.addAll(devicesOf(id));
    pages.add(page("rebuild", "Rebuild", REBUILD, act(id, rebuild(id))));
    pages.add(page("rebuild", "Rebuild", "", "Of a server that boots from a volume", newRoot()));
    pages.add(page("shelve", "Shelve", SHELVE, act(id, "{\"shelve\": null}")));
    pages.add(page("unshelve", "Unshelve", UNSHELVE, act(id, "{\"unshelve\": null}")));
    pages.add(page("lock", "Lock and unlock", LOCK, "Lock", act(id, "{\"lock\": null}")));
    pages.add(page("lock", "Lock and unlock", "", "Unlock", act(id, "{\"unlock\": null}")));
    pages.add(
        page(
            "reset-state",
            "Reset state",
            RESET,
            act(id, "{\"os-resetState\": {\"state\": \"active\"}}")));
    var softly = drawn(id, admin.delete("/compute/v2.1/servers/" + id));
    pages.add(page("soft-delete", "Soft delete", SOFT_DELETE, softly));
    pages.add(page("restore", "Restore", RESTORE, act(id, "{\"restore\": null}")));
    pages.add(page("delete", "Delete", DELETE, act(id, "{\"forceDelete\": null}")));
    return pages;
  }

  /** Two hosts with more memory than the other, so that they are the ones to go to. */
  private static List<Page> betweenHosts() throws Exception {
    var pages = new ArrayList<Page>();
    registerHosts("pair", 2, "ramMib=800000");
    var boot = user.create(user.server("mover", "1", ", \"availability_zone\": \"nova:pair-1\""));
    var id = boot.expect(202).path("server").path("id").textValue();
    drawn(id, boot);
    pages.add(page("resize", "Resize", RESIZE, act(id, "{\"resize\": {\"flavorRef\": \"2\"}}")));
    pages.add(
        page("revert-resize", "Revert a resize", REVERT, act(id, "{\"revertResize\": null}")));
    act(id, "{\"resize\": {\"flavorRef\": \"2\"}}");
    pages.add(
        page("confirm-resize", "Confirm a resize", CONFIRM, act(id, "{\"confirmResize\": null}")));
    pages.add(page("migrate", "Migrate", MIGRATE, act(id, "{\"migrate\": null}")));
    act(id, "{\"confirmResize\": null}");
    pages.add(page("live-migrate", "Live migrate", LIVE, live(id)));
    var host =
        admin
            .get("/compute/v2.1/servers/" + id)
            .body()
            .at("/server/OS-EXT-SRV-ATTR:host")
            .textValue();
    var fence =
        "{\"host\": \"%s\", \"binary\": \"nova-compute\", \"forced_down\": true}".formatted(host);
    admin
        .at("2.11")
        .put("/compute/v2.1/os-services/force-down", "application/json", fence.getBytes())
        .expect(200);
    var evacuated =
        admin.at("2.14").post("/compute/v2.1/servers/" + id + "/action", "{\"evacuate\": {}}");
    pages.add(page("evacuate", "Evacuate", EVACUATE, drawn(id, evacuated)));
    act(id, "{\"forceDelete\": null}");
    disable("pair-1");
    disable("pair-2");
    return pages;
  }

  private static String live(String id) throws Exception {
    var body = "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\"}}";
    return drawn(id, admin.at("2.30").post("/compute/v2.1/servers/" + id + "/action", body));
  }

  private static void disable(String host) {
    var body = "{\"host\": \"%s\", \"binary\": \"nova-compute\"}".formatted(host);
    admin
        .at("2.11")
        .put("/compute/v2.1/os-services/disable", "application/json", body.getBytes())
        .expect(200);
  }

  private static List<Page> devicesOf(String id) throws Exception {
    var pages = new ArrayList<Page>();
    var volumes = "/compute/v2.1/servers/" + id + "/os-volume_attachments";
    var volume = volume("");
    var attached = drawn(id, admin.post(volumes, attachment(volume)));
    pages.add(page("attach-volume", "Attach volume", ATTACH_VOLUME, attached));
    var other = volume("");
    var swap = attachment(other).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var swapped = drawn(id, admin.put(volumes + "/" + volume, "application/json", swap));
    pages.add(page("swap-volume", "Swap volume", SWAP_VOLUME, swapped));
    var detached = drawn(id, admin.delete(volumes + "/" + other));
    pages.add(page("detach-volume", "Detach volume", DETACH_VOLUME, detached));
    var cards = "/compute/v2.1/servers/" + id + "/os-interface";
    var card = admin.post(cards, "{\"interfaceAttachment\": {}}");
    pages.add(page("attach-interface", "Attach interface", ATTACH_CARD, drawn(id, card)));
    var port = card.body().at("/interfaceAttachment/port_id").textValue();
    var gone = drawn(id, admin.delete(cards + "/" + port));
    pages.add(page("detach-interface", "Detach interface", DETACH_CARD, gone));
    var boot = bootFromVolume();
    var backed = boot.expect(202).path("server").path("id").textValue();
    pages.add(page("boot", "Boot", "", "From a volume", drawn(backed, boot)));
    var deleted = act(backed, "{\"forceDelete\": null}");
    pages.add(page("delete", "Delete", "", "With volumes", deleted));
    return pages;
  }

  private static NodeClient.Reply bootFromVolume() {
    var root = volume(", \"imageRef\": \"" + user.image() + "\"");
    return user.create(
        """
        {"server": {"name": "backed", "flavorRef": "1", "networks": "auto", "block_device_mapping_v2": [
          {"boot_index": 0, "uuid": "%s", "source_type": "volume", "destination_type": "volume",
           "delete_on_termination": true}]}}
        """
            .formatted(root));
  }

  /** The same image will do: the volume begins anew all the same. */
  private static String newRoot() throws Exception {
    var boot = bootFromVolume();
    var id = boot.expect(202).path("server").path("id").textValue();
    drawn(id, boot);
    var wanted = "{\"rebuild\": {\"imageRef\": \"" + user.image() + "\"}}";
    var action = "/compute/v2.1/servers/" + id + "/action";
    var diagram = drawn(id, admin.at("2.93").post(action, wanted));
    act(id, "{\"forceDelete\": null}");
    return diagram;
  }

  private static String volume(String more) {
    return admin
        .post("/volume/v3/volumes", "{\"volume\": {\"size\": 1%s}}".formatted(more))
        .expect(202)
        .path("volume")
        .path("id")
        .textValue();
  }

  private static String attachment(String volume) {
    return "{\"volumeAttachment\": {\"volumeId\": \"" + volume + "\"}}";
  }

  private static String volumeRefusedBy(String host) throws Exception {
    var boot =
        user.create(user.server("on", "1", ", \"availability_zone\": \"nova:%s\"".formatted(host)));
    var id = boot.expect(202).path("server").path("id").textValue();
    drawn(id, boot);
    var path = "/compute/v2.1/servers/" + id + "/os-volume_attachments";
    var diagram = drawn(id, admin.post(path, attachment(volume(""))));
    act(id, "{\"forceDelete\": null}");
    return diagram;
  }

  private static List<Page> whereHostsFail() throws Exception {
    var pages = new ArrayList<Page>();
    var huge =
        """
        {"flavor": {"id": "huge", "name": "huge", "vcpus": 5000, "ram": 64, "disk": 1}}
        """;
    admin.post("/compute/v2.1/flavors", huge).expect(200);
    var nowhere = user.create(user.server("nowhere", "huge", ""));
    var lost = nowhere.expect(202).path("server").path("id").textValue();
    pages.add(page("boot", "Boot", "", "When no host has room", drawn(lost, nowhere)));
    act(lost, "{\"forceDelete\": null}");

    // More memory than the good one, so that it is asked first.
    register("broken", "ramMib=900000&failureRate=1.0&failureCommands=Spawn");
    var second = user.create(user.server("second", "1", ""));
    var id = second.expect(202).path("server").path("id").textValue();
    pages.add(page("boot", "Boot", "", "When a host fails", drawn(id, second)));
    act(id, "{\"forceDelete\": null}");

    register("stubborn", "failureRate=1.0&failureCommands=Pause");
    pages.add(page("pause", "Pause", "", "When the hypervisor fails", pausedOn("stubborn-1")));
    register("silent", "failureRate=1.0&failureCommands=Pause&failureAfterEffect=true");
    pages.add(
        page(
            "pause",
            "Pause",
            "",
            "When it is done but the answer says otherwise",
            pausedOn("silent-1")));

    register("byhand", "foreignGuests=1");
    pages.add(page("adopt", "Adopt", ADOPT, adopted("byhand-1", "foreign-1")));

    register("beyond", "failureRate=1.0&failureCommands=Rescue");
    pages.add(page("rescue", "Rescue", "", "When the hypervisor fails", rescuedOn("beyond-1")));

    register("narrow", "failureRate=1.0&failureCommands=AttachVolume&failureKind=HOST_FAULT");
    pages.add(
        page(
            "attach-volume",
            "Attach volume",
            "",
            "When the hypervisor fails",
            volumeRefusedBy("narrow-1")));

    register("blurred", "failureRate=1.0&failureCommands=Snapshot");
    pages.add(
        page(
            "create-image",
            "Create image",
            "",
            "When the hypervisor fails",
            doneOn("blurred-1", IMAGE_BODY)));
    return pages;
  }

  private static String adopted(String host, String guest) throws Exception {
    for (int i = 0; i < 200 && unknownGuests(host).isEmpty(); i++) {
      Thread.sleep(50);
    }
    var body =
        "{\"guest\": \"%s\", \"project_id\": \"%s\"}".formatted(guest, Books.projectOf(admin));
    var reply = admin.post("/v1/hosts/" + host + "/adopt", body);
    var id = reply.expect(202).path("instance_id").textValue();
    return drawn(id, reply);
  }

  private static JsonNode unknownGuests(String host) throws Exception {
    return admin.get("/v1/hosts/" + host).expect(200).at("/host/unknown_guests");
  }

  private static String rebuild(String id) throws Exception {
    var server = admin.get("/compute/v2.1/servers/" + id).expect(200).path("server");
    return "{\"rebuild\": {\"imageRef\": \"%s\"}}"
        .formatted(server.path("image").path("id").textValue());
  }

  private static String rescuedOn(String host) throws Exception {
    return doneOn(host, "{\"rescue\": null}");
  }

  private static String pausedOn(String host) throws Exception {
    return doneOn(host, "{\"pause\": null}");
  }

  private static String doneOn(String host, String body) throws Exception {
    var boot =
        user.create(user.server("on", "1", ", \"availability_zone\": \"nova:%s\"".formatted(host)));
    var id = boot.expect(202).path("server").path("id").textValue();
    drawn(id, boot);
    var diagram = act(id, body);
    act(id, "{\"forceDelete\": null}");
    return diagram;
  }

  private static void register(String name, String options) throws Exception {
    registerHosts(name, 1, options);
  }

  private static void registerHosts(String name, int hosts, String options) throws Exception {
    var uri = "fake://%s?hosts=%d&prefix=%s-&%s".formatted(name, hosts, name, options);
    admin
        .post("/v1/connections", "{\"id\": \"%s\", \"uri\": \"%s\"}".formatted(name, uri))
        .expect(201);
    for (int i = 0; i < 200; i++) {
      // The scheduler hears of a host a moment after the host knows that it is up.
      var explained = admin.post("/v1/placements:explain", "{\"flavor\": \"1\"}").expect(200);
      var known = explained.path("placement").path("hosts").findValuesAsText("host");
      if (known.stream().filter(host -> host.startsWith(name + "-")).count() == hosts) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(name + " never came up");
  }

  private static String act(String id, String body) throws Exception {
    return drawn(id, admin.post("/compute/v2.1/servers/" + id + "/action", body));
  }

  /** The diagram of the operation that this request began, when it has ended. */
  private static String drawn(String id, NodeClient.Reply begun) throws InterruptedException {
    assertThat(begun.status()).as(begun.text()).isBetween(200, 204);
    var request = begun.response().headers().firstValue("x-openstack-request-id").orElseThrow();
    var path = "/v1/instances/" + id + "/operations/" + request;
    for (int i = 0; i < 600; i++) {
      var operation = admin.get(path).expect(200).path("operation");
      if (!operation.path("finished_at").isNull()) {
        var reply = admin.get(path + "?format=mermaid&anonymous=true");
        reply.expect(200);
        return reply.text();
      }
      Thread.sleep(50);
    }
    throw new AssertionError("never ended: " + path);
  }

  // ---- the pages

  private static Page page(String file, String title, String text, String diagram) {
    return page(file, title, text, "When all goes well", diagram);
  }

  private static Page page(String file, String title, String text, String heading, String diagram) {
    return new Page(file, title, text, List.of(new Run(heading, diagram)));
  }

  private static String index(Stream<Page> pages) {
    return "# Workflows\n\nOne page for each operation on an instance, drawn from a run of it. What is legal when stands in"
        + " [states.md](../states.md).\n\n"
        + pages
            .map(page -> "- [%s](%s.md)\n".formatted(page.title(), page.file()))
            .collect(Collectors.joining());
  }

  private static void compare(String file, String text) throws IOException {
    if (Boolean.getBoolean("troupe.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(FOLDER.resolve(file), text);
    }
    assertThat(FOLDER.resolve(file)).hasContent(text);
  }

  private static final String DUMP_BODY = "{\"trigger_crash_dump\": null}";

  private static final String PASSWORD_BODY = "{\"changePassword\": {\"adminPass\": \"s3cret\"}}";

  private static final String BOOT =
      "`POST /servers`. The call is answered 202 when the quota has agreed. A host that refuses its claim, or fails, is left"
          + " and the next alternate is asked, a bounded number of times. With no way on, all that was taken is given back but the"
          + " quota, which goes with the delete, and the instance is in error.";
  private static final String STOP =
      "`os-stop`. The guest is asked to shut down, and switched off when it has not done so in `operations.stop-grace`.";
  private static final String START = "`os-start` of a stopped instance.";
  private static final String REBOOT =
      "`reboot`. Soft: the guest is asked, and reset when it does not listen. Hard: power cycled, also out of another power"
          + " operation that hangs.";
  private static final String PAUSE =
      "`pause`. The guest stays in memory and does not run. As with every power operation, after a failure or at the deadline"
          + " the hypervisor is asked what is true: if that is what was wanted, all is well, else the action shows the error and"
          + " the instance what is true.";
  private static final String UNPAUSE = "`unpause` of a paused instance.";
  private static final String SUSPEND =
      "`suspend`. The guest's memory goes to the host's disk. The claim on the host stays, so that there is room to resume.";
  private static final String RESUME = "`resume` of a suspended instance: it goes on where it was.";
  private static final String ATTACH_VOLUME =
      "`POST …/os-volume_attachments`. The volume is made on the instance's host if it lies nowhere yet. A guest that could not"
          + " be given it has to let go of it before anybody else may have it; when not even that is sure, it counts as attached"
          + " on both sides and can be detached.";
  private static final String SWAP_VOLUME =
      "`PUT …/os-volume_attachments/{volume}` with another volume, for volume services. What is in the one is copied into the"
          + " other while the guest writes, and the guest goes on with the other. A swap that fails is taken back; when not even that is"
          + " sure, the server keeps both.";
  private static final String DETACH_VOLUME =
      "`DELETE …/os-volume_attachments/{volume}`. The volume is free when the hypervisor has said that the guest let go of it."
          + " Until then it is detaching; when the guest keeps it, it is attached as before.";
  private static final String ATTACH_CARD =
      "`POST …/os-interface`, answered when the guest has the card. What the driver cannot do is undone, and the port is given"
          + " back.";
  private static final String DETACH_CARD =
      "`DELETE …/os-interface/{port}`. A port that was made for the instance goes; one that was there before is free again.";
  private static final String DUMP =
      "`trigger_crash_dump`, from 2.17. The guest gets a non-maskable interrupt; what it does then is its own affair.";
  private static final String PASSWORD =
      "`changePassword`, through the guest's agent, of the user that the image property `os_admin_user` names, else root. The"
          + " password is written down nowhere: when the controller that has it dies before it is set, the action fails and can"
          + " be asked for again.";
  private static final String RESCUE =
      "`rescue`. The guest runs from a fresh disk made of the image asked for, else of the one it was booted from, and sees its"
          + " own root disk as a further one. The power state does not tell from which disk a guest runs: a rescue that fails, or"
          + " has no answer by the deadline, is undone. When it is not sure that this was done, the instance shows as rescued:"
          + " only unrescue and delete are legal then, and unrescue leaves it on its own disk in any case.";
  private static final String UNRESCUE =
      "`unrescue` of a rescued instance: it runs from its own disk, and the rescue disk is gone. When that fails, or has no"
          + " answer by the deadline, the action shows the error and the instance stays rescued; it can be asked for again.";
  private static final String ADOPT =
      "`POST /v1/hosts/{id}/adopt`, for administrators. A guest that Troupe did not make becomes an instance; it gets our mark and"
          + " is not touched otherwise. What fails, or is deleted before the mark is known to be there, leaves the guest as it was.";
  private static final String IMAGE_BODY = "{\"createImage\": {\"name\": \"snap\"}}";

  private static final String BACKUP_BODY =
      "{\"createBackup\": {\"name\": \"b\", \"backup_type\": \"daily\", \"rotation\": 1}}";

  private static final String IMAGE =
      "`createImage`. Answered when the image is recorded, without bytes. The guest goes on while its root disk is copied; its"
          + " agent, where one answers, first writes out what it has. A snapshot that fails, has no bytes by"
          + " `operations.snapshot-deadline` or is broken off by a delete takes the image away again: none waits for bytes for"
          + " ever.";
  private static final String BACKUP =
      "`createBackup`: an image like that of [createImage](create-image.md), and when it is whole the oldest images of the same"
          + " `backup_type` of this server go, but for `rotation` of them. With `rotation` 0 none is made and all go. Protected"
          + " images stay.";
  private static final String REBUILD =
      "`rebuild`: the same server from an image once more, on the same host with the same ports; the guest that was there goes"
          + " with its disk when the new one is made. With another image the scheduler is asked first whether this host may have"
          + " it. What fails ends in error and can be rebuilt again; claim and quota stay. One that was off is off again."
          + " A server that boots from a volume keeps what is in it; from microversion 2.93 on the volume begins anew: a file of"
          + " the image is made beside the one it has, which goes when the new guest runs. Until then all can be as it was, and"
          + " when the guest does not come, so it is, but for the former guest.";
  private static final String SHELVE =
      "`shelve`. The guest is switched off and its root disk becomes an image. It leaves its host at once, or when it has been"
          + " shelved for `operations.shelved-offload-after`, or, for -1, when an administrator says `shelveOffload`. Ports and"
          + " quota stay. When there is no image, what was on is switched on again.";
  private static final String UNSHELVE =
      "`unshelve`. A server that is still on its host is switched on; one that was offloaded is placed anew and made of its"
          + " image. The image goes when the guest runs. With no way on it stays offloaded, with its image.";
  private static final String RESIZE =
      "`resize`. Answered when the quota has agreed to the larger of both flavors and the scheduler has named a host; 403 or 400"
          + " with the reasons otherwise. The guest is switched off, its disks go to the other host, and it runs there with the"
          + " new flavor until it is confirmed or reverted; both hosts keep their claim. A host that cannot do it is left for the"
          + " next alternate. With no way on all is as before. On the same host (`scheduler.allow-resize-to-same-host`) there is"
          + " one claim, of the larger of both flavors. What a root disk was before it grew in its place is kept until then.";
  private static final String CONFIRM =
      "`confirmResize`, also of a migration; by itself after `operations.resize-confirm-after`. What is left at the source"
          + " goes, and the new flavor alone is counted.";
  private static final String REVERT =
      "`revertResize`, also of a migration. The guest at the destination goes with all that was done since, the one at the"
          + " source runs again, from the root disk that it had before, and the old flavor is counted. A destination that does not answer is waited for: the instance"
          + " stays `VERIFY_RESIZE`, since two guests might run else.";
  private static final String MIGRATE =
      "`migrate`, for administrators: a resize to the same flavor, to a host that may be named from 2.56. To be confirmed or"
          + " reverted like one.";
  private static final String LIVE =
      "`os-migrateLive`, for administrators. The guest goes on running. The instance belongs to the source until that no longer"
          + " has the guest. Aborted, or late, the source is asked whether it still has it, and if it does not answer the"
          + " destination whether it runs there; can neither say, the instance is in error and both claims stay. See"
          + " [ADR 17](../adr/0017-an-instance-on-two-hosts.md).";
  private static final String EVACUATE =
      "`evacuate`, for administrators: the host must be down or forced down. The dead host is told to remove its guest, should"
          + " it come back, before a new one is built elsewhere from the image, with the same ports. Where both hosts have one"
          + " shared pool it is made on the disk that is there.";
  private static final String LOCK =
      "`lock` and `unlock`. Takes effect at once; an operation in progress goes on. See [states.md](../states.md) for what a"
          + " lock stops.";
  private static final String RESET =
      "`os-resetState`, for administrators. The state is what they say and what was in progress ends there; nothing is done to"
          + " the guest. That the instance is counted is made sure of, since what was broken off may have been a soft delete. At"
          + " the next look at its host an `active` instance whose guest does not run becomes `stopped`.";
  private static final String SOFT_DELETE =
      "`DELETE /servers/{id}` when `operations.reclaim-after` is set, of an instance that was active once. It is switched off"
          + " and not counted any more; all else stays until it is restored, deleted by force, or reclaimed.";
  private static final String RESTORE =
      "`restore` of a soft-deleted instance, answered when the quota has agreed. Over quota it is 403 and nothing changes.";
  private static final String DELETE =
      "`forceDelete`, `DELETE /servers/{id}` when nothing is kept, and the end of the time that a soft-deleted instance is kept"
          + " for. It wins over everything in progress. A hypervisor that does not answer by the deadline is left to its host,"
          + " which keeps the claim until the guest is gone.";
}
