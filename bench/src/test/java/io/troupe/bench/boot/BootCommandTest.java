package io.troupe.bench.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.bench.Bench;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootCommandTest {
  @TempDir Path folder;

  private StubCloud cloud;
  private final StringWriter errors = new StringWriter();

  @BeforeEach
  void startCloud() throws IOException {
    cloud = new StubCloud();
    writeClouds(StubCloud.PASSWORD);
  }

  @AfterEach
  void stopCloud() {
    cloud.close();
  }

  @Test
  void everyServerIsBootedMeasuredAndDeleted() throws IOException {
    cloud.buildMillis = 60;

    var exit =
        bench(
            "--in-flight", "8", "--boots", "40", "--warm-up", "5", "--lists", "3", "--shows", "10");

    assertThat(exit).isZero();
    assertThat(cloud.serversCreated()).isEqualTo(45);
    assertThat(cloud.serversLeft()).isZero();
    var report = report();
    assertThat(report.at("/boots/begun").asInt()).isEqualTo(40);
    assertThat(report.at("/boots/active").asInt()).isEqualTo(40);
    assertThat(report.at("/toAccepted/count").asInt()).isEqualTo(40);
    assertThat(report.at("/toActive/p50Millis").asDouble()).isBetween(60.0, 1000.0);
    assertThat(report.at("/boots/seconds").asDouble())
        .isGreaterThan(5 * 0.060); // 40 boots, 8 at once
    assertThat(report.at("/listed").asInt()).isEqualTo(40);
    assertThat(report.at("/list/count").asInt()).isEqualTo(3);
    assertThat(report.at("/show/count").asInt()).isEqualTo(10);
    assertThat(report.at("/deletes/done").asInt()).isEqualTo(40);
    assertThat(report.at("/clientCpuSeconds").asDouble()).isPositive();
    assertThat(report.at("/failures").size()).isZero();
  }

  @Test
  void failedServersAreCountedByReasonAndStillDeleted() throws IOException {
    cloud.failEvery = 4;

    var exit = bench("--in-flight", "4", "--boots", "20");

    assertThat(exit).isEqualTo(1);
    assertThat(report().at("/boots/active").asInt()).isEqualTo(15);
    assertThat(report().at("/boots/failed").asInt()).isEqualTo(5);
    assertThat(report().at("/failures/ERROR: No valid host for <id> number <n>").asInt())
        .isEqualTo(5);
    assertThat(cloud.serversLeft()).isZero();
  }

  @Test
  void refusedBootsAreCountedByReason() throws IOException {
    cloud.quota = 3;

    var exit = bench("--in-flight", "1", "--boots", "5");

    assertThat(exit).isEqualTo(1);
    assertThat(report().at("/boots/active").asInt()).isEqualTo(3);
    var reason =
        "POST /servers: 403 Quota exceeded for instances: Requested <n>, but already used <n>";
    assertThat(report().path("failures").path(reason).asInt()).isEqualTo(2);
  }

  @Test
  void serverThatNeverGetsActiveIsAFailure() throws IOException {
    cloud.buildMillis = 60_000;

    var exit = bench("--in-flight", "2", "--boots", "2", "--timeout", "1");

    assertThat(exit).isEqualTo(1);
    assertThat(report().at("/failures").toString()).contains("never ACTIVE: still BUILD");
    assertThat(cloud.serversLeft()).isZero();
  }

  @Test
  void stallShowsInEveryBootThatShouldHaveBegunMeanwhile() throws IOException {
    cloud.stallAt = 20;
    cloud.stallMillis = 1000;

    var exit = bench("--rate", "100", "--seconds", "1");

    assertThat(exit).isZero();
    var report = report();
    assertThat(report.at("/boots/begun").asInt()).isEqualTo(100);
    assertThat(report.at("/boots/active").asInt()).isEqualTo(100);
    // 80 of 100 boots had to wait for the stall, the median of all about half of it; a client that
    // only counts from when it could send would see one slow boot.
    assertThat(report.at("/toAccepted/p50Millis").asDouble()).isGreaterThan(400);
  }

  @Test
  void bootsBeyondTheBoundAreNotSent() throws IOException {
    cloud.buildMillis = 60_000;

    var exit = bench("--rate", "50", "--seconds", "1", "--max-in-flight", "10", "--timeout", "3");

    assertThat(exit).isEqualTo(1);
    assertThat(cloud.serversCreated()).isEqualTo(10);
    assertThat(report().at("/failures").toString()).contains("not sent");
  }

  @Test
  void keepLeavesTheServers() {
    assertThat(bench("--boots", "3", "--keep", "--network", "flat")).isZero();

    assertThat(cloud.serversLeft()).isEqualTo(3);
  }

  @Test
  void wrongPasswordIsOneLine() throws IOException {
    writeClouds("wrong");

    assertThat(bench("--boots", "1")).isEqualTo(1);

    assertThat(errors.toString()).contains("refused: 401").doesNotContain("wrong").hasLineCount(1);
  }

  @Test
  void unknownNamesAreOneLine() {
    assertThat(bench("--boots", "1", "--flavor", "m9.vast")).isEqualTo(1);
    assertThat(bench("--boots", "1", "--network", "nowhere")).isEqualTo(1);
    assertThat(bench("--boots", "1", "--cloud", "other")).isEqualTo(1);

    assertThat(errors.toString())
        .contains(
            "no 'm9.vast' among the flavors",
            "no 'nowhere' among the networks",
            "no cloud 'other', only stub")
        .hasLineCount(3);
  }

  @Test
  void numbersBelowOneAreRefusedAsUsage() {
    assertThat(bench("--boots", "0")).isEqualTo(2);
    assertThat(bench("--rate", "0.001", "--seconds", "1")).isEqualTo(2);
  }

  private void writeClouds(String password) throws IOException {
    Files.writeString(
        folder.resolve("clouds.yaml"),
        """
        clouds:
          stub:
            auth:
              auth_url: %s/identity
              username: admin
              password: %s
              project_name: admin
        """
            .formatted(cloud.address(), password));
  }

  private int bench(String... options) {
    var arguments =
        new ArrayList<>(List.of("boot", "--clouds", folder.resolve("clouds.yaml").toString()));
    if (!List.of(options).contains("--cloud")) {
      arguments.addAll(List.of("--cloud", "stub"));
    }
    arguments.addAll(List.of("--json", folder.resolve("report.json").toString()));
    arguments.addAll(List.of(options));
    return Bench.commandLine()
        .setOut(new PrintWriter(new StringWriter(), true))
        .setErr(new PrintWriter(errors, true))
        .execute(arguments.toArray(String[]::new));
  }

  private JsonNode report() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("report.json").toFile());
  }
}
