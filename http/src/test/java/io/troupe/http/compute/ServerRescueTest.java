package io.troupe.http.compute;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The actions {@code rescue} and {@code unrescue}. */
class ServerRescueTest extends CloudTest {
  private static final String SERVERS = "/compute/v2.1/servers/";

  @Test
  void rescuedAndUnrescued() {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, "{\"rescue\": null}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("adminPass").asText()).matches("[A-Za-z0-9]{12}");
    assertThat(reply.body()).hasSize(1);
    assertThat(shown(id)).isEqualTo("ACTIVE rescuing");
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("RESCUE null");
    assertThat(message(act(id, "{\"rescue\": null}")))
        .isEqualTo("Cannot 'rescue' instance " + id + " while it is in vm_state rescued");
    assertThat(message(act(id, "{\"os-stop\": null}")))
        .isEqualTo("Cannot 'stop' instance " + id + " while it is in vm_state rescued");
    assertThat(act(id, "{\"unrescue\": null}").status()).isEqualTo(202);
    assertThat(shown(id)).isEqualTo("RESCUE unrescuing");
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("ACTIVE null");
    assertThat(message(act(id, "{\"unrescue\": null}")))
        .isEqualTo("Cannot 'unrescue' instance " + id + " while it is in vm_state active");
  }

  @Test
  void withThePasswordAndFromTheImageAskedFor() {
    String id = boot(cloud.alice(), "a");
    String image = cloud.alice().get(SERVERS + id).body().at("/server/image/id").asText();
    String body =
        "{\"rescue\": {\"adminPass\": \"secret\", \"rescue_image_ref\": \"" + image + "\"}}";

    var reply = act(id, body);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("adminPass").asText()).isEqualTo("secret");
    cloud.instances.work();
    assertThat(shown(id)).isEqualTo("RESCUE null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'text'| rescue",
        "{\"rescue_image_ref\": \"no-uuid\"}| rescue_image_ref",
        "{\"rescue_image_ref\": null}| rescue_image_ref",
        "{\"adminPass\": 7}| adminPass",
        "{\"password\": \"x\"}| password",
        "{\"rescue_image_ref\": \"11111111-2222-3333-4444-555555555555\"}|"
            + " Invalid rescue_image_ref provided. Image 11111111-2222-3333-4444-555555555555"
            + " could not be found."
      })
  void badInputIs400AndNamesTheField(String argument, String named) {
    String id = boot(cloud.alice(), "a");

    var reply = act(id, "{\"rescue\": " + argument.replace("text", "\"text\"") + "}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(named);
    assertThat(shown(id)).isEqualTo("ACTIVE null");
  }

  private TestClient.Reply act(String id, String body) {
    return cloud.alice().post(SERVERS + id + "/action", body);
  }

  private static String message(TestClient.Reply reply) {
    assertThat(reply.status()).isEqualTo(409);
    return reply.body().at("/conflictingRequest/message").asText();
  }

  private String shown(String id) {
    var server = cloud.alice().get(SERVERS + id).body().get("server");
    return server.get("status").asText() + " " + server.get("OS-EXT-STS:task_state").asText();
  }
}
