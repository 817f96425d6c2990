package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 in the middle of many boots, then of many deletes, again and again on one data directory,
 * at moments drawn from a seed. What was accepted is carried out or visibly failed, and nothing is
 * left behind. {@code -Dtroupe.test.seed=N} repeats a run's moments, {@code -Dtroupe.test.kills=N}
 * makes more of them.
 */
class KilledNodeTest {
  private static final int BOOTS = 200;
  private static final int DEMO_BOOTS = 14; // four more than its quota
  private static final int DELETES = 100;

  /** Far longer than the boots take. */
  private static final Duration BOOT_DEADLINE = Duration.ofSeconds(60);

  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private final long seed = Long.getLong("troupe.test.seed", System.nanoTime() % 1_000_000);
  private final int rounds = Integer.getInteger("troupe.test.kills", 2);
  private final Random random = new Random(seed);
  private Path hypervisor;
  private LiveNode node;

  @Test
  void acceptedIsCarriedOutOrVisiblyFailedWhateverDies() throws Exception {
    say("-Dtroupe.test.seed=%d".formatted(seed));
    hypervisor = dir.resolve("hypervisor");
    node =
        nodes.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.operations.boot-deadline", BOOT_DEADLINE.toSeconds() + "s"));
    registerSlowHosts();

    for (int round = 1; round <= rounds; round++) {
      killDuringBoots(round);
      killDuringDeletes(round);
    }

    var admin = node.admin();
    for (var id : ids(Books.servers(admin))) {
      admin.delete("/compute/v2.1/servers/" + id).expect(204);
    }
    awaitQuiet();
    Books.of(node, hypervisor).assertEmpty();
  }

  /**
   * Slow enough that some dozen boots are in the hypervisor's hands at any moment. One spawn in six
   * fails, so that compensation and second hosts are among what the kill hits.
   */
  private void registerSlowHosts() throws IOException {
    var uri =
        "fake://slow?hosts=20&prefix=slow-&bootMillis=150&bootJitterMillis=300&failureRate=0.16"
            + "&state="
            + hypervisor;
    node.admin()
        .post("/v1/connections", "{\"id\": \"slow\", \"uri\": \"%s\"}".formatted(uri))
        .expect(201);
  }

  private void killDuringBoots(int round) throws Exception {
    var admin = node.admin();
    var demo = node.demo();
    var image = imageId(admin);
    var requests = new ArrayList<Storm.Request>();
    for (int i = 0; i < BOOTS; i++) {
      requests.add(boot(admin, "admin-%d-%d".formatted(round, i), image));
    }
    for (int i = 0; i < DEMO_BOOTS; i++) {
      requests.add(boot(demo, "demo-%d-%d".formatted(round, i), image));
    }
    Collections.shuffle(requests, random);
    int killAfter = 20 + random.nextInt(BOOTS - 20);
    long moreMillis = random.nextInt(150);

    var answers = Storm.killAmid(node, requests, killAfter, moreMillis);
    node = nodes.start(node.start());
    awaitQuiet();

    var accepted = new TreeSet<String>();
    answers.forEach(
        (name, reply) -> {
          if (name.startsWith("demo") && reply.status() == 403) {
            assertThat(reply.text()).contains("Quota exceeded for instances");
          } else {
            accepted.add(reply.expect(202).path("server").path("id").textValue());
          }
        });
    var books = Books.of(node, hypervisor);
    say(
        "round %d: killed %d ms after %d boots, %d accepted, %d servers, %d in ERROR"
            .formatted(
                round,
                moreMillis,
                killAfter,
                accepted.size(),
                books.servers().size(),
                books.servers().stream().filter(s -> Books.status(s).equals("ERROR")).count()));
    assertThat(ids(books.servers())).as("accepted boots").containsAll(accepted);
    books.assertBalanced();
    var used = node.demo().get("/compute/v2.1/limits").expect(200).path("limits").path("absolute");
    assertThat(used.path("totalInstancesUsed").intValue()).isLessThanOrEqualTo(10);
  }

  private void killDuringDeletes(int round) throws Exception {
    var admin = node.admin();
    var before = Books.servers(admin);
    var doomed = new ArrayList<>(ids(before));
    Collections.shuffle(doomed, random);
    doomed.subList(Math.min(DELETES, doomed.size()), doomed.size()).clear();
    var requests =
        doomed.stream()
            .map(
                id -> new Storm.Request(id, () -> admin.deleteAsync("/compute/v2.1/servers/" + id)))
            .toList();
    int killAfter = 5 + random.nextInt(doomed.size() - 5);
    long moreMillis = random.nextInt(50);

    var answers = Storm.killAmid(node, requests, killAfter, moreMillis);
    node = nodes.start(node.start());
    awaitQuiet();

    answers.values().forEach(reply -> reply.expect(204));
    var books = Books.of(node, hypervisor);
    say(
        "round %d: killed %d ms after %d deletes, %d accepted, %d servers left of %d"
            .formatted(
                round,
                moreMillis,
                killAfter,
                answers.size(),
                books.servers().size(),
                before.size()));
    assertThat(ids(books.servers()))
        .as("accepted deletes")
        .doesNotContainAnyElementsOf(answers.keySet());
    var spared = ids(before);
    doomed.forEach(spared::remove);
    assertThat(ids(books.servers())).as("servers that nobody deleted").containsAll(spared);
    books.assertBalanced();
  }

  private void awaitQuiet() throws IOException, InterruptedException {
    Books.awaitQuiet(node.admin(), BOOT_DEADLINE.plusSeconds(30));
  }

  private static String imageId(NodeClient client) {
    var images = client.get("/image/v2/images").expect(200).path("images");
    return images.get(0).path("id").textValue();
  }

  private static Storm.Request boot(NodeClient client, String name, String image) {
    var body =
        """
        {"server": {"name": "%s", "flavorRef": "1", "imageRef": "%s", "networks": "auto"}}
        """
            .formatted(name, image);
    return new Storm.Request(name, () -> client.postAsync("/compute/v2.1/servers", body));
  }

  private static Set<String> ids(List<JsonNode> servers) {
    var ids = new TreeSet<String>();
    servers.forEach(server -> ids.add(server.path("id").textValue()));
    return ids;
  }

  private static void say(String what) {
    System.out.println("KilledNodeTest: " + what);
  }
}
