package io.troupe.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaCommandTest {
  @TempDir Path dir;

  private record Ended(int code, String out, String err) {}

  private Ended apply(String config) throws Exception {
    var file = dir.resolve("node.conf");
    Files.writeString(file, "troupe.data-dir = \"" + dir + "\"\n" + config);
    return run("schema", "apply", "--config", file.toString());
  }

  private static Ended run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Ended(code, out.toString().strip(), err.toString().strip());
  }

  private static void assertRefused(Ended ended, String reason) {
    assertThat(ended.code).isEqualTo(1);
    assertThat(ended.out).isEmpty();
    assertThat(ended.err).startsWith("troupe: ").contains(reason).doesNotContain("\n");
  }

  @Test
  void embeddedNeedsNoSchema() throws Exception {
    var ended = apply("");

    assertThat(ended.code).isZero();
    assertThat(ended.out).contains("makes its tables itself");
    assertThat(dir.resolve("journal")).doesNotExist();
  }

  @Test
  void wrongValuesAreOneLine() throws Exception {
    assertRefused(
        apply("troupe.journal.profile = mysql"),
        "troupe.journal.profile must be embedded, postgres or cassandra, was mysql");
    assertRefused(
        apply("troupe.journal.cassandra.contact-points = [\"nowhere\"]"),
        "troupe.journal.cassandra.contact-points must be HOST:PORT, was nowhere");
    assertRefused(
        apply("troupe.journal.postgres.url = \"jdbc:postgresql://h/d?user=u&password=p\""),
        "must not hold the password");
    assertRefused(apply("troupe.journal { replay-filter = warn }"), "replay-filter");
    assertRefused(
        apply("troupe.journal.postgres.connections = many"), "node.conf: 2: connections has type");
  }

  @Test
  void missingFilesAreOneLine() throws Exception {
    assertRefused(
        run("schema", "apply", "--config", dir.resolve("nothing.conf").toString()), "nothing.conf");
    assertRefused(
        apply(
            "troupe.journal { profile = postgres, postgres.password-file = \"%s\" }"
                .formatted(dir.resolve("no-password"))),
        "cannot read the password file");
  }

  @Test
  void databaseThatIsAwayIsOneLine() throws Exception {
    assertRefused(
        apply(
            "troupe.journal { profile = postgres, postgres.url = \"jdbc:postgresql://127.0.0.1:1/t\" }"),
        "127.0.0.1:1");
    assertRefused(
        apply(
            "troupe.journal { profile = cassandra, cassandra.contact-points = [\"127.0.0.1:1\"] }"),
        "127.0.0.1:1");
  }
}
