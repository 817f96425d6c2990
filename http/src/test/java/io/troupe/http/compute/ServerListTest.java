package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.config.ApiSettings;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import io.troupe.http.cloud.TestCloud;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of servers: whose, which, in which order, and page by page. */
class ServerListTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers";

  @Test
  void newestFirst() {
    three();

    assertThat(names(cloud.alice(), "")).containsExactly("web-b", "db", "web-a");
  }

  @ParameterizedTest
  @CsvSource({
    "name=web, web-b web-a",
    "name=^w.*a$, web-a",
    "name=nobody, ''",
    "status=SHUTOFF, db",
    "status=shutoff&status=ACTIVE, web-b db web-a",
    "status=NONSENSE, ''",
    "flavor=1, web-b db web-a",
    "flavor=nosuch, ''",
    "image=nosuch, ''",
    "ip=10.0.0.11, db",
    "changes-since=2026-01-02T03:05:00Z, web-b db",
    "sort_key=display_name&sort_dir=asc, db web-a web-b",
    "sort_key=display_name, web-b web-a db",
    "sort_key=vm_state&sort_dir=asc&sort_key=display_name&sort_dir=desc, web-b web-a db",
    "colour=green, web-b db web-a",
    "host=nosuch, web-b db web-a",
    "deleted=true, web-b db web-a",
    "limit=2, web-b db",
    "limit=0, ''"
  })
  void filtersAndOrders(String query, String names) {
    three();

    assertThat(String.join(" ", names(cloud.alice(), "?" + query))).isEqualTo(names);
  }

  @ParameterizedTest
  @CsvSource({
    "2.26, tags=red, db",
    "2.26, 'tags=red,blue', ''",
    "2.26, 'tags-any=red,green', web-a db",
    "2.26, not-tags=red, web-a",
    "2.26, 'not-tags-any=red,green', ''",
    "2.25, tags=red, web-a db",
    "2.73, locked=true, ''",
    "2.83, vm_state=active, web-a db",
    "2.83, availability_zone=nova, web-a db",
    "2.90, hostname=db, db",
    "2.89, hostname=db, web-a db"
  })
  void someFiltersComeWithAVersion(String version, String query, String names) {
    var alice = cloud.alice().at("2.52");
    alice.post(SERVERS, server("db", "\"networks\": \"none\", \"tags\": [\"red\"]"));
    cloud.clock.advance(Duration.ofMinutes(1));
    alice.post(SERVERS, server("web-a", "\"networks\": \"none\", \"tags\": [\"green\"]"));
    cloud.instances.work();

    assertThat(String.join(" ", names(alice.at(version), "?" + query))).isEqualTo(names);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=-1, 400",
    "limit=x, 400",
    "marker=nosuch, 400",
    "sort_key=colour, 400",
    "sort_dir=sideways, 400",
    "sort_key=host, 403",
    "name=(, 400",
    "changes-since=yesterday, 400",
    "all_tenants=1, 403",
    "all_tenants=maybe, 400",
    "status=DELETED, 403"
  })
  void whatCannotBe(String query, int status) {
    three();

    assertThat(cloud.alice().get(SERVERS + "?" + query.replace("(", "%28")).status())
        .isEqualTo(status);
  }

  @Test
  void anUnknownStatusIsRefusedFrom238() {
    assertThat(cloud.alice().at("2.38").get(SERVERS + "?status=NONSENSE").status()).isEqualTo(400);
  }

  @Test
  void anEvilRegularExpressionEnds() {
    cloud.alice().post(SERVERS, server("a".repeat(200), ""));
    long started = System.nanoTime();

    cloud.alice().get(SERVERS + "?name=%28a%2B%29%2B%24b");

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void administratorsSeeAllProjectsWhenTheyAsk() {
    three();
    cloud.as("bob", "other").post(SERVERS, server("bobs", ""));

    assertThat(names(cloud.admin(), "")).isEmpty();
    assertThat(names(cloud.admin(), "?all_tenants=1")).hasSize(4);
    assertThat(names(cloud.admin(), "?all_tenants&project_id=" + TestCloud.OTHER))
        .containsExactly("bobs");
    assertThat(names(cloud.admin(), "?all_tenants=1&host=host-1")).hasSize(3);
    assertThat(names(cloud.admin(), "?project_id=" + TestCloud.DEMO)).isEmpty();
    assertThat(names(cloud.as("bob", "other"), "")).containsExactly("bobs");
    assertThat(cloud.admin().get(SERVERS + "?metadata=x").status()).isEqualTo(400);
  }

  @Test
  void deletedServersAreSeenThroughTheirTimeOfChange() {
    String id = boot(cloud.alice(), "a");
    cloud.alice().delete(SERVERS + "/" + id);
    cloud.instances.work();

    assertThat(names(cloud.alice(), "")).isEmpty();
    var list = cloud.alice().get(SERVERS + "/detail?changes-since=2026-01-01T00:00:00Z").body();
    assertThat(list.at("/servers/0/status").asText()).isEqualTo("DELETED");
    assertThat(names(cloud.admin(), "?all_tenants=1&deleted=true")).containsExactly("a");
  }

  @Test
  void pagesAreFollowedToTheEnd() {
    for (int i = 0; i < 5; i++) {
      boot(cloud.alice(), "s" + i); // all in the same second
    }
    var seen = new ArrayList<String>();
    var alice = cloud.alice();
    Optional<String> next = Optional.of(SERVERS + "/detail?limit=2&name=s");

    int pages = 0;
    while (next.isPresent()) {
      var body = alice.get(next.get()).body();
      body.get("servers").forEach(server -> seen.add(server.get("name").asText()));
      next =
          Optional.of(body.at("/servers_links/0/href").asText())
              .filter(href -> !href.isEmpty())
              .map(href -> URI.create(href).getPath() + "?" + URI.create(href).getQuery());
      pages++;
    }

    assertThat(pages).isEqualTo(3);
    assertThat(seen).containsExactlyInAnyOrder("s0", "s1", "s2", "s3", "s4");
  }

  @Test
  void aPageIsNeverLongerThanTheSettingsSay() {
    cloud.close();
    var d = ApiSettings.DEFAULT;
    cloud =
        TestCloud.start(
            new ApiSettings(
                d.bodyLimitBytes(), 2, d.tokenLifetimeSeconds(), 2, 30, 60, "R", Optional.empty()));
    three();

    var body = cloud.alice().get(SERVERS + "?limit=1000").body();

    assertThat(body.get("servers")).hasSize(2);
    assertThat(body.at("/servers_links/0/href").asText()).contains("limit=1000&marker=");
  }

  /** web-a, a stopped db and web-b, each a minute after the other. */
  private void three() {
    boot(cloud.alice(), "web-a");
    cloud.clock.advance(Duration.ofMinutes(1));
    String db = boot(cloud.alice(), "db");
    cloud.alice().post(SERVERS + "/" + db + "/action", "{\"os-stop\": null}");
    cloud.instances.work();
    cloud.clock.advance(Duration.ofMinutes(1));
    boot(cloud.alice(), "web-b");
  }

  private static List<String> names(TestClient client, String query) {
    var reply = client.get(SERVERS + query.replace("^", "%5E"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    var names = new ArrayList<String>();
    reply.body().get("servers").forEach(server -> names.add(server.get("name").asText()));
    return names;
  }
}
