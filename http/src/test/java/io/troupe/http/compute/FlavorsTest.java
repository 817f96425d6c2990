package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flavors, their extra specs and who may use the private ones. */
class FlavorsTest extends CloudTest {
  private static final String FLAVORS = "/compute/v2.1/flavors";
  private static final String NEW =
      """
      {"flavor": {"id": "a b.1", "name": "new", "ram": 512, "vcpus": 1, "disk": 5,
        "os-flavor-access:is_public": false}}
      """;

  @ParameterizedTest
  @CsvSource({"1", "61", "96"})
  void aFlavorLooksLikeTheSample(int minor) {
    Sample.check(
        "compute/flavor-show-2." + minor,
        cloud.alice().at("2." + minor).get(FLAVORS + "/1").body(),
        Map.of(cloud.base(), "http://cloud.example"));
  }

  @Test
  void listsAreFilteredSortedAndPaged() {
    var alice = cloud.alice();

    assertThat(ids(alice.get(FLAVORS))).isEqualTo("1 2 5 zero");
    assertThat(ids(alice.get(FLAVORS + "/detail?minRam=2000&minDisk=50"))).isEqualTo("5");
    assertThat(ids(alice.get(FLAVORS + "?sort_key=memory_mb&sort_dir=desc")))
        .isEqualTo("5 2 zero 1");
    var page = alice.get(FLAVORS + "?limit=2");
    assertThat(ids(page)).isEqualTo("1 2");
    assertThat(page.body().at("/flavors_links/0/href").asText()).endsWith("?limit=2&marker=2");
    assertThat(alice.get(FLAVORS + "?marker=nosuch").status()).isEqualTo(400);
    assertThat(alice.get(FLAVORS + "?minRam=x").status()).isEqualTo(400);
  }

  @Test
  void onlyAdministratorsCreateAndDelete() {
    assertThat(cloud.alice().post(FLAVORS, NEW).status()).isEqualTo(403);
    assertThat(cloud.alice().delete(FLAVORS + "/1").status()).isEqualTo(403);

    var admin = cloud.admin();
    var made = admin.post(FLAVORS, NEW);
    assertThat(made.status()).isEqualTo(200);
    assertThat(made.body().at("/flavor/swap").asText()).isEmpty();
    assertThat(admin.post(FLAVORS, NEW).status()).isEqualTo(409);
    assertThat(admin.delete(FLAVORS + "/a%20b.1").status()).isEqualTo(202);
    assertThat(admin.delete(FLAVORS + "/a%20b.1").status()).isEqualTo(404);
  }

  @Test
  void anIdIsMadeWhenNoneIsGiven() {
    var made = cloud.admin().post(FLAVORS, NEW.replace("\"a b.1\"", "null"));

    assertThat(made.body().at("/flavor/id").asText()).hasSize(36);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"ram\": 0",
        "\"vcpus\": -1",
        "\"disk\": 1.5",
        "\"ram\": 99999999999",
        "\"id\": \"a/b\"",
        "\"swap\": \"lots\"",
        "\"colour\": 1",
        "\"description\": \"d\""
      })
  void aBadFlavorIs400(String member) {
    String key = member.substring(0, member.indexOf(':'));
    String body =
        NEW.contains(key + ":")
            ? NEW.replaceAll(key + ": [^,}]*", member)
            : NEW.replace("\"name\"", member + ", \"name\"");

    assertThat(cloud.admin().post(FLAVORS, body).status()).isEqualTo(400);
    assertThat(ids(cloud.admin().get(FLAVORS + "?is_public=none"))).isEqualTo("1 2 5 zero");
  }

  @Test
  void aPrivateFlavorIsNotThereForOthersUntilTheyGetAccess() {
    var admin = cloud.admin();
    admin.post(FLAVORS, NEW);
    String flavor = FLAVORS + "/a%20b.1";
    String add = "{\"addTenantAccess\": {\"tenant\": \"" + TestCloud.DEMO + "\"}}";
    assertThat(cloud.alice().get(flavor).status()).isEqualTo(404);
    assertThat(ids(admin.get(FLAVORS + "?is_public=false"))).isEqualTo("a b.1");

    var access = admin.post(flavor + "/action", add);

    assertThat(access.body().at("/flavor_access/0/tenant_id").asText()).isEqualTo(TestCloud.DEMO);
    assertThat(cloud.alice().get(flavor).status()).isEqualTo(200);
    assertThat(cloud.as("bob", "other").get(flavor).status()).isEqualTo(404);
    assertThat(admin.post(flavor + "/action", add).status()).isEqualTo(409);
    String remove = add.replace("add", "remove");
    assertThat(admin.post(flavor + "/action", remove).status()).isEqualTo(200);
    assertThat(admin.post(flavor + "/action", remove).status()).isEqualTo(404);
    assertThat(admin.get(FLAVORS + "/1/os-flavor-access").status()).isEqualTo(404);
    assertThat(admin.at("2.7").post(FLAVORS + "/1/action", add).status()).isEqualTo(409);
  }

  @Test
  void extraSpecs() {
    var admin = cloud.admin();
    String specs = FLAVORS + "/1/os-extra_specs";

    var made =
        admin.post(specs, "{\"extra_specs\": {\"hw:cpu_policy\": \"shared\", \"k\": \"v\"}}");

    assertThat(made.body().at("/extra_specs/k").asText()).isEqualTo("v");
    assertThat(cloud.alice().get(specs).body().get("extra_specs")).hasSize(2);
    assertThat(cloud.alice().get(specs + "/hw:cpu_policy").body().get("hw:cpu_policy").asText())
        .isEqualTo("shared");
    assertThat(admin.put(specs + "/k", "{\"k\": \"w\"}").body().get("k").asText()).isEqualTo("w");
    assertThat(admin.put(specs + "/k", "{\"other\": \"w\"}").status()).isEqualTo(400);
    assertThat(admin.put(specs + "/k", "{\"k\": 5}").status()).isEqualTo(400);
    assertThat(admin.delete(specs + "/k").status()).isEqualTo(200);
    assertThat(admin.delete(specs + "/k").status()).isEqualTo(404);
    assertThat(cloud.alice().post(specs, "{\"extra_specs\": {}}").status()).isEqualTo(403);
    assertThat(admin.post(FLAVORS + "/9/os-extra_specs", "{\"extra_specs\": {}}").status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hw:cpu_policy            | pinned  | one of dedicated, mixed, shared",
        "hw:cpu_polcy             | shared  | There is no such extra spec",
        "hw:numa_nodes            | 0       | a whole number from 1",
        "hw:numa_cpus.1           | 0-x     | a set of CPUs",
        "hw:numa_mem.0            | much    | a whole number from 1",
        "hw:mem_page_size         | huge    | large, small, any or a size",
        "hw:boot_menu             | perhaps | true or false",
        "pci_passthrough:alias    | gpu     | NAME:COUNT",
        "pci_passthrough:other    | gpu:1   | There is no such extra spec"
      })
  void extraSpecsAreCheckedFrom286On(String key, String value, String reason) {
    String specs = FLAVORS + "/1/os-extra_specs";
    String body = "{\"extra_specs\": {\"%s\": \"%s\"}}".formatted(key, value);
    String one = "{\"%s\": \"%s\"}".formatted(key, value);

    var refused = cloud.admin().at("2.86").post(specs, body);
    var refusedToo = cloud.admin().at("2.86").put(specs + "/" + key, one);
    var former = cloud.admin().at("2.85").post(specs, body);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().toString()).contains(key).contains(reason);
    assertThat(refusedToo.status()).isEqualTo(400);
    assertThat(former.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "troupe:preemptible | yes        | one of false, true",
        "troupe:preemptible | TRUE       | one of false, true",
        "troupe:priority    | high       | a whole number",
        "troupe:priority    | 1.5        | a whole number",
        "troupe:priority    | 9999999999 | a whole number"
      })
  void whoMayBeEvictedIsCheckedInAnyVersion(String key, String value, String reason) {
    String specs = FLAVORS + "/1/os-extra_specs";
    String one = "{\"%s\": \"%s\"}".formatted(key, value);

    var refused = cloud.admin().at("2.1").post(specs, "{\"extra_specs\": %s}".formatted(one));
    var refusedToo = cloud.admin().at("2.96").put(specs + "/" + key, one);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().toString()).contains(key).contains(value).contains(reason);
    assertThat(refusedToo.status()).isEqualTo(400);
  }

  @Test
  void goodExtraSpecsAndOtherNamespacesPass() {
    var made =
        cloud
            .admin()
            .at("2.86")
            .post(
                FLAVORS + "/1/os-extra_specs",
                "{\"extra_specs\": {\"hw:numa_nodes\": \"2\", \"hw:numa_cpus.0\": \"0-1,^1\","
                    + " \"hw:mem_page_size\": \"2MB\", \"pci_passthrough:alias\": \"gpu:2,nic:1\","
                    + " \"mine:hw\": \"x\", \"troupe:preemptible\": \"true\", \"troupe:priority\": \"-3\","
                    + " \"hw:cpu_thread_policy\": \"isolate\"}}");

    assertThat(made.status()).isEqualTo(200);
  }

  @Test
  void aliasThatIsNotDefinedIs400AtBootAndResize() {
    cloud.instances.hosts("host-1", "host-2");
    String id = boot(cloud.alice(), "one");
    String resize = "{\"resize\": {\"flavorRef\": \"2\"}}";
    for (String flavor : new String[] {"1", "2"}) {
      cloud
          .admin()
          .post(
              FLAVORS + "/" + flavor + "/os-extra_specs",
              "{\"extra_specs\": {\"pci_passthrough:alias\": \"gpu:1,fpga:2\"}}");
    }

    var booted = cloud.alice().post("/compute/v2.1/servers", server("two", ""));
    var resized = cloud.alice().post("/compute/v2.1/servers/" + id + "/action", resize);

    for (var reply : new TestClient.Reply[] {booted, resized}) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(400);
      assertThat(reply.text()).contains("pci_passthrough:alias", "alias fpga is not defined");
    }
    for (String flavor : new String[] {"1", "2"}) {
      cloud
          .admin()
          .post(
              FLAVORS + "/" + flavor + "/os-extra_specs",
              "{\"extra_specs\": {\"pci_passthrough:alias\": \"gpu:1\"}}");
    }
    assertThat(cloud.alice().post("/compute/v2.1/servers", server("two", "")).status())
        .isEqualTo(202);
    var accepted = cloud.alice().post("/compute/v2.1/servers/" + id + "/action", resize);
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
  }

  private static String ids(TestClient.Reply reply) {
    var ids = new StringBuilder();
    for (var flavor : reply.body().get("flavors")) {
      ids.append(ids.isEmpty() ? "" : " ").append(flavor.get("id").asText());
    }
    return ids.toString();
  }
}
