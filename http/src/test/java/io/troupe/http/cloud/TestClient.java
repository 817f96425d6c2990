package io.troupe.http.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.http.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A caller of the API.
 *
 * @param version the microversion to ask for, none when empty
 */
public record TestClient(String base, Optional<String> token, Optional<String> version) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  TestClient(String base, Optional<String> token) {
    this(base, token, Optional.empty());
  }

  /** An answer, its body as JSON ({@code MissingNode} when there is none). */
  public record Reply(int status, JsonNode body, HttpResponse<byte[]> response) {
    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }
  }

  public TestClient at(String microversion) {
    return new TestClient(base, token, Optional.of(microversion));
  }

  public TestClient withToken(String text) {
    return new TestClient(base, Optional.of(text), version);
  }

  /** The same caller with a token for the project; fails the test when the login does. */
  public TestClient login(String user, String password, String project) {
    Reply reply =
        post(
            "/identity/v3/auth/tokens",
            """
            {"auth": {"identity": {"methods": ["password"], "password": {"user": {
              "name": "%s", "domain": {"id": "default"}, "password": "%s"}}},
              "scope": {"project": {"name": "%s", "domain": {"name": "Default"}}}}}
            """
                .formatted(user, password, project));
    if (reply.status() != 201) {
      throw new AssertionError("login as " + user + ": " + reply.status() + " " + reply.text());
    }
    return withToken(reply.header("X-Subject-Token"));
  }

  public Reply get(String path) {
    return send(request(path).GET());
  }

  public Reply head(String path) {
    return send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));
  }

  public Reply post(String path, String json) {
    return send(json(path).POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  public Reply put(String path, String json) {
    return send(json(path).PUT(HttpRequest.BodyPublishers.ofString(json)));
  }

  public Reply patch(String path, String json) {
    return send(json(path).method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
  }

  public Reply delete(String path) {
    return send(request(path).DELETE());
  }

  public HttpRequest.Builder json(String path) {
    return request(path).header("Content-Type", "application/json");
  }

  public HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(URI.create(base + path));
    token.ifPresent(text -> request.header("X-Auth-Token", text));
    version.ifPresent(text -> request.header("OpenStack-API-Version", "compute " + text));
    return request;
  }

  public Reply send(HttpRequest.Builder request) {
    try {
      var response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      boolean json =
          response.headers().firstValue("Content-Type").orElse("").startsWith("application/json")
              && response.body().length > 0;
      return new Reply(
          response.statusCode(),
          json ? Json.parse(response.body()) : Json.object().path("none"),
          response);
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
