package io.troupe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code troupe dev} in a JVM of its own, with three fake hosts, on a free port of loopback. */
public final class DevNode implements AutoCloseable {
  private static final long LONGEST_START_SECONDS = 120;

  private final Process process;
  private final Path directory;
  private final String url;

  private DevNode(Process process, Path directory, String url) {
    this.process = process;
    this.directory = directory;
    this.url = url;
  }

  /**
   * @param options of the JVM
   */
  public static DevNode start(Path directory, List<String> options)
      throws IOException, InterruptedException {
    var out = directory.resolveSibling(directory.getFileName() + ".out");
    var process =
        command(options, "dev", "--data", directory.toString(), "--port", "0", "--fake-hosts", "3")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
    while (System.nanoTime() < end) {
      var ready =
          Files.readAllLines(out).stream().filter(line -> line.startsWith("READY ")).findFirst();
      if (ready.isPresent()) {
        return new DevNode(process, directory, ready.get().substring(6));
      }
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException("the node did not start:\n" + Files.readString(out));
  }

  /** A JVM with this build's class path. */
  public static ProcessBuilder command(List<String> options, String... arguments) {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
    words.addAll(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.troupe.node.Main"));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words);
  }

  public Path directory() {
    return directory;
  }

  public String url() {
    return url;
  }

  public long pid() {
    return process.pid();
  }

  /** Whether it has ended by itself within {@code seconds}. */
  public boolean endsWithin(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
