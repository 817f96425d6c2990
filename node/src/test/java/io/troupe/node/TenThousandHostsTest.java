package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The node with the scheduler of ten thousand hosts is killed. Its successor's table comes from the
 * hosts and has to say what they say. Two minutes on two cores: {@code
 * -Dtroupe.test.ten-thousand=true}.
 */
@EnabledIfSystemProperty(
    named = "troupe.test.ten-thousand",
    matches = "true",
    disabledReason = "two minutes and 4 GiB: asked for with -Dtroupe.test.ten-thousand=true")
class TenThousandHostsTest extends ThreeNodes {
  private static final int CONNECTIONS = 10;
  private static final int HOSTS = 10_000;
  private static final int SERVERS = 200;

  @Test
  void theSuccessorOfTheSchedulerKnowsThemAllAsTheyAre() throws Exception {
    cluster.furnish(CONNECTIONS, HOSTS / CONNECTIONS, "");
    var victim = cluster.oldest();
    until(() -> explain(cluster.admin(victim), "1").path("hosts_considered").intValue() == HOSTS);
    var accepted = new TreeSet<String>();
    for (int i = 0; i < SERVERS; i++) {
      accepted.add(boot(cluster.admin(cluster.members().get(i % 3)), "s" + i));
    }
    Books.awaitQuiet(cluster.admin(victim), Duration.ofSeconds(60));

    cluster.leaveOut(victim);
    victim.kill9();
    var killedAt = System.nanoTime();
    var survivor = cluster.admin(cluster.oldest());
    var first = boot(survivor, "first");
    until(() -> Books.status(shown(survivor, first)).equals("ACTIVE"));
    var took = Duration.ofNanos(System.nanoTime() - killedAt);
    accepted.add(first);
    say("%d hosts: booted and running %d ms after the kill".formatted(HOSTS, took.toMillis()));
    assertThat(took).isLessThan(ClusterOfThree.FAIL_OVER);

    awaitAll(survivor, killedAt);
    Books.awaitQuiet(survivor, Duration.ofSeconds(60));
    assertThat(ids(Books.servers(survivor))).isEqualTo(accepted);
    assertTableIsWhatHostsSay(survivor);
  }

  private static void awaitAll(NodeClient admin, long since) throws Exception {
    until(
        () -> {
          var known = explain(admin, "1").path("hosts_considered").intValue();
          say(
              "%d hosts known %d ms after the kill"
                  .formatted(known, (System.nanoTime() - since) / 1_000_000));
          return known == HOSTS;
        });
  }

  private String boot(NodeClient client, String name) {
    var reply = client.post("/compute/v2.1/servers", cluster.boot(name)).expect(202);
    return reply.path("server").path("id").textValue();
  }

  private static JsonNode shown(NodeClient client, String server) {
    return client.get("/compute/v2.1/servers/" + server).expect(200).path("server");
  }

  /** Hosts without claims by their number, the others each by what is free there. */
  private static void assertTableIsWhatHostsSay(NodeClient admin) {
    var hosts = hosts(admin);
    assertThat(hosts).hasSize(HOSTS);
    var any = admin.get("/v1/hosts/" + hosts.firstKey()).expect(200).path("host");
    var whole = mib(any, "total") - mib(any, "reserved"); // all hosts are alike
    var loaded = new TreeMap<String, Long>();
    hosts.forEach(
        (id, host) -> {
          if (mib(host, "claimed") > 0) {
            loaded.put(id, whole - mib(host, "claimed"));
          }
        });
    assertThat(loaded).isNotEmpty();
    flavor(admin, "whole", whole);
    flavor(admin, "more", whole + 1);

    assertThat(explain(admin, "whole").path("filters"))
        .singleElement()
        .satisfies(it -> assertThat(it.path("filter").textValue()).isEqualTo("RamFilter"))
        .satisfies(it -> assertThat(it.path("removed").intValue()).isEqualTo(loaded.size()));
    loaded.forEach(
        (host, mib) ->
            assertThat(explain(admin, "more\", \"host\": \"" + host).path("filters"))
                .as("what the scheduler knows of %s", host)
                .anySatisfy(
                    it ->
                        assertThat(it.path("nearest_miss").textValue())
                            .contains(host + ": ", ", " + mib + " MiB free")));
  }

  private static long mib(JsonNode host, String what) {
    return host.path(what).path("ram_mib").longValue();
  }

  private static SortedMap<String, JsonNode> hosts(NodeClient admin) {
    var hosts = new TreeMap<String, JsonNode>();
    for (var marker = ""; ; ) {
      var page = admin.get("/v1/hosts?limit=1000" + marker).expect(200).path("hosts");
      page.forEach(host -> hosts.put(host.path("id").textValue(), host));
      if (page.isEmpty()) {
        return hosts;
      }
      marker = "&marker=" + hosts.lastKey();
    }
  }

  private static void flavor(NodeClient admin, String id, long ramMib) {
    admin
        .post(
            "/compute/v2.1/flavors",
            "{\"flavor\": {\"id\": \"%s\", \"name\": \"%s\", \"ram\": %d, \"vcpus\": 1, \"disk\": 0}}"
                .formatted(id, id, ramMib))
        .expect(200);
  }

  private static JsonNode explain(NodeClient admin, String flavor) {
    return admin
        .post("/v1/placements:explain", "{\"flavor\": \"%s\"}".formatted(flavor))
        .expect(200)
        .path("placement");
  }
}
