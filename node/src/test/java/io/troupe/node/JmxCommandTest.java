package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code troupe jmx} at a node on this machine, which the last test puts out of its cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JmxCommandTest {
  private record Said(int code, String out, String err) {}

  @RegisterExtension static final LiveNodes NODES = LiveNodes.ofClass();
  @TempDir static Path scratch;
  private static LiveNode node;
  private static Path data;

  @BeforeAll
  static void start() throws Exception {
    data = scratch.resolve("node");
    node = NODES.start(LiveNode.Start.on(data, "--port", "0", "--fake-hosts", "3"));
  }

  private static Said troupe(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Said(code, out.toString(), err.toString());
  }

  private static Said here(String... arguments) {
    var all = new java.util.ArrayList<>(List.of("jmx"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    return troupe(all.toArray(String[]::new));
  }

  private static void assertRefused(Said said, String why) {
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err().lines()).singleElement().asString().startsWith("troupe: ").contains(why);
    assertThat(said.out()).isEmpty();
  }

  @Test
  @Order(1)
  void listShowsEveryBeanWithWords() {
    var said = here("list");

    assertThat(said.err()).isEmpty();
    assertThat(said.out())
        .contains("Scheduler: The cluster's one scheduler")
        .containsPattern("call disable ID REASON +Keeps new instances away")
        .containsPattern("get  Backlog +Writes that the journal has not confirmed yet");
  }

  @Test
  @Order(2)
  void listInJsonIsForPrograms() throws Exception {
    var beans = new ObjectMapper().readTree(here("list", "--json").out());

    assertThat(beans.findValuesAsText("bean"))
        .containsExactlyInAnyOrder(
            "Cluster",
            "Drivers",
            "Hosts",
            "Journal",
            "Logging",
            "Operations",
            "Scheduler",
            "Shards");
  }

  @Test
  @Order(3)
  void getShowsATableAnAttributeOrAll() throws Exception {
    assertThat(here("get", "Cluster", "Members").out().lines())
        .satisfiesExactly(
            heading -> assertThat(heading).matches("address +reachable +roles +status"),
            member -> assertThat(member).contains("pekko://troupe@127.0.0.1:").contains("Up"));
    assertThat(here("get", "Hosts", "Count").out()).isEqualToIgnoringNewLines("3");
    assertThat(here("get", "Scheduler").out()).containsPattern("Paused +false");
    assertThat(here("get", "Hosts").out().lines())
        .containsExactly(
            "Count          3",
            "Drains         -",
            "UnknownGuests  -",
            "CountByState:",
            "  up, enabled  3");
    assertThat(here("get", "Cluster").out())
        .containsPattern("Unreachable +-\\R")
        .containsPattern("\\RMembers:\\R  address +reachable");
    assertThat(new ObjectMapper().readTree(here("get", "Hosts", "--json").out()).toString())
        .isEqualTo(
            "{\"Count\":3,\"CountByState\":{\"up, enabled\":3},\"Drains\":{},\"UnknownGuests\":{}}");
    var member =
        new ObjectMapper().readTree(here("get", "Cluster", "Members", "--json").out()).get(0);
    assertThat(member.get("status").asText()).isEqualTo("Up");
  }

  @Test
  @Order(4)
  void pidNamesANodeAsWell() {
    var said = troupe("jmx", "get", "Hosts", "Count", "--pid", Long.toString(node.pid()));

    assertThat(said.out()).isEqualToIgnoringNewLines("3");
  }

  @Test
  @Order(5)
  void callGivesItsArgumentsTheirTypes() {
    assertThat(here("call", "Hosts", "list", "fake-", "2").out().lines()).hasSize(3);
    assertRefused(
        here("call", "Hosts", "list", "fake-", "two"), "limit must be of type int, was two");
    assertRefused(here("call", "Hosts", "list"), "call Hosts list PREFIX LIMIT");
    assertRefused(here("call", "Hosts", "list", "", "0"), "limit must be 1 or more, was 0");
  }

  @Test
  @Order(6)
  void aHostIsDrainedAndTakenIntoUseAgain() throws Exception {
    assertRefused(
        here("call", "Hosts", "drain", "fake-1", "new disks", "gently"),
        "live, cold, stop or leave");
    assertRefused(here("call", "Hosts", "drain", "nowhere", "x", "live"), "no host nowhere");
    assertRefused(here("call", "Hosts", "undrain", "fake-1", "true"), "was never drained");

    assertThat(here("call", "Hosts", "drain", "fake-1", "new disks", "live").err()).isEmpty();
    var end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!here("get", "Hosts", "Drains").out().contains("drained")) {
      assertThat(System.nanoTime()).as(here("get", "Hosts", "Drains").out()).isLessThan(end);
      Thread.sleep(200);
    }
    assertThat(here("get", "Hosts", "CountByState").out()).containsPattern("up, disabled +1");

    assertThat(here("call", "Hosts", "undrain", "fake-1", "true").err()).isEmpty();
    assertThat(here("get", "Hosts", "CountByState").out()).containsPattern("up, enabled +3");
    assertThat(here("get", "Hosts", "Drains").out()).doesNotContain("fake-1");
  }

  @Test
  @Order(7)
  void whatIsNotThereIsOneLine() throws Exception {
    assertRefused(here("get", "Nothing"), "there is no bean Nothing");
    assertRefused(here("get", "Hosts", "Nothing"), "no such attribute");
    assertRefused(here("call", "Hosts", "explode"), "no operation explode");
    assertRefused(
        troupe("jmx", "list", "--data", scratch.toString()), "no node runs with data directory");
    var stale = Files.createDirectories(scratch.resolve("stale"));
    Files.writeString(stale.resolve("pid"), "4194303\n");
    assertRefused(troupe("jmx", "list", "--data", stale.toString()), "does not run");
    assertRefused(
        troupe("jmx", "list", "--url", "nowhere"), "--url must be HOST:PORT, was nowhere");
    assertRefused(troupe("jmx", "list", "--url", "127.0.0.1:9"), "--user and --password-file");
  }

  @Test
  @Order(8)
  void downEndsTheNode() throws Exception {
    var self = here("get", "Cluster", "Self").out().strip();
    var said = here("call", "Cluster", "down", self.substring(self.indexOf('@') + 1));

    assertThat(said.err()).isEmpty();
    node.awaitExit(Duration.ofSeconds(60));
    assertThat(data.resolve("pid")).doesNotExist();
  }

  @Test
  @Order(9)
  void aNodeThatWouldBeOpenToAllIsNotStarted() throws Exception {
    var config = scratch.resolve("node.conf");
    var passwords = scratch.resolve("passwords");
    Files.writeString(
        config,
        """
        troupe.data-dir = "%s"
        troupe.http.port = 0
        troupe.jmx { enabled = true, host = "0.0.0.0", password-file = "%s" }
        """
            .formatted(scratch.resolve("never"), passwords));

    assertRefused(
        troupe("node", "--config", config.toString()),
        "troupe.jmx.host is 0.0.0.0: beyond the loopback interface troupe.jmx.tls must be set");
    assertThat(scratch.resolve("never").resolve("pid")).doesNotExist();
  }
}
