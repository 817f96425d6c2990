package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The fleet and its people as an administrator keeps them with the stock client. */
class FleetClientTest {
  private static final String NEW = "--os-compute-api-version 2.64 ";

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static LiveNode node;
  private static StockClient member;
  private static StockClient admin;

  @BeforeAll
  static void start() throws Exception {
    var command = Peers.stockClient();
    node = NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "4"));
    member = new StockClient(command, node.cloudsYaml(), "troupe", dir);
    admin = member.as("troupe-admin");
  }

  @AfterAll
  static void nothingIsLeft() throws Exception {
    if (node != null && node.isAlive()) {
      Books.awaitQuiet(node.admin(), Duration.ofSeconds(30));
      Books.of(node, node.data().resolve("hypervisor")).assertEmpty();
    }
  }

  private static List<String> column(JsonNode rows, String name) {
    var values = new ArrayList<String>();
    rows.forEach(row -> values.add(row.path(name).asText()));
    return values;
  }

  private static JsonNode row(JsonNode rows, String key, String value) {
    for (JsonNode row : rows) {
      if (row.path(key).asText().equals(value)) {
        return row;
      }
    }
    throw new AssertionError("no " + key + " " + value + " in " + rows);
  }

  private static void boot(StockClient who, String name, String more) throws Exception {
    who.text(
        NEW
            + "server create --flavor m1.nano --image tiny --network private --wait "
            + more
            + name);
  }

  @Test
  void quotas() throws Exception {
    admin.text("project create limited");
    admin.text("quota set --instances 3 --cores 5 --ram 4096 limited");
    var changed = quotas("limited");
    assertThat(changed.path("instances").asInt()).isEqualTo(3);
    assertThat(changed.path("ram").asInt()).isEqualTo(4096);
    assertThat(changed.path("key-pairs").asInt()).isEqualTo(100);
    admin.text("quota set --class --key-pairs 55 default");
    assertThat(quotas("limited").path("key-pairs").asInt()).isEqualTo(55);
    admin.text("quota set --class --key-pairs 100 default");
    admin.text("project delete limited");
    assertThat(member.json("limits show --absolute")).isNotEmpty();
  }

  /** One map, whether the client prints a map or rows. */
  private static JsonNode quotas(String project) throws Exception {
    return admin.json("quota show " + project);
  }

  @Test
  void zonesAndAggregates() throws Exception {
    admin.text("aggregate create --zone rack-1 --property ssd=true racks");
    admin.text("aggregate add host racks fake-1");
    var shown = admin.json("aggregate show racks");
    assertThat(shown.path("hosts").toString()).contains("fake-1");
    assertThat(shown.path("properties").path("ssd").asText()).isEqualTo("true");
    assertThat(column(member.json("availability zone list"), "Zone Name")).contains("rack-1");
    assertThat(column(admin.json("availability zone list --long"), "Host Name")).contains("fake-1");

    boot(member, "racked", "--availability-zone rack-1 ");
    var refused = admin.run("aggregate remove host racks fake-1");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.errors()).contains("contain instances");
    assertThat(admin.run("aggregate add host racks nosuch").errors())
        .contains("could not be found");
    member.text("server delete --wait racked");

    admin.text("aggregate set --name rows --property ssd=false racks");
    admin.text("aggregate unset --property ssd rows");
    assertThat(admin.json("aggregate show rows").path("properties").has("ssd")).isFalse();
    admin.text("aggregate remove host rows fake-1");
    assertThat(column(admin.json("aggregate list"), "Name")).contains("rows");
    admin.text("aggregate delete rows");
    assertThat(admin.json("aggregate list")).isEmpty();
  }

  @Test
  void serverGroups() throws Exception {
    member.text(
        NEW + "server group create --policy anti-affinity --rule max_server_per_host=1 apart");
    var id = member.json(NEW + "server group show apart").path("id").asText();
    for (int number = 1; number <= 4; number++) {
      boot(member, "apart-" + number, "--hint group=" + id + " ");
    }

    var members = member.json(NEW + "server group show apart").path("members");
    assertThat(members.toString().split("-")).hasSizeGreaterThan(16);
    var hosts = new ArrayList<String>();
    for (var server : Books.servers(node.admin())) {
      if (server.path("name").asText().startsWith("apart-")) {
        hosts.add(server.path("OS-EXT-SRV-ATTR:host").asText());
      }
    }
    assertThat(hosts).hasSize(4).doesNotHaveDuplicates();
    assertThat(column(member.json(NEW + "server group list"), "Name")).contains("apart");
    member.text("server delete --wait apart-1 apart-2 apart-3 apart-4");
    member.text(NEW + "server group delete apart");
    assertThat(member.json(NEW + "server group list")).isEmpty();
  }

  @Test
  void hypervisorsAndServices() throws Exception {
    assertThat(column(admin.json("hypervisor list"), "Hypervisor Hostname")).contains("fake-2");
    assertThat(admin.json("hypervisor show fake-2").path("state").asText()).isEqualTo("up");
    assertThat(admin.json("hypervisor stats show").path("count").asInt()).isEqualTo(4);
    assertThat(admin.json("--os-compute-api-version 2.88 hypervisor list --long")).hasSize(4);

    for (String version : List.of("2.11", "2.53")) {
      var at = "--os-compute-api-version " + version + " ";
      admin.text(
          (at + "compute service set --disable --disable-reason broken fake-2 nova-compute")
              .split(" "));
      var disabled = row(admin.json(at + "compute service list --long"), "Host", "fake-2");
      assertThat(disabled.path("Status").asText()).isEqualTo("disabled");
      assertThat(disabled.path("Disabled Reason").asText()).isEqualTo("broken");
      admin.text(at + "compute service set --enable fake-2 nova-compute");
      admin.text(at + "compute service set --down fake-2 nova-compute");
      var down = row(admin.json(at + "compute service list --long"), "Host", "fake-2");
      assertThat(down.path("State").asText()).isEqualTo("down");
      assertThat(down.path("Forced Down").asBoolean()).isTrue();
      admin.text(at + "compute service set --up fake-2 nova-compute");
    }
    assertThat(admin.run("compute service set --disable nosuch nova-compute").exitCode())
        .isNotZero();
    assertThat(member.run("compute service list").exitCode()).isNotZero();
  }

  @Test
  void usage() throws Exception {
    boot(member, "used", "");
    Thread.sleep(1100);

    var usage = member.json("usage show");
    var servers = usage.path("Servers");
    assertThat(servers).as(usage.toString()).isNotEmpty();
    assertThat(column(servers, "name")).contains("used");
    assertThat(usage.path("CPU Hours").asDouble()).isPositive();
    var list = admin.json("usage list");
    assertThat(column(list, "Project")).contains(usage.path("Project").asText());
    member.text("server delete --wait used");
  }

  @Test
  void projectsUsersAndRoles() throws Exception {
    admin.text("project create --description Operations ops");
    admin.text("project set --name operations ops");
    assertThat(admin.json("project show operations").path("description").asText())
        .isEqualTo("Operations");
    admin.text("user create --project operations --password one --email d@example.org dora");
    admin.text("role add --project operations --user dora member");
    assertThat(column(admin.json("role assignment list --names --user dora"), "Role"))
        .containsExactly("member");
    assertThat(column(admin.json("role list"), "Name"))
        .containsExactlyInAnyOrder("reader", "member", "manager", "admin", "service");
    assertThat(admin.json("implied role list")).hasSize(3);

    var dora = user("dora", "one", "operations");
    assertThat(dora.json("server list")).isEmpty();
    dora.text("user", "password", "set", "--original-password", "one", "--password", "two");
    assertThat(dora.run("server list").exitCode()).isNotZero();
    dora = user("dora", "two", "operations");
    assertThat(dora.json("server list")).isEmpty();
    admin.text("user set --disable dora");
    assertThat(dora.run("server list").exitCode()).isNotZero();
    admin.text("user set --enable --password three dora");
    assertThat(user("dora", "three", "operations").json("server list")).isEmpty();

    admin.text("role remove --project operations --user dora member");
    assertThat(user("dora", "three", "operations").run("server list").exitCode()).isNotZero();
    assertThat(column(admin.json("user list"), "Name")).contains("dora");
    admin.text("user delete dora");
    admin.text("project delete operations");
    assertThat(column(admin.json("project list"), "Name")).doesNotContain("operations");
  }

  @Test
  void applicationCredentials() throws Exception {
    var made =
        member.json(
            "application credential create --role reader --description of-a-test"
                + " --expiration 2099-01-01T00:00:00 robot");
    assertThat(made.path("secret").asText()).isNotEmpty();
    assertThat(made.path("roles").asText()).isEqualTo("reader");
    assertThat(column(member.json("application credential list"), "Name")).contains("robot");
    assertThat(member.json("application credential show robot").path("unrestricted").asBoolean())
        .isFalse();

    var robot = robot(made.path("id").asText(), made.path("secret").asText());
    assertThat(robot.json("server list")).isNotNull();
    assertThat(robot.run("application credential create another").exitCode()).isNotZero();
    assertThat(robot.run("keypair list").exitCode()).isZero();
    var refused = robot.run("server create --flavor m1.nano --image tiny --network private no");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.errors()).contains("403");
    assertThat(member.run("application credential create --role admin wide").exitCode())
        .isNotZero();

    member.text("application credential delete robot");
    assertThat(robot.run("server list").exitCode()).isNotZero();
  }

  private static StockClient user(String name, String password, String project) throws IOException {
    var auth =
        """
              username: %s
              password: %s
              project_name: %s
              user_domain_id: default
              project_domain_id: default
        """
            .formatted(name, password, project);
    return client(auth, "password");
  }

  private static StockClient robot(String id, String secret) throws IOException {
    var auth =
        """
              application_credential_id: %s
              application_credential_secret: %s
        """
            .formatted(id, secret);
    return client(auth, "v3applicationcredential");
  }

  private static StockClient client(String auth, String type) throws IOException {
    var file = Files.createTempFile(dir, "clouds", ".yaml");
    Files.writeString(
        file,
        """
        clouds:
          own:
            auth_type: %s
            auth:
              auth_url: %s/identity/v3
        %s    region_name: RegionOne
            identity_api_version: 3
        """
            .formatted(type, node.url(), auth.indent(0)));
    return new StockClient(member.command(), file, "own", dir);
  }
}
