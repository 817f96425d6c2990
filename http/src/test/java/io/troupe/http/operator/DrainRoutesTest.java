package io.troupe.http.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.Item;
import io.troupe.actors.catalog.HostDrain.Policy;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.catalog.HostDrain.Work;
import io.troupe.actors.host.Administration;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the drain's routes take, refuse and show; a node's test carries a drain out. */
class DrainRoutesTest extends CloudTest {
  private static final HostId H1 = new HostId("kvm-1");

  private TestClient root;

  @BeforeEach
  void aHost() {
    cloud.hosts.add("kvm-1", "nova");
    root = cloud.as("root", "admin");
  }

  private boolean isEnabled() {
    return cloud.hosts.host(H1).toCompletableFuture().join().orElseThrow().enabled();
  }

  private static InstanceId instance(int number) {
    return new InstanceId(new UUID(7, number));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | reason",
        "{\"reason\": 7} | reason",
        "{\"reason\": \" \"} | reason",
        "{\"reason\": \"x\", \"policy\": \"gently\"} | policy",
        "{\"reason\": \"x\", \"policy\": 1} | policy",
        "{\"reason\": \"x\", \"cold_fallback\": \"perhaps\"} | cold_fallback",
        "{\"reason\": \"x\", \"own_policies\": []} | own_policies",
        "{\"reason\": \"x\", \"at_once\": 0} | at_once",
        "{\"reason\": \"x\", \"at_once\": 51} | at_once",
        "{\"reason\": \"x\", \"attempts\": 11} | attempts",
        "{\"reason\": \"x\", \"retry_seconds\": -1} | retry_seconds",
        "{\"reason\": \"x\", \"retry_seconds\": 3601} | retry_seconds",
        "{\"reason\": \"x\", \"speed\": 1} | speed"
      })
  void badInputNamesTheFieldAndChangesNothing(String body, String field) {
    var reply = root.post("/v1/hosts/kvm-1:drain", body);

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.body().at("/error/message").textValue()).contains(field);
    assertThat(isEnabled()).isTrue();
    assertThat(root.get("/v1/hosts/kvm-1/drain").status()).isEqualTo(404);
  }

  @Test
  void hostIsDisabledAndItsDrainShownAndEnded() {
    var begun =
        root.post(
            "/v1/hosts/kvm-1:drain",
            """
            {"reason": "new memory", "policy": "cold", "cold_fallback": true, "at_once": 4,
             "attempts": 5, "retry_seconds": 7, "own_policies": false}
            """);

    assertThat(begun.status()).as(begun.text()).isEqualTo(202);
    assertThat(isEnabled()).isFalse();
    JsonNode shown = root.get("/v1/hosts/kvm-1/drain").body().path("drain");
    assertThat(shown.path("state").textValue()).isEqualTo("draining");
    assertThat(shown.path("reason").textValue()).isEqualTo("new memory");
    assertThat(shown.path("policy").textValue()).isEqualTo("cold");
    assertThat(shown.path("cold_fallback").booleanValue()).isTrue();
    assertThat(shown.path("own_policies").booleanValue()).isFalse();
    assertThat(shown.path("at_once").intValue()).isEqualTo(4);
    assertThat(shown.path("attempts").intValue()).isEqualTo(5);
    assertThat(shown.path("retry_seconds").intValue()).isEqualTo(7);
    assertThat(shown.path("host_enabled").booleanValue()).isFalse();
    assertThat(root.get("/v1/hosts/kvm-1").body().at("/host/disabled_reason").textValue())
        .isEqualTo("new memory");

    var again = root.post("/v1/hosts/kvm-1:drain", "{\"reason\": \"twice\"}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text()).contains("being drained");

    assertThat(root.post("/v1/hosts/kvm-1:undrain", "{\"enable\": \"often\"}").status())
        .isEqualTo(400);
    var ended = root.post("/v1/hosts/kvm-1:undrain", "{\"enable\": false}");
    assertThat(ended.status()).as(ended.text()).isEqualTo(202);
    assertThat(ended.body().at("/drain/state").textValue()).isEqualTo("stopped");
    assertThat(isEnabled()).isFalse();
    assertThat(root.post("/v1/hosts/kvm-1:undrain", "{}").status()).isEqualTo(202);
    assertThat(isEnabled()).isTrue();
  }

  @Test
  void everyInstanceShowsWhatHasBecomeOfIt() {
    root.post("/v1/hosts/kvm-1:drain", "{\"reason\": \"new memory\"}");
    var moving =
        Item.waiting(instance(1), Policy.LIVE)
            .moving(Policy.LIVE, Work.LIVE_MIGRATE, new OperationId("req-1"));
    var failed =
        Item.waiting(instance(2), Policy.COLD)
            .ended(State.FAILED, "No valid host was found.", Optional.empty());
    var moved = moving.ended(State.MOVED, "", Optional.of(new HostId("kvm-2")));
    var drain = cloud.catalog.find(HostDrain.class, "kvm-1").orElseThrow();

    cloud.catalog.put(drain.with(List.of(moving, failed), cloud.clock.instant()));
    JsonNode draining = root.get("/v1/hosts/kvm-1/drain").body().path("drain");
    cloud.catalog.put(drain.with(List.of(moved, failed), cloud.clock.instant()));
    JsonNode blocked = root.get("/v1/hosts/kvm-1/drain").body().path("drain");
    cloud.catalog.put(drain.with(List.of(moved), cloud.clock.instant()));
    JsonNode drained = root.get("/v1/hosts/kvm-1/drain").body().path("drain");

    assertThat(draining.path("state").textValue()).isEqualTo("draining");
    assertThat(draining.path("moving").intValue()).isEqualTo(1);
    assertThat(draining.at("/instances/0/operation_id").textValue()).isEqualTo("req-1");
    assertThat(draining.at("/instances/0/moved_to").isNull()).isTrue();
    assertThat(draining.at("/instances/1/policy").textValue()).isEqualTo("cold");
    assertThat(draining.at("/instances/1/detail").textValue()).contains("No valid host");
    assertThat(blocked.path("state").textValue()).isEqualTo("blocked");
    assertThat(blocked.path("failed").intValue()).isEqualTo(1);
    assertThat(blocked.at("/instances/0/moved_to").textValue()).isEqualTo("kvm-2");
    assertThat(drained.path("state").textValue()).isEqualTo("drained");
    assertThat(root.post("/v1/hosts/kvm-1:drain", "{\"reason\": \"again\"}").status())
        .as("one that is drained is begun anew")
        .isEqualTo(202);
  }

  @Test
  void onlyAnAdministratorDrains() {
    assertThat(cloud.alice().post("/v1/hosts/kvm-1:drain", "{\"reason\": \"x\"}").status())
        .isEqualTo(403);
    assertThat(cloud.alice().get("/v1/hosts/kvm-1/drain").status()).isEqualTo(403);
    assertThat(cloud.alice().post("/v1/hosts/kvm-1:undrain", "{}").status()).isEqualTo(403);
    assertThat(cloud.anonymous().get("/v1/hosts/kvm-1/drain").status()).isEqualTo(401);
    assertThat(isEnabled()).isTrue();
  }

  @Test
  void hostThatIsDownCannotBeDrained() {
    cloud.hosts.administer(H1, Administration.Change.forceDown(true));

    var reply = root.post("/v1/hosts/kvm-1:drain", "{\"reason\": \"x\"}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text()).contains("down", "evacuated");
    assertThat(isEnabled()).isTrue();
  }

  @Test
  void unknownHostsAndVerbsAre404() {
    for (var host : List.of("nowhere", "%20", "a%2Fb")) {
      assertThat(root.post("/v1/hosts/" + host + ":drain", "{\"reason\": \"x\"}").status())
          .as(host)
          .isEqualTo(404);
      assertThat(root.post("/v1/hosts/" + host + ":undrain", "{}").status()).isEqualTo(404);
      assertThat(root.get("/v1/hosts/" + host + "/drain").status()).isEqualTo(404);
      assertThat(root.get("/v1/hosts/" + host).status()).isEqualTo(404);
    }
    assertThat(root.post("/v1/hosts/kvm-1:undrain", "{}").text()).contains("never drained");
    assertThat(root.post("/v1/hosts/kvm-1:polish", "{}").status()).isIn(404, 405);
    assertThat(root.get("/v1/hosts/kvm-1:drain").status()).isIn(404, 405);
  }

  @Test
  void oneHostIsShownThoughAnotherIsSilent() {
    cloud.hosts.add("kvm-2", "nova");
    cloud.hosts.silenceOne();

    assertThat(root.get("/v1/hosts/kvm-1").body().at("/host/id").textValue()).isEqualTo("kvm-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"live", "cold", "stop", "leave"})
  void serverMayHaveItsOwnPolicy(String policy) {
    String path = "/compute/v2.1/servers/" + boot(cloud.alice(), "one") + "/metadata";

    var put =
        cloud.alice().post(path, "{\"metadata\": {\"troupe:drain\": \"%s\"}}".formatted(policy));

    assertThat(put.status()).as(put.text()).isEqualTo(200);
  }

  @Test
  void policyThatThereIsNotIsRefusedWhereverItIsGiven() {
    String path = "/compute/v2.1/servers/" + boot(cloud.alice(), "one");
    String wrong = "{\"troupe:drain\": \"gently\"}";
    var made = cloud.alice().post("/compute/v2.1/servers", server("two", "\"metadata\": " + wrong));
    var merged = cloud.alice().post(path + "/metadata", "{\"metadata\": " + wrong + "}");
    var replaced = cloud.alice().put(path + "/metadata", "{\"metadata\": " + wrong + "}");
    var item = cloud.alice().put(path + "/metadata/troupe:drain", "{\"meta\": " + wrong + "}");

    for (var reply : List.of(made, merged, replaced, item)) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(400);
      assertThat(reply.text()).contains("meta", "troupe:drain", "live, cold, stop, leave");
    }
  }
}
