package io.troupe.core.journal;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A database server of the tests' own, started by one of our scripts in a directory of its own, and
 * gone with it at the end. Where it cannot be had the test is skipped and says why; with {@code
 * TROUPE_REQUIRE_PEERS=1} it fails.
 */
public final class JournalServer implements AutoCloseable {
  private static final Path SCRIPTS = projectRoot().resolve("scripts");

  private final String script;
  private final Path state;
  private final Thread atExit = new Thread(this::wipe);
  private List<String> addresses = List.of();

  private JournalServer(String script) throws IOException {
    this.script = script;
    this.state = Files.createTempDirectory("troupe-" + script);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** PostgreSQL, an empty database; user and password {@code troupe}. */
  public static JournalServer postgres() throws Exception {
    return started(new JournalServer("postgres"));
  }

  /** Cassandra, so many nodes, without keyspaces. */
  public static JournalServer cassandra(int nodes) throws Exception {
    return started(new JournalServer("cassandra"), Integer.toString(nodes));
  }

  private static JournalServer started(JournalServer server, String... arguments) throws Exception {
    var verb = new ArrayList<>(List.of("start"));
    verb.addAll(List.of(arguments));
    try {
      server.addresses = server.run(verb.toArray(String[]::new)).lines().toList();
      return server;
    } catch (IOException e) {
      server.close();
      if ("1".equals(System.getenv("TROUPE_REQUIRE_PEERS"))) {
        throw new AssertionError("TROUPE_REQUIRE_PEERS=1, but " + e.getMessage(), e);
      }
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }

  /** JDBC URL, or contact points. */
  public List<String> addresses() {
    return addresses;
  }

  /**
   * Standard output of the script without the last line end. Both outputs go to files: the server
   * keeps them open.
   */
  public String run(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(SCRIPTS.resolve(script).toString()));
    command.addAll(List.of(arguments));
    var out = Files.createTempFile("troupe-" + script, ".out");
    var err = Files.createTempFile("troupe-" + script, ".err");
    try {
      var builder = new ProcessBuilder(command);
      builder.environment().put("TROUPE_" + script.toUpperCase() + "_STATE", state.toString());
      var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(15, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            command + ": " + Files.readString(err, StandardCharsets.UTF_8).strip());
      }
      return Files.readString(out, StandardCharsets.UTF_8).stripTrailing();
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    wipe();
  }

  private void wipe() {
    try {
      run("wipe");
    } catch (IOException | InterruptedException e) {
      System.err.println(script + " of the tests is not stopped: " + e.getMessage());
    }
  }

  /** The folder that holds {@code scripts}: the module's parent, or the folder itself. */
  private static Path projectRoot() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("scripts")) ? here : here.getParent();
  }
}
