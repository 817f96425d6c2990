package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Debian's stock client makes images of servers and servers of images, rebuilds and shelves. */
class ServerImagesClientTest {
  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static StockClient member;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));
    member = new StockClient(command, node.cloudsYaml(), "troupe", dir);
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
    }
  }

  @Test
  void anImageOfAServerBootsAnother() throws Exception {
    var id = create("model", "tiny");

    member.text("server image create --wait --name picture --property shot=first model");

    var image = member.json("image show picture");
    assertThat(image.path("status").textValue()).isEqualTo("active");
    assertThat(image.path("properties").path("instance_uuid").textValue()).isEqualTo(id);
    assertThat(image.path("properties").path("shot").textValue()).isEqualTo("first");
    assertThat(image.path("size").asLong()).isPositive();
    create("copy", "picture");
    member.text("server delete --wait copy");
    member.text("image delete picture");
    member.text("server delete --wait model");
  }

  @Test
  void backupsRotate() throws Exception {
    create("kept", "tiny");

    for (int day = 1; day <= 3; day++) {
      member.text(
          "server backup create --wait --type daily --rotate 2 --name day-" + day + " kept");
      awaitQuiet();
    }

    var names = column(member.json("image list --private"), "Name");
    assertThat(names).contains("day-2", "day-3").doesNotContain("day-1");
    assertThat(column(member.json("server event list kept"), "Action"))
        .containsExactly("createBackup", "createBackup", "createBackup", "create");
    member.text("image delete day-2 day-3");
    member.text("server delete --wait kept");
  }

  @Test
  void rebuiltFromASnapshotAndShelved() throws Exception {
    var id = create("phoenix", "tiny");
    var address = addressOf("phoenix");
    member.text("server image create --wait --name ashes phoenix");

    member.text("server rebuild --wait --image ashes --property role=risen phoenix");

    var rebuilt = member.json("server show phoenix");
    assertThat(rebuilt.path("status").textValue()).isEqualTo("ACTIVE");
    assertThat(rebuilt.path("image").toString()).contains("ashes");
    assertThat(rebuilt.path("properties").path("role").textValue()).isEqualTo("risen");
    assertThat(addressOf("phoenix")).isEqualTo(address);
    member.text("server shelve --wait phoenix");
    Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
    assertThat(status("phoenix")).isEqualTo("SHELVED_OFFLOADED");
    assertThat(column(member.json("image list --private"), "Name")).contains("phoenix-shelved");
    member.text("server unshelve --wait phoenix");
    awaitQuiet();
    assertThat(status("phoenix")).isEqualTo("ACTIVE");
    assertThat(addressOf("phoenix")).isEqualTo(address);
    assertThat(column(member.json("image list --private"), "Name"))
        .doesNotContain("phoenix-shelved");
    assertThat(column(member.json("server event list " + id), "Action"))
        .containsExactly("unshelve", "shelve", "rebuild", "createImage", "create");
    member.text("server delete --wait phoenix");
    member.text("image delete ashes");
  }

  private static String status(String name) throws Exception {
    return member.json("server show " + name).path("status").textValue();
  }

  private static String addressOf(String name) throws Exception {
    return member.json("server show " + name).path("addresses").toString();
  }

  /** The client waits for the image alone; the oldest goes a moment later. */
  private static void awaitQuiet() throws Exception {
    Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
  }

  private static String create(String name, String image) throws Exception {
    return member
        .json(
            "server create --wait --flavor m1.nano --network private --image " + image + " " + name)
        .path("id")
        .textValue();
  }

  private static List<String> column(JsonNode rows, String name) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.path(name).textValue())
        .toList();
  }
}
