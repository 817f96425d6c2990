package io.troupe.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.regex.Pattern;

/** The user {@code demo} of a {@link DevNode}, over HTTP. */
public final class DevUser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;
  private final String token;

  public DevUser(DevNode node) throws IOException, InterruptedException {
    this.url = node.url();
    var yaml = Files.readString(node.directory().resolve("clouds.yaml"));
    var password = Pattern.compile("username: demo\\s+password: (\\S+)").matcher(yaml);
    if (!password.find()) {
      throw new IllegalStateException("no demo in " + yaml);
    }
    var login =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "demo", "domain": {"id": "default"}, "password": "%s"}}},
          "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}
        """
            .formatted(password.group(1));
    var answer = send(request("/identity/v3/auth/tokens").POST(body(login)));
    this.token = answer.headers().firstValue("X-Subject-Token").orElseThrow();
  }

  /** Returns the id of a server that is accepted, not yet there. */
  public String boot(String name, String flavorId) throws IOException, InterruptedException {
    var image = get("/image/v2/images").at("/images/0/id").asText();
    var network = get("/networking/v2.0/networks").at("/networks/0/id").asText();
    var server =
        """
        {"server": {"name": "%s", "flavorRef": "%s", "imageRef": "%s", "networks": [{"uuid": "%s"}]}}
        """
            .formatted(name, flavorId, image, network);
    return read(send(authorized("/compute/v2.1/servers").POST(body(server))))
        .at("/server/id")
        .asText();
  }

  public String status(String id) throws IOException, InterruptedException {
    return get("/compute/v2.1/servers/" + id).at("/server/status").asText();
  }

  public String awaitStatus(String id, String wanted) throws IOException, InterruptedException {
    for (int i = 0; i < 200 && !status(id).equals(wanted); i++) {
      Thread.sleep(100);
    }
    return status(id);
  }

  public String text(String path) throws IOException, InterruptedException {
    return send(authorized(path).GET()).body();
  }

  public JsonNode get(String path) throws IOException, InterruptedException {
    return read(send(authorized(path).GET()));
  }

  private HttpRequest.Builder authorized(String path) {
    return request(path).header("X-Auth-Token", token);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Content-Type", "application/json");
  }

  private static HttpRequest.BodyPublisher body(String json) {
    return HttpRequest.BodyPublishers.ofString(json);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer + ": " + answer.body());
    }
    return answer;
  }

  private static JsonNode read(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }

  @Override
  public void close() {
    http.close();
  }
}
