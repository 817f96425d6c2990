package io.troupe.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** What a test does with servers again and again, as one caller of a live node. */
record CloudUser(NodeClient client, String image) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static CloudUser of(NodeClient client) {
    var images = client.get("/image/v2/images?name=tiny").expect(200).path("images");
    return new CloudUser(client, images.get(0).path("id").textValue());
  }

  /**
   * A create request.
   *
   * @param more further members of the server, each with a comma before it
   */
  String server(String name, String flavor, String more) {
    return """
        {"server": {"name": "%s", "flavorRef": "%s", "imageRef": "%s", "networks": "auto"%s}}
        """
        .formatted(name, flavor, image, more);
  }

  NodeClient.Reply create(String body) {
    return client.post("/compute/v2.1/servers", body);
  }

  /** The path of a server whose boot was accepted. */
  String boot(String name, String flavor) {
    var accepted = create(server(name, flavor, "")).expect(202);
    return "/compute/v2.1/servers/" + accepted.path("server").path("id").textValue();
  }

  /** The server, when it is neither being built nor under way otherwise. */
  JsonNode settled(String path) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var server = client.get(path).expect(200).path("server");
      if (Books.isQuiet(server)) {
        return server;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("stuck: " + server);
      }
      Thread.sleep(50);
    }
  }

  void awaitGone(String path) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (client.get(path).status() != 404) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still there: " + client.get(path).text());
      }
      Thread.sleep(50);
    }
  }
}
