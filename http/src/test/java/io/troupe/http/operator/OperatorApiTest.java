package io.troupe.http.operator;

import static io.troupe.http.live.LiveServer.ADMIN;
import static io.troupe.http.live.LiveServer.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Placements;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.config.PreemptionMode;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.MemoryCatalog;
import io.troupe.http.cloud.MemoryInstances;
import io.troupe.http.cloud.MemoryNetworks;
import io.troupe.http.cloud.MemoryVolumes;
import io.troupe.http.live.HostsInMemory;
import io.troupe.http.live.LiveServer;
import io.troupe.http.live.LiveServer.Reply;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator API, health and metrics over a real port. */
class OperatorApiTest {
  private static final String CONNECTIONS = "/v1/connections";
  private static final String EXPLAIN = "/v1/placements:explain";

  private final MemoryCatalog catalog = new MemoryCatalog();
  private final AtomicReference<Optional<String>> notReady =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Placements.Question> asked = new AtomicReference<>();
  private LiveServer server;

  @BeforeEach
  void start() throws Exception {
    catalog.create(
        new Flavor(
            "1",
            "m1.nano",
            1,
            128,
            1,
            0,
            0,
            1,
            true,
            Optional.empty(),
            Map.of(),
            Set.of(),
            Instant.EPOCH));
    catalog.create(new Project("p1", "demo", true, Optional.empty(), Map.of()));
    Placements placements =
        question -> {
          asked.set(question);
          return CompletableFuture.completedFuture(
              question.availabilityZone().equals(Optional.of("busy"))
                  ? Answer.refuse(new Rejection.Unavailable("the scheduler is starting"))
                  : Answer.of(explanation()));
        };
    server =
        LiveServer.start(
            (materializer, registry) ->
                List.of(
                    OperatorService.of(
                        catalog,
                        new HostsInMemory(),
                        placements,
                        SchedulerSettings.DEFAULT,
                        new MemoryInstances(
                            catalog,
                            new MemoryNetworks(catalog, Clock.systemUTC()),
                            new MemoryVolumes(Clock.systemUTC()),
                            Clock.systemUTC()),
                        1000,
                        Clock.systemUTC()),
                    HealthService.of(notReady::get),
                    MetricsService.of(registry)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static PlacementExplanation explanation() {
    return new PlacementExplanation(
        2,
        List.of(new PlacementExplanation.Candidate("h1", 1.5, Map.of("ram", 1.0, "cpu", 0.5))),
        List.of(
            new PlacementExplanation.FilterOutcome(
                "RamFilter", 1, Optional.of("h2: 128 MiB asked, 64 MiB free"))),
        List.of(
            new PlacementExplanation.HostVerdict(
                "h1", true, Optional.empty(), Optional.empty(), Map.of("ram", 1.0)),
            new PlacementExplanation.HostVerdict(
                "h2", false, Optional.of("RamFilter"), Optional.of("64 < 128"), Map.of())),
        Optional.of(
            new Preemption(
                new HostId("h2"),
                List.of(new Preemption.Victim(new InstanceId(new UUID(0, 7)), 1)),
                PreemptionMode.DELETE,
                0)));
  }

  @Nested
  class TheScheduler {
    private static final String SCHEDULER = "/v1/scheduler";

    @Test
    void isSetWhileItRuns() {
      JsonNode before = server.get(SCHEDULER, ADMIN).json().path("scheduler");
      assertThat(before.path("policy").textValue()).isEqualTo("filter");
      assertThat(before.path("changed").size()).isZero();

      Reply changed =
          server.put(
              SCHEDULER,
              ADMIN,
              """
              {"policy": "packing", "enabled_filters": ["ComputeFilter", "JsonFilter"],
               "enabled_weighers": ["RAMWeigher"], "max_instances_per_host": 7,
               "multipliers": {"ram_weight_multiplier": -2.5}}
              """);

      assertThat(changed.status()).as(changed.text()).isEqualTo(200);
      JsonNode now = server.get(SCHEDULER, ADMIN).json().path("scheduler");
      assertThat(now.path("policy").textValue()).isEqualTo("packing");
      assertThat(now.path("enabled_filters").toString())
          .isEqualTo("[\"ComputeFilter\",\"JsonFilter\"]");
      assertThat(now.path("multipliers").path("ram_weight_multiplier").doubleValue())
          .isEqualTo(-2.5);
      assertThat(now.path("multipliers").path("cpu_weight_multiplier").doubleValue()).isEqualTo(1);
      assertThat(now.path("max_instances_per_host").intValue()).isEqualTo(7);
      assertThat(now.path("changed").toString())
          .isEqualTo(
              "[\"policy\",\"enabled_filters\",\"enabled_weighers\",\"ram_weight_multiplier\","
                  + "\"max_instances_per_host\"]");
      server.put(SCHEDULER, ADMIN, "{}");
      assertThat(server.get(SCHEDULER, ADMIN).json().path("scheduler")).isEqualTo(before);
    }

    @Test
    void takesOnlyWhatItKnows() {
      assertRefused(
          server.put(SCHEDULER, ADMIN, "{\"policy\": \"best\"}"), 400, "known are filter");
      assertRefused(
          server.put(SCHEDULER, ADMIN, "{\"enabled_filters\": [\"MagicFilter\"]}"),
          400,
          "enabled_filters[0]");
      assertRefused(
          server.put(SCHEDULER, ADMIN, "{\"multipliers\": {\"ram\": 1}}"), 400, "multipliers.ram");
      assertRefused(
          server.put(SCHEDULER, ADMIN, "{\"host_subset_size\": 0}"), 400, "host_subset_size");
    }
  }

  @Test
  void capacityIsAskedWithABound() {
    assertRefused(
        server.post(
            "/v1/placements:capacity", ADMIN, "{\"flavor\": \"m1.nano\", \"at_most\": 5000}"),
        400,
        "at_most");
  }

  private Reply register(String id, String uri) {
    return server.post(CONNECTIONS, ADMIN, "{\"id\": \"%s\", \"uri\": \"%s\"}".formatted(id, uri));
  }

  private static void assertRefused(Reply reply, int status, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    JsonNode error = reply.json().path("error");
    assertThat(error.path("code").intValue()).isEqualTo(status);
    assertThat(error.path("message").textValue()).contains(words);
  }

  @Nested
  class Connections {
    @Test
    void areRegisteredShownListedSwitchedAndRemoved() {
      Reply made = register("lab", "fake://?hosts=2");
      assertThat(made.status()).as(made.text()).isEqualTo(201);
      assertThat(made.header("location")).isEqualTo(server.address() + CONNECTIONS + "/lab");
      JsonNode connection = made.json().path("connection");
      assertThat(connection.path("uri").textValue()).isEqualTo("fake://?hosts=2");
      assertThat(connection.path("state").textValue()).isEqualTo("up");
      assertThat(connection.path("hosts").toString()).isEqualTo("[\"lab-1\",\"lab-2\"]");
      String lab = CONNECTIONS + "/lab";
      assertThat(server.get(lab, ADMIN).json()).isEqualTo(made.json());
      assertThat(server.get(CONNECTIONS, ADMIN).json().path("connections").get(0))
          .isEqualTo(connection);

      JsonNode disabled =
          server.post(lab + ":disable", ADMIN, "{\"reason\": \"new disks\"}").json();
      assertThat(disabled.path("connection").path("enabled").booleanValue()).isFalse();
      assertThat(disabled.path("connection").path("disabled_reason").textValue())
          .isEqualTo("new disks");
      assertThat(server.post(lab + ":enable", ADMIN, "").json().path("connection"))
          .isEqualTo(connection);

      assertThat(server.delete(lab, ADMIN).status()).isEqualTo(204);
      assertRefused(server.get(lab, ADMIN), 404, "lab could not be found");
      assertRefused(server.delete(lab, ADMIN), 404, "lab could not be found");
    }

    @Test
    void credentialsNeverComeBack() {
      Reply made =
          server.post(
              CONNECTIONS,
              ADMIN,
              """
              {"id": "used", "uri": "xen://root:canary1@h/?token=canary2",
               "options": {"password": "canary3", "pool": "default"}}
              """);
      assertThat(made.status()).as(made.text()).isEqualTo(201);

      for (String path : List.of(CONNECTIONS, CONNECTIONS + "/used")) {
        Reply shown = server.get(path, ADMIN);
        assertThat(shown.text()).doesNotContain("canary").contains("xen://***@h/?token=***");
        assertThat(shown.text()).contains("\"pool\":\"default\"", "lost xen://***@h");
      }
      assertThat(made.text()).doesNotContain("canary");
    }

    @Test
    void credentialsAreNotInARefusalEither() {
      Reply refused =
          server.post(
              CONNECTIONS,
              ADMIN,
              """
              {"id": "down", "uri": "xen://root:canary1@h/?token=canary2",
               "options": {"password": "canary3"}}
              """);

      assertRefused(refused, 400, "no answer from xen://***@h");
      assertThat(refused.text()).doesNotContain("canary");
      for (String bad : List.of("not a uri canary", "canary", "x".repeat(3000) + "canary")) {
        Reply reply = register("bad", bad);
        assertRefused(reply, 400, "uri");
        assertThat(reply.text()).doesNotContain("canary");
      }
      Reply options =
          server.post(
              CONNECTIONS,
              ADMIN,
              "{\"id\":\"bad\",\"uri\":\"fake:x\",\"options\":{\"password\":[\"canary\"]}}");
      assertRefused(options, 400, "options");
      assertThat(options.text()).doesNotContain("canary");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{\"uri\": \"fake:x\"} | id",
          "{\"id\": \"a/b\", \"uri\": \"fake:x\"} | id",
          "{\"id\": \"a\"} | uri",
          "{\"id\": \"a\", \"uri\": 5} | uri",
          "{\"id\": \"a\", \"uri\": \"fake:x\", \"host\": \"h\"} | host",
          "{\"id\": \"a\", \"uri\": \"fake:x\", \"options\": []} | options",
          "{ | not JSON",
        })
    void badBodyIsRefused(String json, String words) {
      assertRefused(server.post(CONNECTIONS, ADMIN, json), 400, words);
    }

    @Test
    void conflictsAndUnknownActions() {
      register("used", "fake://?hosts=2");
      assertRefused(register("used", "fake://?hosts=2"), 409, "exists");
      assertRefused(server.delete(CONNECTIONS + "/used", ADMIN), 409, "has instances");
      assertRefused(server.post(CONNECTIONS + "/used:drain", ADMIN, "{}"), 404, "could not");
      assertRefused(server.post(CONNECTIONS + "/used", ADMIN, "{}"), 404, "could not");
      assertRefused(server.post(CONNECTIONS + "/used:disable", ADMIN, "{}"), 400, "reason");
      assertRefused(
          server.post(CONNECTIONS + "/used:disable", ADMIN, "{\"reason\":\"a\\nb\"}"),
          400,
          "reason");
      assertRefused(server.post(CONNECTIONS + "/none:enable", ADMIN, "{}"), 404, "none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/connections", "/v1/connections/x", "/v1/hosts", "/v1/hosts/x"})
    void onlyForAdministrators(String path) {
      assertThat(server.get(path, MEMBER).status()).isEqualTo(403);
      assertThat(server.get(path, "").status()).isEqualTo(401);
      assertThat(server.post(EXPLAIN, MEMBER, "{}").status()).isEqualTo(403);
    }
  }

  @Nested
  class HostsOfConnections {
    @Test
    void areListedInShortAndShownInFull() {
      register("used", "fake://?hosts=2");
      register("lab", "fake://?hosts=2");

      JsonNode all = server.get("/v1/hosts", ADMIN).json().path("hosts");
      assertThat(all.valueStream().map(h -> h.path("id").textValue()))
          .containsExactly("lab-1", "lab-2", "used-1", "used-2");
      JsonNode filtered = server.get("/v1/hosts?connection=used&up=true", ADMIN).json();
      assertThat(filtered.path("hosts").size()).isEqualTo(2);
      assertThat(server.get("/v1/hosts?up=false", ADMIN).json().path("hosts").size()).isZero();
      JsonNode page = server.get("/v1/hosts?limit=1&marker=lab-2", ADMIN).json();
      assertThat(page.path("hosts").get(0).path("id").textValue()).isEqualTo("used-1");
      assertThat(page.path("hosts_links").get(0).path("href").textValue())
          .isEqualTo(server.address() + "/v1/hosts?limit=1&marker=used-1");

      JsonNode host = server.get("/v1/hosts/used-1", ADMIN).json().path("host");
      assertThat(host.path("instances").get(0).textValue())
          .isEqualTo(HostsInMemory.INSTANCE.toString());
      assertThat(host.path("foreign_guests").toString()).isEqualTo("[\"somebody-elses\"]");
      var unknown = host.path("unknown_guests").path(0);
      assertThat(unknown.path("id").textValue()).isEqualTo("5eed0000-0000-4000-8000-00000000f00d");
      assertThat(unknown.at("/size/ram_mib").intValue()).isEqualTo(1024);
      assertThat(unknown.path("bears_our_mark").booleanValue()).isFalse();
      assertThat(host.path("claimed").path("ram_mib").longValue()).isEqualTo(512);
      assertThat(host.path("allocation_ratios").path("vcpus").doubleValue()).isEqualTo(4.0);
      assertRefused(server.get("/v1/hosts/none", ADMIN), 404, "no such host");
      assertRefused(server.get("/v1/hosts?colour=red", ADMIN), 400, "colour");
    }
  }

  @Nested
  class Adopt {
    private static final String PATH = "/v1/hosts/used-1/adopt";
    private static final String GUEST = "\"guest\": \"somebody-elses\", \"project_id\": \"p1\"";

    private Reply adopt(String more) {
      return server.post(PATH, ADMIN, "{" + GUEST + more + "}");
    }

    @Test
    void makesAnInstanceOfAnUnknownGuest() {
      register("used", "fake://?hosts=1");

      Reply reply = adopt(", \"name\": \"kept\", \"metadata\": {\"since\": \"2019\"}");

      assertThat(reply.status()).as(reply.text()).isEqualTo(202);
      var id = reply.json().path("instance_id").textValue();
      assertThat(id).isEqualTo("5eed0000-0000-4000-8000-00000000f00d");
      var operation = reply.json().path("operation_id").textValue();
      assertThat(reply.header("location"))
          .endsWith("/v1/instances/" + id + "/operations/" + operation);
      assertRefused(adopt(""), 409, "instance 5eed0000-0000-4000-8000-00000000f00d already");
    }

    @Test
    void byItsIdAndWithAFlavorThatIsLargeEnough() {
      register("used", "fake://?hosts=1");

      assertRefused(adopt(", \"flavor\": \"1\""), 400, "the guest 2 and 1024");
      Reply reply =
          server.post(
              PATH,
              ADMIN,
              "{\"guest\": \"5eed0000-0000-4000-8000-00000000f00d\", \"project_id\": \"p1\"}");
      assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    }

    @Test
    void saysWhatIsWrong() {
      register("used", "fake://?hosts=2");
      register("small", "fake://?hosts=1");

      assertRefused(
          server.post(PATH, ADMIN, "{\"guest\": \"nobody\", \"project_id\": \"p1\"}"),
          404,
          "no unknown guest nobody");
      assertRefused(
          server.post(
              PATH,
              ADMIN,
              "{\"guest\": \"instance-%s\", \"project_id\": \"p1\"}"
                  .formatted(HostsInMemory.INSTANCE)),
          409,
          "already");
      assertRefused(
          server.post("/v1/hosts/none/adopt", ADMIN, "{" + GUEST + "}"), 404, "no such host");
      assertRefused(
          server.post(PATH, ADMIN, "{\"guest\": \"somebody-elses\", \"project_id\": \"p9\"}"),
          400,
          "project_id");
      assertRefused(adopt(", \"flavor\": \"none\""), 400, "flavor");
      assertRefused(adopt(", \"colour\": \"red\""), 400, "colour");
      assertRefused(server.post(PATH, ADMIN, "{}"), 400, "guest");
      assertThat(server.post(PATH, MEMBER, "{" + GUEST + "}").status()).isEqualTo(403);
      assertThat(server.post(PATH, "", "{" + GUEST + "}").status()).isEqualTo(401);
    }
  }

  @Nested
  class Explain {
    @Test
    void resolvesNamesAndTellsReasons() {
      Reply reply =
          server.post(
              EXPLAIN,
              ADMIN,
              """
              {"flavor": "m1.nano", "project": "demo", "availability_zone": "nova",
               "hints": {"group": "g", "different_host": ["a", "b"]}}
              """);

      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(asked.get())
          .isEqualTo(
              new Placements.Question(
                  "1",
                  "p1",
                  Optional.of("nova"),
                  Map.of("group", List.of("g"), "different_host", List.of("a", "b"))));
      JsonNode placement = reply.json().path("placement");
      assertThat(placement.path("hosts_considered").intValue()).isEqualTo(2);
      assertThat(placement.path("candidates").get(0).path("weights").path("cpu").doubleValue())
          .isEqualTo(0.5);
      JsonNode preemption = placement.path("preemption");
      assertThat(preemption.path("message").textValue())
          .isEqualTo("would fit on host h2 after evicting 1 preemptible instance");
      assertThat(preemption.path("evicts").get(0).textValue())
          .isEqualTo("00000000-0000-0000-0000-000000000007");
      JsonNode filter = placement.path("filters").get(0);
      assertThat(filter.path("removed").intValue()).isEqualTo(1);
      assertThat(filter.path("nearest_miss").textValue()).contains("64 MiB free");
      JsonNode refused = placement.path("hosts").get(1);
      assertThat(refused.path("passed").booleanValue()).isFalse();
      assertThat(refused.path("filter").textValue()).isEqualTo("RamFilter");
      assertThat(placement.path("hosts").get(0).path("reason").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{} | 400 | flavor",
          "{\"flavor\": \"none\"} | 400 | no such Flavor",
          "{\"flavor\": 1} | 400 | string",
          "{\"flavor\": \"1\", \"project\": \"none\"} | 400 | no such Project",
          "{\"flavor\": \"1\", \"hints\": {\"group\": 5}} | 400 | hints.group",
          "{\"flavor\": \"1\", \"hints\": {\"group\": []}} | 400 | hints.group",
          "{\"flavor\": \"1\", \"hints\": \"x\"} | 400 | hints",
          "{\"flavor\": \"1\", \"colour\": \"red\"} | 400 | colour",
          "{\"flavor\": \"1\", \"availability_zone\": \"busy\"} | 503 | starting",
        })
    void badQuestionIsRefused(String json, int status, String words) {
      assertRefused(server.post(EXPLAIN, ADMIN, json), status, words);
    }

    @Test
    void tenThousandHintsAreRefused() {
      StringBuilder hints = new StringBuilder();
      for (int i = 0; i < 10_000; i++) {
        hints.append(i == 0 ? "" : ",").append("\"h").append(i).append("\":\"v\"");
      }
      assertRefused(
          server.post(EXPLAIN, ADMIN, "{\"flavor\":\"1\",\"hints\":{" + hints + "}}"),
          400,
          "hints");
    }
  }

  @Nested
  class HealthAndMetrics {
    @Test
    void liveAlwaysReadyWhenReady() {
      assertThat(server.get("/health/live", "").status()).isEqualTo(200);
      assertThat(server.get("/health/ready", "").status()).isEqualTo(200);

      notReady.set(Optional.of("journal: no answer"));

      Reply reply = server.get("/health/ready", "");
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.json().path("reason").textValue()).isEqualTo("journal: no answer");
      assertThat(server.get("/health/live", "").status()).isEqualTo(200);
    }

    @Test
    void metricsCountTheRequestsSoFar() {
      server.get("/health/live", "");

      Reply metrics = server.get("/metrics", "");

      assertThat(metrics.status()).isEqualTo(200);
      assertThat(metrics.header("content-type")).startsWith("text/plain");
      assertThat(metrics.text())
          .contains("troupe_http_requests_seconds_count")
          .contains("route=\"/live\"");
    }
  }
}
