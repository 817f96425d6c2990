package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.host.Administration;
import io.troupe.core.value.HostId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which microversion a request speaks and what that changes. */
class MicroversionTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers";

  @Test
  void withoutAHeaderItIs21() {
    assertVersion(cloud.alice().get(SERVERS), "2.1");
  }

  @Test
  void bothHeadersAreReadAndEchoed() {
    var alice = cloud.alice();

    assertVersion(alice.at("2.79").get(SERVERS), "2.79");
    assertVersion(alice.at("latest").get(SERVERS), "2.96");
    var old = alice.request(SERVERS).header("X-OpenStack-Nova-API-Version", "2.26").GET();
    assertVersion(alice.send(old), "2.26");
  }

  @Test
  void errorsCarryTheVersionToo() {
    var reply = cloud.alice().at("2.79").get(SERVERS + "/nonsense");

    assertThat(reply.status()).isEqualTo(404);
    assertVersion(reply, "2.79");
  }

  @ParameterizedTest
  @CsvSource({"2.97", "2.0", "3.1", "1.1", "2.999"})
  void outsideTheRangeIs406(String version) {
    var reply = cloud.alice().at(version).get(SERVERS);

    assertThat(reply.status()).isEqualTo(406);
    assertThat(reply.body().at("/computeFault/message").asText())
        .isEqualTo(
            "Version %s is not supported by the API. Minimum is 2.1 and maximum is 2.96."
                .formatted(version));
    assertThat(reply.header("Vary")).contains("OpenStack-API-Version");
  }

  @ParameterizedTest
  @CsvSource({"2", "2.01", "two", "2.1.1", "v2.1", "2.12345678901"})
  void noVersionIs400(String version) {
    assertThat(cloud.alice().at(version).get(SERVERS).status()).isEqualTo(400);
  }

  @Test
  void otherServicesVersionsAreNotOurs() {
    var alice = cloud.alice();
    var request = alice.request(SERVERS).header("OpenStack-API-Version", "volume 3.50").GET();

    assertVersion(alice.send(request), "2.1");
  }

  @Test
  void versionDocumentsNeedNoTokenAndHaveNoVersion() {
    var reply = cloud.anonymous().get("/compute/v2.1/");

    assertThat(reply.body().at("/version/version").asText()).isEqualTo("2.96");
    assertThat(reply.body().at("/version/min_version").asText()).isEqualTo("2.1");
    assertThat(reply.header("OpenStack-API-Version")).isEmpty();
    assertThat(cloud.anonymous().get("/").body().get("versions")).hasSize(2);
    assertThat(cloud.anonymous().get("/compute").body().at("/versions/1/id").asText())
        .isEqualTo("v2.1");
  }

  @Test
  void outsideItsWindowARouteIsNotThere() {
    var admin = cloud.admin();
    String body = "{\"flavor\": {\"description\": \"small\"}}";

    assertThat(admin.at("2.54").put("/compute/v2.1/flavors/1", body).status()).isEqualTo(404);
    assertThat(admin.at("2.55").put("/compute/v2.1/flavors/1", body).status()).isEqualTo(200);
  }

  /** The keys a server has in its detailed view, each from its first microversion on. */
  @ParameterizedTest
  @CsvSource({
    "locked, 9",
    "description, 19",
    "tags, 26",
    "trusted_image_certificates, 63",
    "server_groups, 71",
    "locked_reason, 73",
    "OS-EXT-SRV-ATTR:hostname, 90",
    "pinned_availability_zone, 96"
  })
  void aFieldAppearsWithItsVersion(String key, int minor) {
    String id = boot(cloud.alice(), "a");

    assertThat(show(id, minor - 1).has(key)).isFalse();
    assertThat(show(id, minor).has(key)).isTrue();
    assertThat(show(id, 96).has(key)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"OS-EXT-SRV-ATTR:user_data, 3", "host_status, 16", "OS-EXT-SRV-ATTR:host, 1"})
  void someFieldsAreForAdministratorsOnly(String key, int minor) {
    String id = boot(cloud.alice(), "a");

    var admin = cloud.admin().at("2." + minor).get(SERVERS + "/" + id).body().get("server");
    assertThat(admin.has(key)).isTrue();
    assertThat(show(id, 96).has(key)).isFalse();
  }

  @Test
  void aServersHostIsShownThoughAnotherDoesNotAnswer() {
    String id = boot(cloud.alice(), "a");
    cloud.hosts.silenceOne();

    var admin = cloud.admin().at("2.16");

    assertThat(admin.get(SERVERS + "/" + id).body().at("/server/host_status").asText())
        .isEqualTo("UP");
    assertThat(
            admin
                .get(SERVERS + "/detail?all_tenants=1")
                .body()
                .at("/servers/0/host_status")
                .asText())
        .isEqualTo("UP");
  }

  @Test
  void aServerSaysHowItsHostIs() {
    String id = boot(cloud.alice(), "a");
    var admin = cloud.admin().at("2.16");
    var host =
        new HostId(
            admin.get(SERVERS + "/" + id).body().at("/server/OS-EXT-SRV-ATTR:host").asText());

    cloud.hosts.administer(host, Administration.Change.disable("new disk"));
    assertThat(admin.get(SERVERS + "/" + id).body().at("/server/host_status").asText())
        .isEqualTo("MAINTENANCE");
    cloud.hosts.administer(host, Administration.Change.forceDown(true));
    assertThat(admin.get(SERVERS + "/" + id).body().at("/server/host_status").asText())
        .isEqualTo("DOWN");
  }

  @Test
  void theFlavorIsEmbeddedFrom247() {
    String id = boot(cloud.alice(), "a");

    assertThat(show(id, 46).at("/flavor/id").asText()).isEqualTo("1");
    assertThat(show(id, 47).get("flavor").has("id")).isFalse();
    assertThat(show(id, 47).at("/flavor/original_name").asText()).isEqualTo("m1.nano");
  }

  @Test
  void anUpdateAnswersTheWholeViewFrom275() {
    String id = boot(cloud.alice(), "a");
    String body = "{\"server\": {\"name\": \"b\"}}";

    var before = cloud.alice().at("2.74").put(SERVERS + "/" + id, body).body().get("server");
    var after = cloud.alice().at("2.75").put(SERVERS + "/" + id, body).body().get("server");

    assertThat(before.get("name").asText()).isEqualTo("b");
    assertThat(before.has("OS-EXT-STS:vm_state")).isFalse();
    assertThat(after.has("OS-EXT-STS:vm_state")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"description\": \"d\"', 19",
    "'\"tags\": [\"t\"]', 52",
    "'\"hostname\": \"h\"', 90"
  })
  void aFieldOfTheBodyIsUnknownBeforeItsVersion(String member, int minor) {
    String body = server("a", member + ", \"networks\": \"none\"");
    String old = server("a", member);

    assertThat(post(minor - 1, minor - 1 < 37 ? old : body).status()).isEqualTo(400);
    assertThat(post(minor, minor < 37 ? old : body).status()).isEqualTo(202);
  }

  @Test
  void networksAreRequiredFrom237() {
    assertThat(post(36, server("a", "")).status()).isEqualTo(202);
    var reply = post(37, server("a", ""));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("'networks' is a required property");
    assertThat(post(37, server("a", "\"networks\": \"auto\"")).status()).isEqualTo(202);
    assertThat(post(36, server("a", "\"networks\": \"auto\"")).status()).isEqualTo(400);
  }

  @Test
  void unknownQueryKeysAreRefusedFrom275() {
    assertThat(cloud.alice().at("2.74").get(SERVERS + "?colour=1").status()).isEqualTo(200);
    assertThat(cloud.alice().at("2.75").get(SERVERS + "?colour=1").status()).isEqualTo(400);
    assertThat(cloud.alice().at("2.75").get("/compute/v2.1/flavors?colour=1").status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"1", "47", "96"})
  void aServerLooksLikeTheSample(int minor) {
    String id = boot(cloud.alice(), "sample");

    Sample.check(
        "compute/server-show-2." + minor,
        cloud.alice().at("2." + minor).get(SERVERS + "/" + id).body(),
        changing(id));
  }

  @Test
  void everyKeyOfTheTwoEndsOfTheRangeIsKnown() {
    String id = boot(cloud.alice(), "a");
    List<String> keys = new ArrayList<>();

    show(id, 1).fieldNames().forEachRemaining(keys::add);

    assertThat(keys)
        .containsExactlyInAnyOrder(
            "id",
            "name",
            "status",
            "tenant_id",
            "user_id",
            "metadata",
            "hostId",
            "created",
            "updated",
            "image",
            "flavor",
            "links",
            "accessIPv4",
            "accessIPv6",
            "OS-DCF:diskConfig",
            "progress",
            "addresses",
            "key_name",
            "config_drive",
            "OS-EXT-AZ:availability_zone",
            "OS-EXT-STS:task_state",
            "OS-EXT-STS:vm_state",
            "OS-EXT-STS:power_state",
            "OS-SRV-USG:launched_at",
            "OS-SRV-USG:terminated_at",
            "os-extended-volumes:volumes_attached",
            "security_groups");
  }

  private Map<String, String> changing(String id) {
    return Map.of(id, "{id}", cloud.base(), "http://cloud.example", TestCloud.DEMO, "{project}");
  }

  private JsonNode show(String id, int minor) {
    return cloud.alice().at("2." + minor).get(SERVERS + "/" + id).body().get("server");
  }

  private TestClient.Reply post(int minor, String body) {
    return cloud.alice().at("2." + minor).post(SERVERS, body);
  }

  private static void assertVersion(TestClient.Reply reply, String version) {
    assertThat(reply.header("OpenStack-API-Version")).isEqualTo("compute " + version);
    assertThat(reply.header("X-OpenStack-Nova-API-Version")).isEqualTo(version);
    assertThat(reply.header("Vary"))
        .contains("OpenStack-API-Version")
        .contains("X-OpenStack-Nova-API-Version");
  }
}
