package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A host that is full of preemptible servers, and one that is more important. */
class PreemptionTest {
  @RegisterExtension final LiveNodes nodes = LiveNodes.ofTest();
  @TempDir Path dir;

  private NodeClient admin;
  private CloudUser demo;

  private void start(String preemption) throws Exception {
    var node =
        nodes.start(
            LiveNode.Start.on(dir.resolve("data"), "--port", "0", "--fake-hosts", "0")
                .with("troupe.scheduler.preemption", preemption)
                .with("troupe.scheduler.preemption-grace", "1s")
                .with("troupe.fleet.cpu-allocation-ratio", "1.0"));
    admin = node.admin();
    demo = CloudUser.of(node.demo());
    var uri = "fake://spot?hosts=1&prefix=spot-&vcpus=4&ramMib=8192";
    admin.post("/v1/connections", "{\"id\": \"spot\", \"uri\": \"%s\"}".formatted(uri)).expect(201);
    flavor("spot", 1, "\"troupe:preemptible\": \"true\"");
    flavor("usual", 2, "\"troupe:priority\": \"1\"");
  }

  private void flavor(String id, int vcpus, String specs) {
    admin
        .post(
            "/compute/v2.1/flavors",
            "{\"flavor\": {\"name\": \"%s\", \"id\": \"%s\", \"vcpus\": %d, \"ram\": 512, \"disk\": 1}}"
                .formatted(id, id, vcpus))
        .expect(200);
    admin
        .post(
            "/compute/v2.1/flavors/%s/os-extra_specs".formatted(id),
            "{\"extra_specs\": {%s}}".formatted(specs))
        .expect(200);
  }

  private List<String> fill() throws InterruptedException {
    var paths = new ArrayList<String>();
    for (int i = 0; i < 4; i++) {
      paths.add(demo.boot("spot-" + i, "spot"));
    }
    for (String path : paths) {
      assertThat(Books.status(demo.settled(path))).isEqualTo("ACTIVE");
    }
    return paths;
  }

  private JsonNode explained() {
    return admin
        .post("/v1/placements:explain", "{\"flavor\": \"usual\"}")
        .expect(200)
        .path("placement")
        .path("preemption");
  }

  @Test
  void twoLeaveForOneThatIsMoreImportant() throws Exception {
    start("delete");
    var spots = fill();
    assertThat(explained().path("message").textValue())
        .isEqualTo("would fit on host spot-1 after evicting 2 preemptible instances");
    assertThat(explained().path("evicts").size()).isEqualTo(2);

    var usual = demo.settled(demo.boot("usual", "usual"));

    assertThat(Books.status(usual)).as(usual.toString()).isEqualTo("ACTIVE");
    var left = awaitGone(spots, 2);
    for (String path : spots) {
      if (!left.contains(path)) {
        assertThat(Books.status(demo.settled(path))).isEqualTo("ACTIVE");
      }
    }
    assertThat(actions(left.getFirst())).containsExactly("delete", "preempt", "create");
    assertThat(action(left.getFirst(), "preempt").toString())
        .contains("preempted by a request of higher priority")
        .doesNotContain(usual.path("id").textValue());

    // None of the others can be made to leave by one of their own kind.
    var another = demo.settled(demo.boot("spot-late", "spot"));
    assertThat(Books.status(another)).isEqualTo("ERROR");
  }

  @Test
  void byDefaultNobodyLeaves() throws Exception {
    start("off");
    var spots = fill();
    assertThat(explained().isNull()).isTrue();

    var usual = demo.settled(demo.boot("usual", "usual"));

    assertThat(Books.status(usual)).isEqualTo("ERROR");
    assertThat(usual.path("fault").path("message").textValue())
        .contains("No valid host was found", "VcpuFilter removed 1");
    for (String path : spots) {
      assertThat(Books.status(demo.settled(path))).isEqualTo("ACTIVE");
    }
  }

  /** The delete goes on for a moment when the claim is given back. */
  private List<String> awaitGone(List<String> paths, int count) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      var gone = paths.stream().filter(path -> demo.client().get(path).status() == 404).toList();
      if (gone.size() >= count || System.nanoTime() > end) {
        assertThat(gone).hasSize(count);
        return gone;
      }
      Thread.sleep(50);
    }
  }

  private List<String> actions(String path) {
    return all(path).findValuesAsText("action");
  }

  private JsonNode action(String path, String action) {
    return all(path)
        .valueStream()
        .filter(one -> one.path("action").textValue().equals(action))
        .findFirst()
        .orElseThrow();
  }

  /** Of a server that is gone they are shown from 2.21 on. */
  private JsonNode all(String path) {
    return demo.client()
        .at("2.84")
        .get(path + "/os-instance-actions")
        .expect(200)
        .path("instanceActions");
  }
}
