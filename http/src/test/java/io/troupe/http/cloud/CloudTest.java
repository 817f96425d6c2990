package io.troupe.http.cloud;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fresh cloud for each test, and the requests most tests make. */
public abstract class CloudTest {
  protected TestCloud cloud;

  @BeforeEach
  void startCloud() {
    cloud = TestCloud.start();
  }

  @AfterEach
  void stopCloud() {
    cloud.close();
  }

  /** A create body with these members added to name, flavor and image. */
  protected static String server(String name, String more) {
    return "{\"server\": {\"name\": \"%s\", \"flavorRef\": \"1\", \"imageRef\": \"%s\"%s}}"
        .formatted(name, TestCloud.IMAGE, more.isEmpty() ? "" : ", " + more);
  }

  /** Boots a server of this caller to ACTIVE and gives its id. */
  protected String boot(TestClient client, String name) {
    var reply = client.post("/compute/v2.1/servers", server(name, ""));
    if (reply.status() != 202) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    cloud.instances.work();
    return reply.body().at("/server/id").asText();
  }
}
