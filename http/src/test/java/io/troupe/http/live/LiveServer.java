package io.troupe.http.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.config.ApiSettings;
import io.troupe.core.value.ProjectId;
import io.troupe.http.HttpServer;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Role;
import io.troupe.http.json.Json;
import io.troupe.http.route.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.stream.Materializer;

/** Serves some services for one test class; its tokens are {@code PROJECT:ROLE}. */
public final class LiveServer implements AutoCloseable {
  public static final String ADMIN = "admin:admin";
  public static final String MEMBER = "demo:member";
  public static final String READER = "demo:reader";
  public static final String STRANGER = "other:member";

  private final ActorSystem<Void> system;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;

  private LiveServer(ActorSystem<Void> system, String address) {
    this.system = system;
    this.address = address;
  }

  public static LiveServer start(
      BiFunction<Materializer, PrometheusMeterRegistry, List<Service>> services) throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(
            Behaviors.empty(),
            "live",
            ConfigFactory.parseString("pekko.actor.provider = local\npekko.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ServerBinding binding =
        HttpServer.bind(
                system,
                "127.0.0.1",
                0,
                services.apply(Materializer.matFromSystem(system), registry),
                LiveServer::caller,
                ApiSettings.DEFAULT,
                registry,
                ConfigFactory.empty())
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    return new LiveServer(system, "http://127.0.0.1:" + binding.localAddress().getPort());
  }

  private static Optional<Caller> caller(String token) {
    String[] parts = token.split(":");
    return parts.length == 2
        ? Role.of(parts[1])
            .map(
                role ->
                    new Caller(
                        "user-of-" + parts[0],
                        "user",
                        Optional.of(new ProjectId(parts[0])),
                        Optional.of(role),
                        Instant.MAX))
        : Optional.empty();
  }

  public String address() {
    return address;
  }

  /** What came back. */
  public record Reply(int status, byte[] body, Map<String, List<String>> headers) {
    public JsonNode json() {
      return Json.parse(body);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    public String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  public Reply get(String path, String token) {
    return send("GET", path, token, "application/json", BodyPublishers.noBody());
  }

  public Reply delete(String path, String token) {
    return send("DELETE", path, token, "application/json", BodyPublishers.noBody());
  }

  public Reply post(String path, String token, String json) {
    return send("POST", path, token, "application/json", BodyPublishers.ofString(json));
  }

  public Reply put(String path, String token, String json) {
    return send("PUT", path, token, "application/json", BodyPublishers.ofString(json));
  }

  public Reply put(String path, String token, byte[] bytes) {
    return send("PUT", path, token, "application/octet-stream", BodyPublishers.ofByteArray(bytes));
  }

  /** One request; without {@code X-Auth-Token} when the token is empty. */
  public Reply send(
      String method, String path, String token, String contentType, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", contentType)
            .method(method, body);
    if (!token.isEmpty()) {
      request.header("X-Auth-Token", token);
    }
    try {
      HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response.body(), response.headers().map());
    } catch (IOException e) {
      throw new AssertionError(method + " " + path + " failed", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    client.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
