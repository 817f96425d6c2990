package io.troupe.http.operator;

import static io.troupe.http.live.LiveServer.ADMIN;
import static io.troupe.http.live.LiveServer.MEMBER;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.http.cloud.MemoryCatalog;
import io.troupe.http.cloud.MemoryInstances;
import io.troupe.http.cloud.MemoryNetworks;
import io.troupe.http.cloud.MemoryVolumes;
import io.troupe.http.live.HostsInMemory;
import io.troupe.http.live.LiveServer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the rebalancer's routes take and refuse; a node's test carries a plan out. */
class RebalanceRoutesTest {
  private static final String REBALANCE = "/v1/rebalance";

  private final MemoryCatalog catalog = new MemoryCatalog();
  private LiveServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        LiveServer.start(
            (materializer, registry) ->
                List.of(
                    OperatorService.of(
                        catalog,
                        new HostsInMemory(),
                        _ ->
                            CompletableFuture.completedFuture(
                                Answer.refuse(new Rejection.Unavailable("not asked here"))),
                        SchedulerSettings.DEFAULT,
                        new MemoryInstances(
                            catalog,
                            new MemoryNetworks(catalog, Clock.systemUTC()),
                            new MemoryVolumes(Clock.systemUTC()),
                            Clock.systemUTC()),
                        1000,
                        Clock.systemUTC())));
    server.post("/v1/connections", ADMIN, "{\"id\": \"lab\", \"uri\": \"fake://?hosts=2\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | goal",
        "{\"goal\": \"tidy\"} | goal",
        "{\"goal\": \"empty\"} | hosts",
        "{\"goal\": \"empty\", \"hosts\": []} | hosts",
        "{\"goal\": \"empty\", \"hosts\": [\"nowhere\"]} | There is no host nowhere",
        "{\"goal\": \"even\", \"hosts\": [\"lab-1\"]} | hosts: belongs to the goal empty",
        "{\"goal\": \"consolidate\", \"tolerance\": 0.1} | tolerance",
        "{\"goal\": \"even\", \"tolerance\": 2} | tolerance",
        "{\"goal\": \"even\", \"moves\": 0} | moves",
        "{\"goal\": \"even\", \"moves\": 501, \"carry_out\": true} | moves",
        "{\"goal\": \"even\", \"gib\": -1} | gib",
        "{\"goal\": \"even\", \"at_once\": 51} | at_once",
        "{\"goal\": \"even\", \"carry_out\": \"perhaps\"} | carry_out",
        "{\"goal\": \"even\", \"speed\": 1} | speed"
      })
  void badInputNamesTheField(String body, String words) {
    var reply = server.post(REBALANCE, ADMIN, body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    String said = reply.json().path("error").path("message").textValue();
    for (String word : words.split(": ")) {
      assertThat(said).contains(word);
    }
  }

  @Test
  void evenFleetNeedsNoMove() {
    var plan = server.post(REBALANCE, ADMIN, "{\"goal\": \"even\"}");

    assertThat(plan.status()).as(plan.text()).isEqualTo(200);
    assertThat(plan.json().path("rebalance").path("moves")).isEmpty();
    assertThat(plan.json().path("rebalance").path("budget_spent").booleanValue()).isFalse();
    assertThat(plan.json().at("/rebalance/before/empty_hosts").intValue()).isEqualTo(2);
  }

  @Test
  void nothingIsShownOrStoppedBeforeTheFirst() {
    assertThat(server.get(REBALANCE, ADMIN).status()).isEqualTo(404);
    assertThat(server.post(REBALANCE + ":stop", ADMIN, "{}").status()).isEqualTo(404);
  }

  @Test
  void oneRunsAtATimeAndCanBeStopped() {
    var step =
        new RebalanceRun.Step(
            new InstanceId(new UUID(1, 2)),
            new HostId("a"),
            new HostId("b"),
            3,
            RebalanceRun.State.MOVING,
            "",
            Optional.empty());
    var now = Instant.now();
    catalog.create(new RebalanceRun("req-1", "even", 2, false, List.of(step), now, now, "", ""));

    var second = server.post(REBALANCE, ADMIN, "{\"goal\": \"even\", \"carry_out\": true}");
    assertThat(second.status()).as(second.text()).isEqualTo(409);
    assertThat(second.text()).contains("req-1", "running");
    var stopping = server.post(REBALANCE + ":stop", ADMIN, "{}");
    assertThat(stopping.status()).as(stopping.text()).isEqualTo(202);
    var shown = server.get(REBALANCE, ADMIN).json().path("rebalance");
    assertThat(shown.path("status").textValue()).isEqualTo("stopping");
    assertThat(shown.path("moving").intValue()).isEqualTo(1);
    assertThat(shown.at("/moves/0/to").textValue()).isEqualTo("b");
  }

  @Test
  void onlyAdministratorsMay() {
    assertThat(server.post(REBALANCE, MEMBER, "{\"goal\": \"even\"}").status()).isEqualTo(403);
    assertThat(server.get(REBALANCE, MEMBER).status()).isEqualTo(403);
  }
}
