package io.troupe.drivers.fake;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A JVM of its own that does to a fake hypervisor what it is told, line by line: the words are in
 * {@link #obey}. The object is its handle in the test, {@link #main} is the process itself.
 */
final class OtherProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader says;

  private OtherProcess(Process process) {
    this.process = process;
    this.says =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static OtherProcess on(Path directory) throws IOException {
    return new OtherProcess(
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  OtherProcess tell(String words) throws IOException {
    process.getOutputStream().write((words + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return this;
  }

  /** The next line that begins with {@code word}; all before it is added to {@code before}. */
  String awaitLine(String word, List<String> before) throws IOException {
    for (var line = says.readLine(); line != null; line = says.readLine()) {
      if (line.startsWith(word)) {
        return line;
      }
      before.add(line);
    }
    throw new IOException("it ended without saying " + word + ", but " + before);
  }

  String awaitLine(String word) throws IOException {
    return awaitLine(word, new ArrayList<>());
  }

  /** The lines up to its end; the last one may be cut. */
  List<String> remaining() throws IOException {
    return says.lines().toList();
  }

  void signal(String name) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  /** As kill -9; what it said before can still be read. */
  void kill() {
    process.toHandle().destroyForcibly(); // unlike the process, leaves its output readable
    process.toHandle().onExit().join();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  // -- the process itself

  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var directory = Path.of(args[0]);
    try (var driver =
        FakeWorld.open(
            new ConnectionSpec(
                new ConnectionId("fake"), URI.create("fake:///"), Map.of("state", args[0])))) {
      for (var line = input.readLine(); line != null; line = input.readLine()) {
        obey(line.split(" "), driver, directory, output);
      }
    }
  }

  private static void obey(String[] words, FakeDriver driver, Path directory, PrintStream output)
      throws Exception {
    switch (words[0]) {
      case "spawn" -> spawn(driver, target(words[1], Long.parseLong(words[2])), output);
      case "storm" -> storm(driver, Integer.parseInt(words[1]), Long.parseLong(words[2]), output);
      case "hold" -> {
        new StateLock(directory).take(System.nanoTime() + 1_000_000_000L);
        output.println("held");
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void spawn(FakeDriver driver, GuestTarget target, PrintStream output) {
    try {
      driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
      output.println("kept " + target.instance());
    } catch (DriverException e) {
      output.println("failed " + e.failure());
    }
  }

  /**
   * Spawns guests and destroys every third, and says each id when the driver has answered. Every
   * now and then it becomes the hosts' next owner by a higher epoch; when it is itself of the past,
   * it says so and becomes one as well, and that guest is left as it is.
   */
  static void storm(FakeDriver driver, int count, long seed, PrintStream output)
      throws DriverException {
    var random = new Random(seed);
    var epoch = 1L;
    for (var i = 0; i < count; ) {
      epoch += random.nextInt(50) == 0 ? 1 : 0;
      var target = target("fake-" + (1 + i % 3), epoch);
      try {
        driver.execute(FakeWorld.spawn(target), Cancellation.NEVER);
        if (i % 3 != 2) {
          output.println("kept " + target.instance());
        } else {
          driver.execute(new DriverCommand.Destroy(target), Cancellation.NEVER);
          output.println("gone " + target.instance());
        }
        i++;
      } catch (DriverException e) {
        if (!e.failure().message().contains("is past")) {
          throw e;
        }
        output.println("past " + target.instance());
        epoch = Long.parseLong(e.failure().message().replaceFirst(".* now ", ""));
      }
    }
    output.println("end");
  }

  private static GuestTarget target(String host, long epoch) {
    return new GuestTarget(
        InstanceId.fresh(), host, 1, epoch, OperationId.fresh(), Instant.now().plusSeconds(60));
  }
}
