package io.troupe.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedJournalTest extends RefusedWriter {
  @Override
  Map<String, String> settings() {
    return Map.of("troupe.journal.profile", "embedded");
  }

  @Test
  void makesItsTablesItself() throws Exception {
    try (var ledgers = Ledgers.open(journal())) {
      assertThat(ledgers.read(newId()).numbers()).isEmpty();
    }
    assertThat(dataDir.resolve("journal").resolve("troupe.mv.db")).exists();
  }

  @Test
  void doesNotLoadTheOtherProfiles() throws Exception {
    var log = dataDir.resolve("classes.txt");

    acknowledgedByKilledProcess(newId() + "-", "-Xlog:class+load:file=" + log);

    assertThat(log)
        .content()
        .contains(EmbeddedJournal.class.getName(), "org.h2.")
        .doesNotContain("com.datastax.", "io.netty.", CassandraJournal.class.getName());
  }
}
