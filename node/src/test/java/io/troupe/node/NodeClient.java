package io.troupe.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A caller of a live node's API, with a token of its own and a microversion. */
record NodeClient(String url, String token, String microversion) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** An answer; the body is a missing node when there is no JSON. */
  record Reply(int status, JsonNode body, HttpResponse<byte[]> response) {
    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** The body of an answer that has to have this status. */
    JsonNode expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError(
            "%s: %d instead of %d: %s".formatted(response.request(), status, wanted, text()));
      }
      return body;
    }
  }

  static NodeClient anonymous(String url) {
    return new NodeClient(url, "", "2.96");
  }

  static NodeClient login(String url, CloudsFile.Cloud cloud) {
    var reply =
        anonymous(url)
            .post(
                "/identity/v3/auth/tokens",
                """
                {"auth": {"identity": {"methods": ["password"], "password": {"user": {
                  "name": "%s", "domain": {"id": "default"}, "password": "%s"}}},
                  "scope": {"project": {"name": "%s", "domain": {"id": "default"}}}}}
                """
                    .formatted(cloud.user(), cloud.password(), cloud.project()));
    reply.expect(201);
    var token = reply.response().headers().firstValue("X-Subject-Token").orElseThrow();
    return new NodeClient(url, token, "2.96");
  }

  NodeClient at(String version) {
    return new NodeClient(url, token, version);
  }

  Reply get(String path) {
    return send(request(path).GET());
  }

  Reply post(String path, String json) {
    return send(json(path).POST(BodyPublishers.ofString(json)));
  }

  Reply put(String path, String contentType, byte[] bytes) {
    return send(
        request(path).header("Content-Type", contentType).PUT(BodyPublishers.ofByteArray(bytes)));
  }

  Reply delete(String path) {
    return send(request(path).DELETE());
  }

  CompletableFuture<Reply> postAsync(String path, String json) {
    return sendAsync(json(path).POST(BodyPublishers.ofString(json)));
  }

  CompletableFuture<Reply> putAsync(String path, String json) {
    return sendAsync(json(path).PUT(BodyPublishers.ofString(json)));
  }

  CompletableFuture<Reply> getAsync(String path) {
    return sendAsync(request(path).GET());
  }

  CompletableFuture<Reply> deleteAsync(String path) {
    return sendAsync(request(path).DELETE());
  }

  private HttpRequest.Builder json(String path) {
    return request(path).header("Content-Type", "application/json");
  }

  private HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    if (!token.isEmpty()) {
      request.header("X-Auth-Token", token);
    }
    return request.header("OpenStack-API-Version", "compute " + microversion);
  }

  private static Reply send(HttpRequest.Builder request) {
    try {
      return reply(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static CompletableFuture<Reply> sendAsync(HttpRequest.Builder request) {
    return HTTP.sendAsync(request.build(), BodyHandlers.ofByteArray()).thenApply(NodeClient::reply);
  }

  private static Reply reply(HttpResponse<byte[]> response) {
    var type = response.headers().firstValue("Content-Type").orElse("");
    var isJson = type.startsWith("application/json") && response.body().length > 0;
    return new Reply(response.statusCode(), isJson ? parse(response.body()) : none(), response);
  }

  static JsonNode parse(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(
          "not JSON: " + e + "\n" + new String(json, StandardCharsets.UTF_8), e);
    }
  }

  private static JsonNode none() {
    return MissingNode.getInstance();
  }
}
