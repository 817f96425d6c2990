package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator writes into a file, and what becomes of it. */
class ConfigFileTest {
  @TempDir Path dir;

  private ConfigFile read(String text) throws IOException, StartRefused {
    return ConfigFile.read(file(text));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("node.conf"), text);
  }

  @Test
  void keysOfPekkoAndOfCassandrasDriverAreHandedOn() throws Exception {
    var engine =
        read("""
                troupe.http.port = 8775
                pekko.cluster.split-brain-resolver.stable-after = 7 s
                datastax-java-driver.basic.request.timeout = ${pekko.cluster.split-brain-resolver.stable-after}
                """)
            .engine();

    assertThat(engine.entrySet())
        .extracting(entry -> entry.getKey() + " = " + entry.getValue().unwrapped())
        .containsExactlyInAnyOrder(
            "pekko.cluster.split-brain-resolver.stable-after = 7 s",
            "datastax-java-driver.basic.request.timeout = 7 s");
  }

  @Test
  void theyStandAboveWhatTroupeSays() throws Exception {
    var engine = read("pekko.cluster.split-brain-resolver.stable-after = 7 s").engine();

    var system =
        TroupeNode.actorSystem(
            "above",
            engine
                .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                .withFallback(ConfigFactory.parseResources("troupe-pekko.conf")));
    try {
      var config = system.settings().config();
      assertThat(config.getDuration("pekko.cluster.split-brain-resolver.stable-after"))
          .hasSeconds(7);
      assertThat(config.getString("pekko.cluster.split-brain-resolver.active-strategy"))
          .isEqualTo("keep-majority");
    } finally {
      system.terminate();
      TroupeNode.await(system.getWhenTerminated());
    }
  }

  @Test
  void whatIsUnknownIsOneLineThatNamesIt() throws Exception {
    var file = file("pekkoo.loglevel = DEBUG\ntroupe.http.prt = 1\ndatastax.basic = 2\n");

    assertThatThrownBy(() -> ConfigFile.read(file))
        .isInstanceOf(StartRefused.class)
        .hasMessage(file + ": unknown settings [datastax.basic, pekkoo.loglevel, troupe.http.prt]");
  }

  @Test
  void aValuePekkoCannotUseIsOneLineToo() throws Exception {
    var engine = read("pekko.scheduler.tick-duration = soon").engine();

    assertThatThrownBy(
            () ->
                TroupeNode.actorSystem(
                    "soon",
                    engine
                        .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                        .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("pekko.scheduler.tick-duration")
        .message()
        .doesNotContain("\n");
  }
}
