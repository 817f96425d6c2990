package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's stock client against a whole node on the fake hypervisor: what the README promises, and
 * every command a newcomer tries next.
 */
class StockClientTest {
  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static StockClient member;
  private static StockClient admin;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0"));
    member = new StockClient(command, node.cloudsYaml(), "troupe", dir);
    admin = member.as("troupe-admin");
  }

  /** Every test deletes its servers; then nothing may be left of them. */
  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
    }
  }

  @Test
  void printedLineGivesAnActiveServerAndItsWholeLife() throws Exception {
    var printed =
        node.output()
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("openstack server create"))
            .findFirst()
            .orElseThrow();

    member.text(printed.substring("openstack ".length()));

    var server = member.json("server show first");
    assertThat(server.path("status").textValue()).isEqualTo("ACTIVE");
    assertThat(server.path("addresses").path("private").get(0).textValue()).startsWith("10.0.");
    assertThat(server.path("key_name").textValue()).isEqualTo("default");
    assertThat(column(member.json("server list"), "Name")).containsExactly("first");
    assertThat(member.text("console log show first"))
        .contains("hostname first, ssh key default")
        .contains("fake guest first ready");

    member.text("server stop first");
    assertThat(awaitStatus("first", "SHUTOFF").path("OS-EXT-STS:power_state").asText())
        .isIn("4", "Shutdown");
    member.text("server start first");
    awaitStatus("first", "ACTIVE");
    member.text("server reboot --wait first");
    member.text("server reboot --hard --wait first");
    assertThat(member.text("console log show first")).contains("boot 4,");

    var events = member.json("server event list first");
    assertThat(column(events, "Action"))
        .containsExactly("reboot", "reboot", "start", "stop", "create");
    var create =
        member.json(
            "server event show first " + events.get(events.size() - 1).path("Request ID").asText());
    assertThat(create.path("action").textValue()).isEqualTo("create");
    assertThat(create.path("message").isNull()).isTrue();

    member.text("server delete --wait first");
    assertThat(member.json("server list")).isEmpty();
    assertThat(member.run("server show first").errors()).contains("'first'");
  }

  @Test
  void networksToChooseFrom() throws Exception {
    // The client refuses "none" and "auto" itself below 2.37.
    var create =
        "--os-compute-api-version 2.37 server create --flavor m1.nano --image tiny --wait ";

    var none = member.json(create + "--nic none none");
    var auto = member.json(create + "--nic auto auto");
    var named = member.json(create + "--network private named");

    assertThat(none.path("addresses")).isEmpty();
    assertThat(auto.path("addresses").path("private")).hasSize(1);
    assertThat(named.path("addresses").path("private")).hasSize(1);
    assertThat(named.path("status").textValue()).isEqualTo("ACTIVE");
    assertThat(column(member.json("network list"), "Name")).containsExactly("private");
    assertThat(column(member.json("subnet list"), "Subnet")).containsExactly("10.0.0.0/16");
    var ports = member.json("port list --server named");
    assertThat(ports).hasSize(1);
    assertThat(ports.get(0).path("Fixed IP Addresses").get(0).path("ip_address"))
        .isEqualTo(named.path("addresses").path("private").get(0));
    assertThat(member.json("limits show --absolute"))
        .anySatisfy(
            limit -> {
              assertThat(limit.path("Name").textValue()).isEqualTo("totalInstancesUsed");
              assertThat(limit.path("Value").intValue()).isEqualTo(3);
            });

    member.text("server delete --wait none auto named");
    assertThat(member.json("port list")).isEmpty();
  }

  @Test
  void keysFlavorsAndTokens() throws Exception {
    var made = dir.resolve("made.pem");
    member.text("keypair create --private-key " + made + " made");
    assertThat(made).content().contains("PRIVATE KEY");
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
    var publicKey = dir.resolve("made.pub");
    Files.writeString(publicKey, member.text("keypair show --public-key made") + "\n");
    var imported = member.json("keypair create --public-key " + publicKey + " imported");
    var keys = member.json("keypair list");

    assertThat(column(keys, "Name")).containsExactlyInAnyOrder("default", "imported", "made");
    assertThat(imported.path("fingerprint").textValue()).matches("([0-9a-f]{2}:){15}[0-9a-f]{2}");
    assertThat(member.run("flavor create --ram 64 --disk 1 --vcpus 1 forbidden").exitCode())
        .isNotZero();
    var flavor = admin.json("flavor create --ram 64 --disk 1 --vcpus 1 --property a:b=c own");
    assertThat(flavor.path("properties").path("a:b").textValue()).isEqualTo("c");
    assertThat(column(member.json("flavor list"), "Name"))
        .containsExactlyInAnyOrder(
            "m1.nano", "m1.tiny", "m1.small", "m1.medium", "m1.large", "own");
    assertThat(member.json("token issue").path("id").textValue()).isNotBlank();
  }

  @Test
  void imagesOfOnesOwn() throws Exception {
    var disk = Files.write(dir.resolve("disk.raw"), new byte[2_000_000]);

    var made =
        member.json(
            "image create --disk-format raw --container-format bare --file " + disk + " own");
    var shown = member.json("image show own");
    var server =
        member.json("server create --flavor m1.nano --image own --network private --wait from-own");

    assertThat(shown.path("status").textValue()).isEqualTo("active");
    assertThat(shown.path("size").longValue()).isEqualTo(2_000_000);
    assertThat(column(member.json("image list"), "Name")).containsExactlyInAnyOrder("own", "tiny");
    assertThat(server.path("status").textValue()).isEqualTo("ACTIVE");
    assertThat(server.path("image").asText()).contains(made.path("id").textValue());
    member.text("server delete --wait from-own");
    member.text("image delete own");
    assertThat(column(member.json("image list"), "Name")).containsExactly("tiny");
  }

  @Test
  void rescuedAndUnrescued() throws Exception {
    member.text("server create --flavor m1.nano --image tiny --network private --wait ill");
    var image = member.json("image show tiny").path("id").textValue();

    member.text("server rescue --password secret --image " + image + " ill");
    awaitStatus("ill", "RESCUE");
    member.text("server unrescue ill");
    awaitStatus("ill", "ACTIVE");

    assertThat(column(member.json("server event list ill"), "Action"))
        .containsExactly("unrescue", "rescue", "create");
    member.text("server delete --wait ill");
  }

  private static JsonNode awaitStatus(String server, String status) throws Exception {
    var id =
        StreamSupport.stream(Books.servers(node.admin()).spliterator(), false)
            .filter(one -> one.path("name").asText().equals(server))
            .findFirst()
            .orElseThrow()
            .path("id")
            .textValue();
    var demo = node.demo();
    for (int i = 0; i < 300; i++) {
      var seen = demo.get("/compute/v2.1/servers/" + id).expect(200).path("server");
      if (Books.status(seen).equals(status)) {
        return seen;
      }
      Thread.sleep(100);
    }
    throw new AssertionError(server + " did not become " + status);
  }

  private static List<String> column(JsonNode table, String name) {
    return StreamSupport.stream(table.spliterator(), false)
        .map(row -> row.path(name).asText())
        .toList();
  }
}
