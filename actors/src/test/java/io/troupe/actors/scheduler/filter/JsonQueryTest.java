package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.scheduler.HostDraft;
import io.troupe.actors.scheduler.HostRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonQueryTest {
  /** 8192 MiB and 100 GiB free. */
  private static final HostRow HOST = HostDraft.named("node-1").ioOps(2).row();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[\">=\", \"$free_ram_mb\", 8192] | true",
        "[\">\", \"$free_ram_mb\", 8192] | false",
        "[\"<\", 1, 2, 3] | true",
        "[\"<\", 2, 3, 1] | false",
        "[\"=\", \"$host\", \"node-1\"] | true",
        "[\"=\", \"$host\"] | false",
        "[\"=\", \"$host\", \"$unheard\"] | false",
        "[\"in\", \"$host\", \"a\", \"node-1\"] | true",
        "[\"in\", \"$host\", \"a\"] | false",
        "[\"=\", \"8192\", \"$free_ram_mb\"] | false",
        "[\"not\", [\"=\", \"$num_io_ops\", 2]] | false",
        "[\"not\", [\"=\", 1, 1], [\"=\", 1, 2]] | true",
        "[\"and\", [\">=\", \"$free_ram_mb\", 1024], [\"=\", \"$num_io_ops\", 2]] | true",
        "[\"or\", [\">\", \"$free_ram_mb\", 9000], [\"=\", \"$num_io_ops\", 2]] | true",
        "[\"or\"] | false",
        "[\"and\"] | true",
        "[\"=\", \"$ram_allocation_ratio\", 1.0] | true",
        "[] | true"
      })
  void holdsAsNovasDoes(String query, boolean expected) {
    assertThat(JsonQuery.read(query).orElseThrow().holds(HOST)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "free",
        "{}",
        "7",
        "null",
        "[\"like\", 1, 2]",
        "[7, 1]",
        "[\"and\", [\"like\", 1]]",
        "[\"=\", {}]",
        "[\"=\", 1, 1"
      })
  void otherTextsAreNoQueries(String text) {
    assertThat(JsonQuery.read(text)).isEmpty();
  }

  @Test
  void aQueryNestedWithoutEndIsNone() {
    assertThat(JsonQuery.read("[\"not\",".repeat(1000) + "[]" + "]".repeat(1000))).isEmpty();
  }
}
