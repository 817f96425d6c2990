package io.troupe.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.config.ApiSettings;
import io.troupe.http.HttpServer;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ErrorForm;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** A fault of ours is 500 in the service's own form and tells nothing of our inside. */
class FailureTest {
  @Test
  void anExceptionIs500InTheFormOfItsService() throws Exception {
    Handler atOnce =
        call -> {
          throw new IllegalStateException("secret at /var/lib");
        };
    Handler later =
        call -> CompletableFuture.failedFuture(new IllegalStateException("secret at /var/lib"));
    var services =
        List.of(
            Service.of("network", "/networking", ErrorForm.NETWORK, List.of(open("/now", atOnce))),
            Service.of("image", "/image", ErrorForm.IMAGE, List.of(open("/later", later))));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "failure-test");
    var binding =
        HttpServer.bind(
                system,
                "127.0.0.1",
                0,
                services,
                token -> Optional.empty(),
                ApiSettings.DEFAULT,
                new SimpleMeterRegistry(),
                ConfigFactory.empty())
            .toCompletableFuture()
            .get();
    try (var client = HttpClient.newHttpClient()) {
      String base = "http://127.0.0.1:" + binding.localAddress().getPort();

      var now = get(client, base + "/networking/now");
      var afterwards = get(client, base + "/image/later");

      assertThat(now.statusCode()).isEqualTo(500);
      assertThat(now.body())
          .startsWith("{\"NeutronError\":")
          .contains(now.headers().firstValue("x-openstack-request-id").orElseThrow())
          .contains("IllegalStateException")
          .doesNotContain("secret");
      assertThat(afterwards.statusCode()).isEqualTo(500);
      assertThat(afterwards.body())
          .contains("\"code\":\"500 Internal Server Error\"")
          .doesNotContain("secret");
    } finally {
      binding.terminate(Duration.ofSeconds(1)).toCompletableFuture().get();
      system.terminate();
    }
  }

  @Test
  void aHandlerThatNeverAnswersIs503InOurForm() throws Exception {
    Handler never = call -> new CompletableFuture<>();
    var services =
        List.of(Service.of("slow", "/slow", ErrorForm.COMPUTE, List.of(open("/", never))));
    var d = ApiSettings.DEFAULT;
    var settings =
        new ApiSettings(d.bodyLimitBytes(), 10, 60, 1, 5, 1, d.region(), d.publicEndpoint());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "timeout-test");
    var binding =
        HttpServer.bind(
                system,
                "127.0.0.1",
                0,
                services,
                token -> Optional.empty(),
                settings,
                new SimpleMeterRegistry(),
                ConfigFactory.empty())
            .toCompletableFuture()
            .get();
    try (var client = HttpClient.newHttpClient()) {
      var reply = get(client, "http://127.0.0.1:" + binding.localAddress().getPort() + "/slow");

      assertThat(reply.statusCode()).isEqualTo(503);
      assertThat(reply.body()).startsWith("{\"serviceUnavailable\":");
      assertThat(reply.headers().firstValue("x-openstack-request-id")).isPresent();
    } finally {
      binding.terminate(Duration.ofSeconds(1)).toCompletableFuture().get();
      system.terminate();
    }
  }

  private static Route open(String path, Handler handler) {
    return Route.get(path, Policy.OPEN, handler);
  }

  private static HttpResponse<String> get(HttpClient client, String uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
