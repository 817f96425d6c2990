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
}
