package io.troupe.http.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import io.troupe.http.cloud.TestClient;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v1/instances/{id}/operations}: the evidence. */
class OperationsTest extends CloudTest {
  private String id;
  private String request;
  private String path;

  @BeforeEach
  void bootAndStop() {
    id = boot(cloud.alice(), "a");
    var stop = cloud.alice().post("/compute/v2.1/servers/" + id + "/action", "{\"os-stop\": null}");
    request = stop.header("x-openstack-request-id");
    cloud.instances.work();
    path = "/v1/instances/" + id + "/operations";
  }

  @Test
  void newestFirstPageByPage() {
    var all = cloud.admin().get(path).body().get("operations");

    assertThat(all).hasSize(2);
    assertThat(all.at("/0/action").asText()).isEqualTo("stop");
    assertThat(all.at("/1/steps")).hasSize(5);
    var first = cloud.admin().get(path + "?limit=1").body();
    assertThat(first.get("operations")).hasSize(1);
    assertThat(first.at("/operations_links/0/href").asText()).endsWith("marker=" + request);
  }

  @Test
  void oneInFull() {
    Sample.check(
        "operator/operation-show",
        cloud.admin().get(path + "/" + request).body(),
        Map.of(request, "{request}"));
  }

  @Test
  void oneAsADiagram() {
    var byQuery = cloud.admin().get(path + "/" + request + "?format=mermaid");

    assertThat(byQuery.status()).isEqualTo(200);
    assertThat(byQuery.header("Content-Type")).isEqualTo("text/vnd.mermaid; charset=UTF-8");
    assertThat(byQuery.text())
        .isEqualTo(
            """
            sequenceDiagram
              actor user as user-alice
              participant instance as Instance
              participant host1 as Host host-1
              participant driver1 as Driver of host host-1
              user->>instance: stop
              instance->>host1: power_off
              host1->>driver1: stop
              driver1-->>host1: done in 0 ms: SHUTDOWN
              host1-->>instance: done in 0 ms: SHUTDOWN
              instance-->>user: done after 0 ms
            """);
    var admin = cloud.admin();
    var byHeader =
        admin.send(admin.request(path + "/" + request).header("Accept", "text/vnd.mermaid").GET());
    assertThat(byHeader.text()).isEqualTo(byQuery.text());
    var anonymous = admin.get(path + "/" + request + "?format=mermaid&anonymous=true");
    assertThat(anonymous.text()).doesNotContain("alice", "host-1", " ms", "SHUTDOWN");
  }

  @Test
  void outlivesItsInstance() {
    cloud.alice().delete("/compute/v2.1/servers/" + id);
    cloud.instances.work();

    assertThat(cloud.admin().get(path).body().get("operations")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/instances/nosuch/operations, 404",
    "/v1/instances/99999999-9999-4999-8999-999999999999/operations, 404",
    "{path}/req-nosuch, 404",
    "{path}/{request}?format=svg, 400",
    "{path}/{request}?colour=1, 400",
    "{path}?limit=x, 400",
    "{path}?marker=nosuch, 400"
  })
  void whatCannotBe(String asked, int status) {
    TestClient.Reply reply =
        cloud.admin().get(asked.replace("{path}", path).replace("{request}", request));

    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.body().at("/error/code").asInt()).isEqualTo(status);
  }

  @Test
  void isForAdministrators() {
    assertThat(cloud.alice().get(path).status()).isEqualTo(403);
  }
}
