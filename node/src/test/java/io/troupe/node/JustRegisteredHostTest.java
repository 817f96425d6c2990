package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whoever was told that a connection is registered may boot on its hosts, each of them. */
class JustRegisteredHostTest {
  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path dir;

  private static NodeClient admin;
  private static CloudUser user;

  @BeforeAll
  static void start() throws Exception {
    var node =
        NODES.start(LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0"));
    admin = node.admin();
    user = CloudUser.of(admin);
  }

  private static void register(String name) {
    var uri = "fake://%s?prefix=%s-&hosts=2".formatted(name, name);
    admin
        .post("/v1/connections", "{\"id\": \"%s\", \"uri\": \"%s\"}".formatted(name, uri))
        .expect(201);
  }

  private static String bootOn(String host) {
    var body = user.server("one", "1", ", \"availability_zone\": \"nova:%s\"".formatted(host));
    var id = user.create(body).expect(202).path("server").path("id").textValue();
    return "/compute/v2.1/servers/" + id;
  }

  private static void assertActive(JsonNode server) {
    assertThat(Books.status(server)).as(server.toString()).isEqualTo("ACTIVE");
  }

  @Test
  void everyHostOfAConnectionThatWasJustRegisteredIsBootedOn() throws Exception {
    for (int round = 0; round < 10; round++) {
      register("new" + round);

      var first = bootOn("new" + round + "-1");
      var second = bootOn("new" + round + "-2");

      assertActive(user.settled(first));
      assertActive(user.settled(second));
    }
  }
}
