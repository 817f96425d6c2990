package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.Sample;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Diagnostics of a server, and the password of its administrator. */
class ServerInsightTest extends CloudTest {
  private String path;

  @BeforeEach
  void bootOne() {
    path = "/compute/v2.1/servers/" + boot(cloud.alice(), "a");
  }

  @Test
  void diagnosticsInTheStandardFormFrom248() {
    var admin = cloud.admin();

    Sample.check(
        "compute/server-diagnostics-2.48",
        admin.at("2.48").get(path + "/diagnostics").body(),
        Map.of());
    Sample.check(
        "compute/server-diagnostics-2.1",
        admin.at("2.47").get(path + "/diagnostics").body(),
        Map.of());
  }

  @Test
  void diagnosticsAreForAdministratorsAndOfRunningGuests() {
    assertThat(cloud.alice().get(path + "/diagnostics").status()).isEqualTo(403);
    cloud.alice().post(path + "/action", "{\"os-stop\": null}");
    cloud.instances.work();

    var off = cloud.admin().get(path + "/diagnostics");

    assertThat(off.status()).isEqualTo(409);
    assertThat(off.text())
        .contains("Cannot 'get_diagnostics' instance", "while it is in power state shutdown");
    assertThat(cloud.admin().get("/compute/v2.1/servers/nosuch/diagnostics").status())
        .isEqualTo(404);
  }

  @Test
  void diagnosticsBeforePlacementAre409() {
    var id =
        cloud
            .alice()
            .post("/compute/v2.1/servers", server("b", ""))
            .body()
            .at("/server/id")
            .asText();

    assertThat(cloud.admin().get("/compute/v2.1/servers/" + id + "/diagnostics").text())
        .contains("Instance " + id + " is not ready");
  }

  @Test
  void thePasswordIsSetAndShownNowhere() {
    var reply =
        cloud.alice().post(path + "/action", "{\"changePassword\": {\"adminPass\": \"s3cret\"}}");

    assertThat(reply.status()).isEqualTo(202);
    var shown = cloud.alice().get(path);
    assertThat(shown.body().at("/server/status").asText()).isEqualTo("PASSWORD");
    cloud.instances.work();
    assertThat(cloud.alice().get(path).body().at("/server/status").asText()).isEqualTo("ACTIVE");
    assertThat(shown.text() + cloud.admin().get(path + "/os-instance-actions").text())
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"changePassword\": null}",
        "{\"changePassword\": {}}",
        "{\"changePassword\": {\"adminPass\": [\"s3cret\"]}}",
        "{\"changePassword\": {\"adminPass\": \"s3cret\", \"user\": \"x\"}}"
      })
  void noPasswordIs400AndIsNotEchoed(String body) {
    var reply = cloud.alice().post(path + "/action", body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).doesNotContain("s3cret");
  }

  @Test
  void noGuestHasPostedAPassword() {
    assertThat(cloud.alice().get(path + "/os-server-password").text())
        .isEqualTo("{\"password\":\"\"}");
    assertThat(cloud.alice().delete(path + "/os-server-password").status()).isEqualTo(204);
    assertThat(cloud.as("rita", "demo").delete(path + "/os-server-password").status())
        .isEqualTo(403);
  }
}
