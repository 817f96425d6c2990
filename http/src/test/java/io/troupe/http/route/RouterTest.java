package io.troupe.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.http.cloud.CloudTest;
import io.troupe.http.cloud.TestCloud;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What every request has in common. */
class RouterTest extends CloudTest {
  @Test
  void everyAnswerHasARequestId() {
    var first = cloud.anonymous().get("/compute/v2.1/");
    var second = cloud.alice().get("/compute/v2.1/servers/nonsense");

    assertThat(first.header("x-openstack-request-id")).matches("req-[0-9a-f-]{36}");
    assertThat(second.header("x-compute-request-id"))
        .isEqualTo(second.header("x-openstack-request-id"))
        .isNotEqualTo(first.header("x-openstack-request-id"));
  }

  @Test
  void withoutATokenThereIs401InTheFormOfTheTokenMiddleware() {
    var reply = cloud.anonymous().get("/compute/v2.1/servers");

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("WWW-Authenticate"))
        .isEqualTo("Keystone uri=\"" + cloud.base() + "/identity/v3\"");
    assertThat(reply.body().at("/error/code").asInt()).isEqualTo(401);
  }

  @Test
  void anUnknownPathIs404AndAnUnknownVersionIsAChoice() {
    assertThat(cloud.alice().get("/compute/v2.1/nowhere").body().at("/itemNotFound/code").asInt())
        .isEqualTo(404);
    var choices = cloud.anonymous().get("/compute/v9/servers");
    assertThat(choices.status()).isEqualTo(300);
    assertThat(choices.body().get("choices")).hasSize(2);
    assertThat(cloud.as("alice", "demo").get("/identity/v3/nowhere").body().at("/error/title"))
        .hasToString("\"Not Found\"");
  }

  @Test
  void anUnknownMethodIs405AndSaysWhichThereAre() {
    var reply = cloud.alice().delete("/compute/v2.1/servers");

    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("Allow")).isEqualTo("GET, POST");
    assertThat(reply.body().at("/badMethod/code").asInt()).isEqualTo(405);
  }

  @Test
  void headIsGetWithoutABody() {
    var get = cloud.alice().get("/compute/v2.1/servers");
    var head = cloud.alice().head("/compute/v2.1/servers");

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.response().body()).isEmpty();
    assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
  }

  @Test
  void slashesAtTheEndChangeNothing() {
    assertThat(cloud.alice().get("/compute/v2.1/servers/").status()).isEqualTo(200);
    assertThat(cloud.alice().get("/compute//v2.1/servers").status()).isEqualTo(200);
    assertThat(cloud.anonymous().get("/compute/v2.1").status()).isEqualTo(200);
  }

  @Test
  void computeAlsoHangsAtTheRoot() {
    assertThat(cloud.anonymous().get("/v2.1/").body().at("/version/id").asText()).isEqualTo("v2.1");
    assertThat(cloud.anonymous().get("/v2/").body().at("/version/id").asText()).isEqualTo("v2.0");
    assertThat(cloud.alice().get("/v2.1/servers").status()).isEqualTo(200);
    assertThat(cloud.alice().get("/v2.1/servers").header("OpenStack-API-Version"))
        .isEqualTo("compute 2.1");
    assertThat(cloud.alice().get("/compute/v2/servers").header("OpenStack-API-Version")).isEmpty();
  }

  @Test
  void theProjectMayBeInTheUrlAndIsThenInTheLinks() {
    String id = boot(cloud.alice(), "one");

    var reply = cloud.alice().get("/compute/v2.1/" + TestCloud.DEMO + "/servers/" + id);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().at("/server/links/0/href").asText())
        .isEqualTo(cloud.base() + "/compute/v2.1/" + TestCloud.DEMO + "/servers/" + id);
    assertThat(reply.body().at("/server/links/1/href").asText())
        .isEqualTo(cloud.base() + "/compute/" + TestCloud.DEMO + "/servers/" + id);
  }

  @Test
  void anotherProjectInTheUrlIs400() {
    var reply = cloud.alice().get("/compute/v2.1/" + TestCloud.OTHER + "/servers");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body().at("/badRequest/message").asText()).contains(TestCloud.OTHER);
  }

  @Test
  void linksFollowTheProxyInFront() {
    var request =
        cloud
            .anonymous()
            .request("/compute/v2.1/")
            .header("X-Forwarded-Proto", "https")
            .header("X-Forwarded-Host", "cloud.example")
            .GET();

    assertThat(cloud.anonymous().send(request).body().at("/version/links/0/href").asText())
        .isEqualTo("https://cloud.example/compute/v2.1/");
  }

  @Test
  void requestsAreCountedByRouteAndStatus() {
    cloud.alice().get("/compute/v2.1/servers/nonsense");

    var timer =
        cloud
            .registry
            .get("troupe.http.requests")
            .tags("service", "compute", "route", "/servers/{id}", "status", "404")
            .timer();
    assertThat(timer.count()).isEqualTo(1);
  }

  @Test
  void whatIsNoHttpRequestIsAnsweredInOurFormToo() throws Exception {
    try (var socket = new Socket("127.0.0.1", cloud.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /compute/%zz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var answer = new StringBuilder();
      while (answer.indexOf("}}") < 0) {
        int next = socket.getInputStream().read();
        assertThat(next).as(answer.toString()).isNotNegative();
        answer.append((char) next);
      }

      assertThat(answer.toString()).startsWith("HTTP/1.1 400").contains("{\"badRequest\":");
    }
  }
}
