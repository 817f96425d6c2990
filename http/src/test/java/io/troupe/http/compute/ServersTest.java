package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.catalog.Network;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.Fault;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import io.troupe.http.error.ApiError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Booting, showing, changing and deleting servers. */
class ServersTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers";

  @Test
  void aBootIsAnsweredWithItsIdAndPlaceAndNothingElse() {
    var reply = cloud.alice().post(SERVERS, server("a", "\"adminPass\": \"pw\""));

    String id = reply.body().at("/server/id").asText();
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Location")).isEqualTo(cloud.base() + SERVERS + "/" + id);
    Sample.check(
        "compute/server-create-answer",
        reply.body(),
        Map.of(id, "{id}", cloud.base(), "http://cloud.example"));
  }

  @Test
  void theRequestIdIsTheOperationsId() {
    var alice = cloud.alice();
    var reply = alice.post(SERVERS, server("a", ""));
    String id = reply.body().at("/server/id").asText();

    var actions = alice.get(SERVERS + "/" + id + "/os-instance-actions").body();

    assertThat(actions.at("/instanceActions/0/action").asText()).isEqualTo("create");
    assertThat(actions.at("/instanceActions/0/request_id").asText())
        .isEqualTo(reply.header("x-openstack-request-id"));
  }

  @Test
  void everythingOfTheBodyReachesTheBootRequest() {
    cloud.catalog.put(
        new ServerGroup(
            "55555555-5555-4555-8555-555555555555",
            "apart",
            TestCloud.DEMO,
            "user-alice",
            "anti-affinity",
            1,
            cloud.clock.instant()));
    var alice = cloud.alice().at("2.90");
    alice.post("/compute/v2.1/os-keypairs", KeyPairsTest.IMPORT);

    var reply =
        alice.post(
            SERVERS,
            """
            {"server": {"name": "Web_1.x", "flavorRef": 1, "imageRef": "%s",
              "networks": [{"uuid": "%s", "fixed_ip": "10.0.0.77"}], "key_name": "mine",
              "user_data": "aGVsbG8=", "metadata": {"role": "web"}, "tags": ["t1", "t2"],
              "availability_zone": "west", "description": "first", "config_drive": true,
              "security_groups": [{"name": "sg"}], "OS-DCF:diskConfig": "AUTO",
              "accessIPv4": "192.0.2.1", "accessIPv6": "2001:db8::1", "hostname": "web-one",
              "block_device_mapping_v2": [{"boot_index": 0, "uuid": "%s", "source_type": "image",
                "destination_type": "local", "delete_on_termination": true}]},
             "os:scheduler_hints": {"group": "55555555-5555-4555-8555-555555555555",
                "different_host": ["x", "y"], "query": "[]"}}
            """
                .formatted(TestCloud.IMAGE, TestCloud.NETWORK, TestCloud.IMAGE));

    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    BootRequest request = only().request();
    assertThat(request.name()).isEqualTo("Web_1.x");
    assertThat(request.flavor().name()).isEqualTo("m1.nano");
    assertThat(request.image().id()).isEqualTo(TestCloud.IMAGE);
    assertThat(request.networks())
        .containsExactly(new NetworkChoice.OnNetwork(TestCloud.NETWORK, Optional.of("10.0.0.77")));
    assertThat(request.keyName()).contains("mine");
    assertThat(request.publicKey().orElseThrow()).startsWith("ssh-ed25519 ");
    assertThat(request.userDataBase64()).isEqualTo("aGVsbG8=");
    assertThat(request.metadata()).isEqualTo(Map.of("role", "web"));
    assertThat(request.tags()).containsExactly("t1", "t2");
    assertThat(request.availabilityZone()).contains("west");
    assertThat(request.forcedHost()).isEmpty();
    assertThat(request.description()).contains("first");
    assertThat(request.configDrive()).isTrue();
    assertThat(request.securityGroups()).containsExactly("sg");
    assertThat(request.diskConfig()).isEqualTo("AUTO");
    assertThat(request.accessIpv4()).contains("192.0.2.1");
    assertThat(request.accessIpv6()).contains("2001:db8::1");
    assertThat(request.hostname()).isEqualTo("web-one");
    assertThat(request.group().orElseThrow().id())
        .isEqualTo("55555555-5555-4555-8555-555555555555");
    assertThat(request.hints())
        .isEqualTo(Map.of("different_host", List.of("x", "y"), "query", List.of("[]")));
    assertThat(request.userId()).isEqualTo("user-alice");
    assertThat(request.project().value()).isEqualTo(TestCloud.DEMO);
  }

  @Test
  void severalServersAreNumberedAndShareAReservation() {
    var reply =
        cloud
            .alice()
            .post(
                SERVERS,
                server(
                    "web", "\"min_count\": 2, \"max_count\": 3, \"return_reservation_id\": true"));

    String reservation = reply.body().get("reservation_id").asText();
    assertThat(reservation).matches("r-[a-z0-9]{8}");
    assertThat(cloud.instances.all())
        .extracting(InstanceView::name)
        .containsExactly("web-1", "web-2", "web-3");
    assertThat(cloud.instances.all())
        .extracting(view -> view.request().hostname())
        .containsExactly("web-1", "web-2", "web-3");
    assertThat(cloud.instances.all())
        .allMatch(view -> view.request().reservationId().equals(reservation));
  }

  @Test
  void asManyAsTheQuotaAllowsBetweenMinAndMax() {
    var reply = cloud.alice().post(SERVERS, server("web", "\"min_count\": 1, \"max_count\": 50"));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(cloud.instances.all()).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({"My Server,my-server", "a_b.c,a-b-c", "--x--,x", "ÄÖ-9,9"})
  void theHostnameIsMadeFromTheName(String name, String hostname) {
    cloud.alice().post(SERVERS, server(name, ""));

    assertThat(only().request().hostname()).isEqualTo(hostname);
  }

  @Test
  void withoutNetworksOrAutoTheOneSharedNetworkIsTaken() {
    cloud.alice().post(SERVERS, server("a", ""));

    assertThat(only().request().networks())
        .containsExactly(new NetworkChoice.OnNetwork(TestCloud.NETWORK, Optional.empty()));
  }

  @Test
  void noneMeansNoNetwork() {
    cloud.alice().at("2.37").post(SERVERS, server("a", "\"networks\": \"none\""));

    assertThat(only().request().networks()).isEmpty();
  }

  @Test
  void ownNetworksComeBeforeSharedOnesAndSeveralAreAmbiguous() {
    String own = network("66666666-6666-4666-8666-666666666666", "own");
    assertThat(cloud.alice().post(SERVERS, server("a", "")).status()).isEqualTo(202);
    assertThat(only().request().networks().getFirst().networkId()).isEqualTo(own);

    network("77777777-7777-4777-8777-777777777777", "second");
    var reply = cloud.alice().post(SERVERS, server("b", ""));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body().at("/conflictingRequest/message").asText())
        .contains("Multiple possible networks found");
  }

  @Test
  void aPortIsTakenOnceAndOnlyByItsProject() {
    String port = port(TestCloud.DEMO);
    String body = server("a", "\"networks\": [{\"port\": \"" + port + "\"}]");
    assertThat(cloud.as("bob", "other").post(SERVERS, body).status()).isEqualTo(400);

    assertThat(cloud.alice().post(SERVERS, body).status()).isEqualTo(202);
    cloud.instances.work();

    var again = cloud.alice().post(SERVERS, body);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text()).contains("is still in use");
  }

  @Test
  void onlyAnAdministratorChoosesTheHost() {
    String body = server("a", "\"availability_zone\": \"west:host-2\"");

    assertThat(cloud.alice().post(SERVERS, body).status()).isEqualTo(403);
    assertThat(cloud.admin().post(SERVERS, body).status()).isEqualTo(202);
    assertThat(only().request().forcedHost()).contains("host-2");
    assertThat(only().request().availabilityZone()).contains("west");
    var unknown = cloud.admin().post(SERVERS, body.replace("host-2", "host-9"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text()).contains("Compute host host-9 could not be found");
  }

  @Test
  void aForcedHostIsInWhicheverZoneItIs() {
    String body = server("a", "\"availability_zone\": \"nova:HOST-2\"");

    assertThat(cloud.admin().post(SERVERS, body).status()).isEqualTo(202);

    assertThat(only().request().forcedHost()).contains("host-2");
    assertThat(only().request().availabilityZone()).isEmpty();
    String nodes = server("a", "\"availability_zone\": \"west:host-1:host-2\"");
    assertThat(cloud.admin().post(SERVERS, nodes).status()).isEqualTo(400);
  }

  @Test
  void aHostThatIsAskedForIsADestinationThatFiltersJudge() {
    String body = server("a", "\"host\": \"host-2\", \"networks\": \"none\"");

    assertThat(cloud.alice().at("2.74").post(SERVERS, body).status()).isEqualTo(403);
    assertThat(cloud.admin().at("2.74").post(SERVERS, body).status()).isEqualTo(202);
    assertThat(only().request().forcedHost()).isEmpty();
    assertThat(only().request().destination()).contains("host-2");
    String twice =
        body.replace("\"networks\"", "\"availability_zone\": \"west:host-2\", \"networks\"");
    assertThat(cloud.admin().at("2.74").post(SERVERS, twice).text()).contains("not in both");
    String apart =
        body.replace("\"networks\"", "\"hypervisor_hostname\": \"host-1\", \"networks\"");
    assertThat(cloud.admin().at("2.74").post(SERVERS, apart).status()).isEqualTo(400);
  }

  @Test
  void aQueryThatCannotBeReadIsRefused() {
    String body =
        server("a", "").replaceFirst("\\}$", ", \"os:scheduler_hints\": {\"query\": \"free\"}}");

    var refused = cloud.alice().post(SERVERS, body);

    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.text()).contains("os:scheduler_hints.query");
  }

  @Test
  void aFlavorWithoutADiskIsForAdministrators() {
    String body = server("a", "").replace("\"flavorRef\": \"1\"", "\"flavorRef\": \"zero\"");

    assertThat(cloud.alice().post(SERVERS, body).status()).isEqualTo(403);
    assertThat(cloud.admin().post(SERVERS, body).status()).isEqualTo(202);
  }

  @Test
  void tooMuchMetadataIs403() {
    var items = new StringBuilder();
    for (int i = 0; i < 129; i++) {
      items.append(i == 0 ? "" : ", ").append("\"k").append(i).append("\": \"v\"");
    }

    var reply = cloud.alice().post(SERVERS, server("a", "\"metadata\": {" + items + "}"));

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.text()).contains("Maximum number of metadata items exceeds 128");
  }

  @Test
  void aServerInErrorShowsItsFaultWithDetailsForAdministratorsOnly() {
    String id = boot(cloud.alice(), "a");
    cloud.instances.fail(
        InstanceId.parse(id).orElseThrow(),
        new Fault(500, "No valid host was found.", "host-1: ram", cloud.clock.instant()));

    var owner = cloud.alice().get(SERVERS + "/" + id).body().get("server");
    var admin = cloud.admin().get(SERVERS + "/" + id).body().get("server");

    assertThat(owner.get("status").asText()).isEqualTo("ERROR");
    assertThat(owner.at("/fault/message").asText()).isEqualTo("No valid host was found.");
    assertThat(owner.at("/fault").has("details")).isFalse();
    assertThat(admin.at("/fault/details").asText()).isEqualTo("host-1: ram");
    assertThat(owner.has("progress")).isFalse();
  }

  @Test
  void beforeItCouldBeGivenTheDescriptionWasTheName() {
    cloud.alice().at("2.18").post(SERVERS, server("old", ""));
    assertThat(only().request().description()).contains("old");

    cloud.alice().at("2.19").post(SERVERS, server("new", ""));
    assertThat(cloud.instances.all())
        .last()
        .matches(view -> view.request().description().isEmpty());
  }

  @Test
  void renaming() {
    String id = boot(cloud.alice(), "a");

    var reply = cloud.alice().put(SERVERS + "/" + id, "{\"server\": {\"name\": \"b\"}}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().at("/server/name").asText()).isEqualTo("b");
  }

  @Test
  void everythingThatAnUpdateTakes() {
    var alice = cloud.alice().at("2.90");
    String id = boot(cloud.alice(), "a");

    var reply =
        put(
            alice,
            id,
            "\"accessIPv4\": \"192.0.2.9\", \"accessIPv6\": \"2001:db8::9\", \"description\":"
                + " \"new\", \"hostname\": \"db\", \"OS-DCF:diskConfig\": \"AUTO\"");

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    var server = reply.body().get("server");
    assertThat(server.get("name").asText()).isEqualTo("a");
    assertThat(server.get("accessIPv4").asText()).isEqualTo("192.0.2.9");
    assertThat(server.get("accessIPv6").asText()).isEqualTo("2001:db8::9");
    assertThat(server.get("description").asText()).isEqualTo("new");
    assertThat(server.get("OS-EXT-SRV-ATTR:hostname").asText()).isEqualTo("db");
    assertThat(server.get("OS-DCF:diskConfig").asText()).isEqualTo("AUTO");
    var cleared = put(alice, id, "\"description\": null, \"accessIPv4\": \"\"");
    assertThat(cleared.body().at("/server/description").isNull()).isTrue();
    assertThat(cleared.body().at("/server/accessIPv4").asText()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2.1, '\"name\": \"\"'",
    "2.1, '\"description\": \"x\"'",
    "2.19, '\"description\": 1'",
    "2.89, '\"hostname\": \"x\"'",
    "2.90, '\"hostname\": \"-x\"'",
    "2.90, '\"hostname\": \"a.b\"'",
    "2.1, '\"accessIPv4\": \"2001:db8::9\"'",
    "2.1, '\"OS-DCF:diskConfig\": \"auto\"'",
    "2.1, '\"flavorRef\": \"2\"'"
  })
  void whatAnUpdateDoesNotTake(String version, String member) {
    String id = boot(cloud.alice(), "a");

    assertThat(put(cloud.alice().at(version), id, member).status()).isEqualTo(400);
  }

  @Test
  void oneOfSeveralThatIsAloneHasThePlainName() {
    for (int i = 0; i < 9; i++) {
      boot(cloud.alice(), "s" + i);
    }

    cloud.alice().post(SERVERS, server("web", "\"min_count\": 1, \"max_count\": 5"));

    assertThat(cloud.instances.all()).last().matches(view -> view.name().equals("web"));
  }

  private static TestClient.Reply put(TestClient client, String id, String member) {
    return client.put(SERVERS + "/" + id, "{\"server\": {" + member + "}}");
  }

  private InstanceView only() {
    return cloud.instances.all().iterator().next();
  }

  private String network(String id, String name) {
    var subnet =
        new Network.Subnet(
            id.replace('6', '8'),
            name,
            "10.1.0.0/24",
            Optional.empty(),
            List.of(),
            "10.1.0.10",
            "10.1.0.20");
    cloud.catalog.put(
        new Network(id, name, TestCloud.DEMO, false, 1500, List.of(subnet), cloud.clock.instant()));
    return id;
  }

  private String port(String project) {
    var made =
        cloud
            .networks
            .createPort(TestCloud.NETWORK, project, "p", Optional.empty())
            .toCompletableFuture()
            .join();
    return ApiError.accepted(made).id();
  }
}
