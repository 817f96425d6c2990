package io.troupe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One life of a node as its users have it: a process of its own, started by its command line on a
 * data directory, and ended by its process id. A further life on the same directory is another
 * object.
 */
final class LiveNode {
  /**
   * With a hypervisor that is tried first, an image that is copied, and other tests' guests beside.
   */
  private static final Duration START_PATIENCE = Duration.ofSeconds(180);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  /**
   * How a node is started.
   *
   * @param settings system properties, such as {@code troupe.api.token-lifetime}
   * @param command {@code dev --data DIR}, or {@code node --config FILE} of a member of a cluster
   * @param arguments after it
   */
  record Start(
      Path data,
      Map<String, String> settings,
      List<String> command,
      List<String> arguments,
      Map<String, String> environment) {
    static Start on(Path data, String... arguments) {
      var command = List.of("dev", "--data", data.toString());
      return new Start(data, Map.of(), command, List.of(arguments), Map.of());
    }

    /**
     * @param data as in the file, which is read by the node only
     */
    static Start member(Path data, Path file) {
      var command = List.of("node", "--config", file.toString());
      return new Start(data, Map.of(), command, List.of(), Map.of());
    }

    Start with(String setting, String value) {
      var more = new java.util.HashMap<>(settings);
      more.put(setting, value);
      return new Start(data, more, command, arguments, environment);
    }

    Start environment(String name, String value) {
      var more = new java.util.HashMap<>(environment);
      more.put(name, value);
      return new Start(data, settings, command, arguments, more);
    }

    /**
     * Started from a script's background, the tests ignore SIGINT, and so would what they start.
     */
    private static List<String> hearingCtrlC() {
      try {
        var ignored =
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .anyMatch(mask -> (mask & 2) != 0);
        return ignored ? List.of("env", "--default-signal=INT") : List.of();
      } catch (IOException e) {
        return List.of(); // no Linux
      }
    }

    private List<String> line() throws IOException, InterruptedException {
      var line = new ArrayList<>(hearingCtrlC());
      line.addAll(
          LiveProgram.command(
              settings.entrySet().stream()
                  .map(one -> "-D" + one.getKey() + "=" + one.getValue())
                  .toList()));
      line.addAll(command);
      line.addAll(arguments);
      return line;
    }
  }

  private final Start start;
  private final Process process;
  private final long startedNanos = System.nanoTime();
  private final Path out;
  private final Path err;

  private LiveNode(Start start, Process process, Path out, Path err) {
    this.start = start;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts the process with its output in files {@code beside}; waits for nothing. */
  static LiveNode begin(Start start, Path beside) throws IOException, InterruptedException {
    var out = Files.createTempFile(beside, "node-", ".out");
    var err = Files.createTempFile(beside, "node-", ".err");
    var builder = new ProcessBuilder(start.line());
    builder.environment().putAll(start.environment());
    var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    return new LiveNode(start, process, out, err);
  }

  /** Returns when the node has said READY; fails the test when it ends or is silent instead. */
  LiveNode awaitReady() throws IOException, InterruptedException {
    while (address().isEmpty()) {
      if (!process.isAlive()) {
        throw new AssertionError("ended with " + process.exitValue() + " at its start\n" + logs());
      }
      if (age().compareTo(START_PATIENCE) > 0) {
        throw new AssertionError("not ready after " + age() + "\n" + logs());
      }
      Thread.sleep(20);
    }
    return this;
  }

  private Optional<String> address() throws IOException {
    return address(out);
  }

  /** Where the node serves that has said so in its output. */
  static Optional<String> address(Path output) throws IOException {
    return Files.readString(output)
        .lines()
        .filter(line -> line.startsWith("READY "))
        .map(line -> line.substring("READY ".length()).strip())
        .findFirst();
  }

  /** How long ago it was started. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  Start start() {
    return start;
  }

  Path data() {
    return start.data();
  }

  long pid() {
    return process.pid();
  }

  String url() throws IOException {
    return address().orElseThrow();
  }

  String output() throws IOException {
    return Files.readString(out);
  }

  String errors() throws IOException {
    return Files.readString(err);
  }

  Path cloudsYaml() {
    return start.data().resolve("clouds.yaml");
  }

  /** A caller of the API with the user and project of a cloud in {@code clouds.yaml}. */
  NodeClient client(String cloud) throws IOException {
    return NodeClient.login(url(), CloudsFile.read(cloudsYaml()).cloud(cloud));
  }

  NodeClient admin() throws IOException {
    return client("troupe-admin");
  }

  NodeClient demo() throws IOException {
    return client("troupe");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** As a crash, or the kernel when memory is short: no handler runs. */
  void kill9() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("kill -9 of " + pid() + " had no effect");
    }
  }

  /** Stops it in the middle of everything, as a hypervisor does that is short of processors. */
  void sigstop() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** And lets it go on as if nothing had been. */
  void sigcont() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** The exit code. */
  int sigterm() throws IOException, InterruptedException {
    return stopped("TERM");
  }

  /** As Ctrl-C; the exit code. */
  int sigint() throws IOException, InterruptedException {
    return stopped("INT");
  }

  private int stopped(String signal) throws IOException, InterruptedException {
    signal(signal);
    return awaitExit(STOP_PATIENCE);
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
  }

  /** The exit code of a process that is to end by itself. */
  int awaitExit(Duration patience) throws IOException, InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + patience + "\n" + logs());
    }
    return process.exitValue();
  }

  /** What it said, and the end of its log file. */
  String logs() throws IOException {
    var log = start.data().resolve("troupe.log");
    return "---- %s\n%s---- standard error\n%s---- %s\n%s"
        .formatted(
            String.join(" ", start.arguments()),
            Files.exists(out) ? output() : "gone with its folder\n",
            Files.exists(err) ? errors() : "gone with its folder\n",
            log,
            Files.isRegularFile(log) ? tail(log, 60_000) : "");
  }

  private static String tail(Path file, int characters) throws IOException {
    var text = Files.readString(file);
    return text.substring(Math.max(0, text.length() - characters));
  }
}
