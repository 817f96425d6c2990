package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalSettingsTest {
  @TempDir Path dir;

  private static JournalSettings journal(String text) {
    return Settings.of(ConfigFactory.parseString(text).withFallback(ConfigFactory.load()))
        .journal();
  }

  @Test
  void defaultIsEmbeddedAndFailsOnTwoWriters() {
    var journal = journal("");

    assertThat(journal.profile()).isEqualTo(JournalSettings.Profile.EMBEDDED);
    assertThat(journal.replayFilter()).isEqualTo("fail");
  }

  @Test
  void passwordFileWinsOverThePasswordAndIsNeverShown() throws Exception {
    var file = Files.writeString(dir.resolve("password"), "from-the-file\n");

    var journal =
        journal(
            """
            troupe.journal { profile = postgres, postgres { password = from-elsewhere, password-file = "%s" } }
            """
                .formatted(file));

    assertThat(journal.postgres().password().value()).isEqualTo("from-the-file");
    assertThat(journal.toString()).contains("(secret)").doesNotContain("from-");
  }

  @Test
  void passwordOfAnotherProfileIsNotRead() {
    var journal =
        journal("troupe.journal { profile = cassandra, postgres.password-file = \"/nowhere\" }");

    assertThat(journal.postgres().password()).isEqualTo(Secret.NONE);
  }

  @Test
  void wrongValuesNameTheirKey() {
    assertRefused("profile = mysql", "troupe.journal.profile");
    assertRefused("replay-filter = warn", "troupe.journal.replay-filter");
    assertRefused("postgres.url = \"jdbc:mysql://h/d\"", "troupe.journal.postgres.url");
    assertRefused(
        "postgres.url = \"jdbc:postgresql://h/d?password=p\"", "must not hold the password");
    assertRefused("postgres.connections = 0", "troupe.journal.postgres.connections");
    assertRefused("cassandra.contact-points = []", "troupe.journal.cassandra.contact-points");
    assertRefused("cassandra.contact-points = [\"h\"]", "must be HOST:PORT, was h");
    assertRefused("cassandra.contact-points = [\"a b:1\"]", "must be HOST:PORT, was a b:1");
    assertRefused("cassandra.keyspace = Troupe", "troupe.journal.cassandra.keyspace");
    assertRefused("cassandra.snapshot-keyspace = troupe", "must differ");
    assertRefused("cassandra.replication-factor = 0", "troupe.journal.cassandra.replication");
    assertRefused("cassandra.first-time-bucket = today", "first-time-bucket must look like");
  }

  private static void assertRefused(String line, String reason) {
    assertThatThrownBy(() -> journal("troupe.journal { " + line + " }"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
