package io.troupe.http.network;

import static io.troupe.http.live.LiveServer.ADMIN;
import static io.troupe.http.live.LiveServer.MEMBER;
import static io.troupe.http.live.LiveServer.READER;
import static io.troupe.http.live.LiveServer.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.catalog.Network;
import io.troupe.http.cloud.MemoryCatalog;
import io.troupe.http.cloud.MemoryNetworks;
import io.troupe.http.live.LiveServer;
import io.troupe.http.live.LiveServer.Reply;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Network API over a real port. */
class NetworkApiTest {
  private static final String API = "/networking/v2.0";
  private static final String SHARED = "11111111-0000-4000-8000-000000000001";
  private static final String OTHERS = "11111111-0000-4000-8000-000000000002";
  private static final String SUBNET = "22222222-0000-4000-8000-000000000001";

  private static LiveServer server;
  private static MemoryNetworks networks;

  private static Network network(String id, String name, String project, boolean shared) {
    return new Network(
        id,
        name,
        project,
        shared,
        1450,
        List.of(
            new Network.Subnet(
                id.equals(SHARED) ? SUBNET : id.replace("1111", "3333"),
                name + "-v4",
                "10.0.0.0/24",
                Optional.of("10.0.0.1"),
                List.of("9.9.9.9"),
                "10.0.0.2",
                "10.0.0.254")),
        Instant.EPOCH);
  }

  @BeforeAll
  static void start() throws Exception {
    MemoryCatalog catalog = new MemoryCatalog();
    catalog.create(network(SHARED, "flat", "admin", true));
    catalog.create(network(OTHERS, "theirs", "other", false));
    networks = new MemoryNetworks(catalog, Clock.systemUTC());
    server =
        LiveServer.start(
            (materializer, registry) ->
                List.of(NetworkService.of(catalog, networks, 1000, Clock.systemUTC())));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode get(String path, String token) {
    Reply reply = server.get(API + path, token);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static List<String> ids(String collection, String query, String token) {
    return get("/" + collection + query, token)
        .path(collection.replace('-', '_'))
        .valueStream()
        .map(entry -> entry.path("id").textValue())
        .toList();
  }

  private static void assertRefused(Reply reply, int status, String type, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    JsonNode error = reply.json().path("NeutronError");
    assertThat(error.path("type").textValue()).isEqualTo(type);
    assertThat(error.path("message").textValue()).contains(words);
    assertThat(error.has("detail")).isTrue();
  }

  @Nested
  class Documents {
    @Test
    void versionsNeedNoToken() {
      JsonNode version = server.get("/networking/", "").json().path("versions").get(0);
      assertThat(version.path("id").textValue()).isEqualTo("v2.0");
      assertThat(version.path("links").get(0).path("href").textValue())
          .isEqualTo(server.address() + "/networking/v2.0/");
      assertThat(server.get(API + "/", "").json().path("resources").size()).isEqualTo(3);
    }

    @Test
    void extensionsAreListedAndShown() {
      List<String> aliases =
          get("/extensions", READER)
              .path("extensions")
              .valueStream()
              .map(extension -> extension.path("alias").textValue())
              .toList();
      assertThat(aliases).contains("security-group", "external-net").doesNotContain("router");
      for (String alias : aliases) {
        assertThat(get("/extensions/" + alias, READER).path("extension").path("alias").textValue())
            .isEqualTo(alias);
      }
      assertRefused(
          server.get(API + "/extensions/router", READER), 404, "ExtensionNotFound", "router");
    }

    @Test
    void everythingElseNeedsAToken() {
      assertThat(server.get(API + "/networks", "").status()).isEqualTo(401);
    }
  }

  @Nested
  class NetworksAndSubnets {
    @Test
    void sharedOnesAreSeenAndOthersAreNot() {
      assertThat(ids("networks", "", MEMBER)).contains(SHARED).doesNotContain(OTHERS);
      assertThat(ids("networks", "", STRANGER)).contains(SHARED, OTHERS);
      assertThat(ids("networks", "", ADMIN)).contains(SHARED, OTHERS);
      assertRefused(
          server.get(API + "/networks/" + OTHERS, MEMBER), 404, "NetworkNotFound", OTHERS);
      assertThat(ids("subnets", "", MEMBER)).contains(SUBNET).hasSize(1);
    }

    @Test
    void showsWhatClientsRead() {
      JsonNode network = get("/networks/" + SHARED, MEMBER).path("network");
      assertThat(network.path("name").textValue()).isEqualTo("flat");
      assertThat(network.path("status").textValue()).isEqualTo("ACTIVE");
      assertThat(network.path("router:external").booleanValue()).isFalse();
      assertThat(network.path("mtu").intValue()).isEqualTo(1450);
      assertThat(network.path("tenant_id")).isEqualTo(network.path("project_id"));
      assertThat(network.path("subnets").get(0).textValue()).isEqualTo(SUBNET);
      JsonNode subnet = get("/subnets/" + SUBNET, MEMBER).path("subnet");
      assertThat(subnet.path("cidr").textValue()).isEqualTo("10.0.0.0/24");
      assertThat(subnet.path("gateway_ip").textValue()).isEqualTo("10.0.0.1");
      assertThat(subnet.path("allocation_pools").get(0).path("end").textValue())
          .isEqualTo("10.0.0.254");
      assertThat(subnet.path("network_id").textValue()).isEqualTo(SHARED);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "?name=flat",
          "?id=" + SHARED,
          "?name=none&name=flat",
          "?shared=True&name=flat",
          "?router:external=False&name=flat",
          "?project_id=admin&name=flat",
          "?tenant_id=admin&name=flat",
          "?subnets=" + SUBNET,
          "?mtu=1450&name=flat",
        })
    void filtersFindIt(String query) {
      assertThat(ids("networks", query, MEMBER)).containsExactly(SHARED);
    }

    @Test
    void filtersExclude() {
      assertThat(ids("networks", "?name=none", MEMBER)).isEmpty();
      assertThat(ids("networks", "?router:external=True", MEMBER)).isEmpty();
      assertThat(ids("networks", "?shared=false&name=flat", MEMBER)).isEmpty();
    }

    @Test
    void fieldsCutItDown() {
      JsonNode networks = get("/networks?fields=id&fields=name&name=flat", MEMBER);
      assertThat(networks.path("networks").get(0).fieldNames())
          .toIterable()
          .containsExactlyInAnyOrder("id", "name");
    }

    @Test
    void pagesAndSorts() {
      JsonNode first = get("/networks?limit=1&sort_key=name&sort_dir=desc", ADMIN);
      assertThat(first.path("networks").size()).isEqualTo(1);
      String next = first.path("networks_links").get(0).path("href").textValue();
      assertThat(next).startsWith(server.address() + API + "/networks?").contains("marker=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?colour=red", "?sort_key=colour", "?limit=-1", "?marker=nobody"})
    void badQueryIsRefused(String query) {
      assertThat(server.get(API + "/networks" + query, MEMBER).status()).isEqualTo(400);
    }

    @Test
    void anAdministratorMakesAndRemovesThem() {
      Reply made =
          server.post(
              API + "/networks",
              ADMIN,
              "{\"network\": {\"name\": \"new\", \"shared\": true, \"admin_state_up\": true}}");
      assertThat(made.status()).as(made.text()).isEqualTo(201);
      String id = made.json().path("network").path("id").textValue();
      Reply subnet =
          server.post(
              API + "/subnets",
              ADMIN,
              """
              {"subnet": {"network_id": "%s", "cidr": "10.9.0.0/24", "ip_version": 4,
                          "name": "v4", "enable_dhcp": true, "dns_nameservers": ["1.1.1.1"]}}
              """
                  .formatted(id));
      assertThat(subnet.status()).as(subnet.text()).isEqualTo(201);
      JsonNode json = subnet.json().path("subnet");
      assertThat(json.path("gateway_ip").textValue()).isEqualTo("10.9.0.1");
      assertThat(json.path("allocation_pools").get(0).path("start").textValue())
          .isEqualTo("10.9.0.2");
      String subnetId = json.path("id").textValue();

      assertRefused(
          server.post(
              API + "/subnets",
              ADMIN,
              "{\"subnet\": {\"network_id\": \"%s\", \"cidr\": \"10.8.0.0/24\"}}".formatted(id)),
          409,
          "Conflict",
          "has a subnet");
      String port = port(MEMBER, "{\"network_id\": \"" + id + "\"}").path("id").textValue();
      assertRefused(server.delete(API + "/networks/" + id, ADMIN), 409, "NetworkInUse", "1 ports");
      assertRefused(server.delete(API + "/subnets/" + subnetId, ADMIN), 409, "SubnetInUse", "port");
      assertThat(server.delete(API + "/ports/" + port, MEMBER).status()).isEqualTo(204);
      assertThat(server.delete(API + "/subnets/" + subnetId, ADMIN).status()).isEqualTo(204);
      assertThat(server.delete(API + "/networks/" + id, ADMIN).status()).isEqualTo(204);
      assertRefused(server.get(API + "/networks/" + id, ADMIN), 404, "NetworkNotFound", id);
    }

    @Test
    void membersMayNot() {
      assertThat(server.post(API + "/networks", MEMBER, "{\"network\": {}}").status())
          .isEqualTo(403);
      assertThat(server.post(API + "/subnets", MEMBER, "{\"subnet\": {}}").status()).isEqualTo(403);
      assertThat(server.delete(API + "/networks/" + SHARED, MEMBER).status()).isEqualTo(403);
      assertThat(server.delete(API + "/subnets/" + SUBNET, MEMBER).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{} | network",
          "{\"network\": {\"name\": 5}} | name",
          "{\"network\": {\"mtu\": 10}} | mtu",
          "{\"network\": {\"router:external\": true}} | router:external",
          "{\"network\": {\"admin_state_up\": false}} | admin_state_up",
          "{\"network\": {\"colour\": \"red\"}} | colour",
          "{\"network\": {\"project_id\": \"../x\"}} | project_id",
        })
    void badNetworkIsRefused(String json, String words) {
      assertRefused(server.post(API + "/networks", ADMIN, json), 400, "BadRequest", words);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "\"cidr\": \"10.0.0.1/24\" | 400 | without host bits",
          "\"cidr\": \"fd00::/64\" | 400 | IPv4 subnet",
          "\"cidr\": \"10.0.0.0/24\", \"ip_version\": 6 | 400 | ip_version",
          "\"cidr\": \"10.0.0.0/24\", \"gateway_ip\": \"10.0.1.1\" | 400 | gateway_ip",
          "\"cidr\": \"10.0.0.0/24\", \"gateway_ip\": \"10.0.0.9\" | 400 | allocation_pools",
          "\"cidr\": \"10.0.0.0/24\", \"dns_nameservers\": [\"dns\"] | 400 | dns_nameservers",
          "\"cidr\": \"10.0.0.0/24\", \"allocation_pools\": [{\"start\": \"10.0.0.9\", \"end\": \"10.0.0.8\"}] | 400 | ends before",
          "\"cidr\": \"10.0.0.0/24\", \"allocation_pools\": [{\"start\": \"10.0.0.1\", \"end\": \"10.0.0.8\"}] | 409 | conflicts with allocation pool",
          "\"cidr\": \"10.0.0.0/24\", \"subnetpool_id\": \"x\" | 400 | subnetpool_id",
        })
    void badSubnetIsRefused(String fields, int status, String words) {
      Reply reply =
          server.post(
              API + "/subnets",
              ADMIN,
              "{\"subnet\": {\"network_id\": \"%s\", %s}}".formatted(OTHERS, fields));
      assertThat(reply.status()).as(reply.text()).isEqualTo(status);
      assertThat(reply.json().path("NeutronError").path("message").textValue()).contains(words);
    }
  }

  private static JsonNode port(String token, String json) {
    Reply reply = server.post(API + "/ports", token, "{\"port\": " + json + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return reply.json().path("port");
  }

  @Nested
  class Ports {
    @Test
    void areMadeShownListedAndRemoved() {
      JsonNode port =
          port(
              MEMBER,
              """
              {"network_id": "%s", "name": "p", "admin_state_up": true,
               "fixed_ips": [{"subnet_id": "%s", "ip_address": "10.0.0.77"}]}
              """
                  .formatted(SHARED, SUBNET));
      String id = port.path("id").textValue();

      assertThat(port.path("status").textValue()).isEqualTo("DOWN");
      assertThat(port.path("fixed_ips").get(0).path("ip_address").textValue())
          .isEqualTo("10.0.0.77");
      assertThat(get("/ports/" + id, READER).path("port")).isEqualTo(port);
      assertThat(ids("ports", "?name=p", MEMBER)).containsExactly(id);
      assertThat(ids("ports", "?network_id=" + SHARED, MEMBER)).contains(id);
      assertThat(ids("ports", "?network_id=" + OTHERS, MEMBER)).isEmpty();
      assertThat(ids("ports", "?fixed_ips=ip_address%3D10.0.0.77", MEMBER)).containsExactly(id);
      assertThat(ids("ports", "?mac_address=" + port.path("mac_address").textValue(), MEMBER))
          .containsExactly(id);

      assertRefused(server.delete(API + "/ports/" + id, STRANGER), 404, "PortNotFound", id);
      assertThat(server.delete(API + "/ports/" + id, READER).status()).isEqualTo(403);
      assertThat(server.delete(API + "/ports/" + id, MEMBER).status()).isEqualTo(204);
      assertRefused(server.delete(API + "/ports/" + id, MEMBER), 404, "PortNotFound", id);
    }

    @Test
    void oneInUseIsActiveFoundByItsDeviceAndKept() {
      String id = port(MEMBER, "{\"network_id\": \"" + SHARED + "\"}").path("id").textValue();
      networks.use(id, "a-server");

      JsonNode port = get("/ports/" + id, MEMBER).path("port");
      assertThat(port.path("status").textValue()).isEqualTo("ACTIVE");
      assertThat(port.path("device_owner").textValue()).isEqualTo("compute:nova");
      assertThat(ids("ports", "?device_id=a-server", MEMBER)).containsExactly(id);
      assertRefused(server.delete(API + "/ports/" + id, MEMBER), 409, "Conflict", "in use");
    }

    @Test
    void belongToTheirProjectAlsoOnASharedNetwork() {
      String theirs = port(STRANGER, "{\"network_id\": \"" + SHARED + "\"}").path("id").textValue();
      assertThat(ids("ports", "", MEMBER)).doesNotContain(theirs);
      assertThat(ids("ports", "", ADMIN)).contains(theirs);
      assertRefused(server.get(API + "/ports/" + theirs, MEMBER), 404, "PortNotFound", theirs);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{} | 400 | network_id",
          "{\"network_id\": \"none\"} | 404 | Network none could not be found",
          "{\"network_id\": \"" + OTHERS + "\"} | 404 | could not be found",
          "{\"network_id\": \""
              + SHARED
              + "\", \"mac_address\": \"fa:16:3e:00:00:01\"} | 400 | mac_address",
          "{\"network_id\": \"" + SHARED + "\", \"device_id\": \"x\"} | 400 | device_id",
          "{\"network_id\": \"" + SHARED + "\", \"project_id\": \"other\"} | 403 | another project",
          "{\"network_id\": \""
              + SHARED
              + "\", \"security_groups\": [\"x\"]} | 400 | security_groups",
          "{\"network_id\": \""
              + SHARED
              + "\", \"fixed_ips\": [{\"ip_address\": \"here\"}]} | 400 | IPv4",
          "{\"network_id\": \""
              + SHARED
              + "\", \"fixed_ips\": [{\"ip_address\": \"10.7.0.1\"}]} | 400 | outside",
          "{\"network_id\": \""
              + SHARED
              + "\", \"fixed_ips\": [{\"subnet_id\": \"none\"}]} | 400 | Subnet none",
          "{\"network_id\": \"" + SHARED + "\", \"fixed_ips\": [{}, {}]} | 400 | too long",
        })
    void badPortIsRefused(String json, int status, String words) {
      Reply reply = server.post(API + "/ports", MEMBER, "{\"port\": " + json + "}");
      assertThat(reply.status()).as(reply.text()).isEqualTo(status);
      assertThat(reply.json().path("NeutronError").path("message").textValue()).contains(words);
    }

    @Test
    void takenAddressIsAConflict() {
      String json =
          "{\"network_id\": \"%s\", \"fixed_ips\": [{\"ip_address\": \"10.0.0.99\"}]}"
              .formatted(SHARED);
      port(MEMBER, json);
      assertRefused(
          server.post(API + "/ports", MEMBER, "{\"port\": " + json + "}"),
          409,
          "Conflict",
          "already allocated");
    }
  }

  @Nested
  class SecurityGroups {
    @Test
    void everyProjectHasItsDefaultOne() {
      JsonNode groups = get("/security-groups?name=default", MEMBER).path("security_groups");
      assertThat(groups.size()).isEqualTo(1);
      JsonNode group = groups.get(0);
      assertThat(group.path("project_id").textValue()).isEqualTo("demo");
      assertThat(group.path("security_group_rules").size()).isEqualTo(4);
      String id = group.path("id").textValue();
      assertThat(get("/security-groups/" + id, READER).path("security_group")).isEqualTo(group);
      assertThat(ids("security-groups", "", MEMBER)).isEqualTo(ids("security-groups", "", READER));
      assertRefused(
          server.get(API + "/security-groups/" + id, STRANGER), 404, "SecurityGroupNotFound", id);
      assertThat(
              port(
                      MEMBER,
                      "{\"network_id\":\"" + SHARED + "\",\"security_groups\":[\"" + id + "\"]}")
                  .path("security_groups")
                  .get(0)
                  .textValue())
          .isEqualTo(id);
    }
  }
}
