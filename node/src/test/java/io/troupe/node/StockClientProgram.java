package io.troupe.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Debian's {@code openstack} client, loaded once for all tests: {@code openstack-kept-loaded.py}
 * runs each command in a process that is forked from it. As a program of its own each would take a
 * second of processor time before it does anything, and there are hundreds. The command itself is
 * called by the tests of the module http.
 */
final class StockClientProgram {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static StockClientProgram started;

  private final Process process;
  private final Map<Long, CompletableFuture<Integer>> running = new ConcurrentHashMap<>();
  private long number;

  private StockClientProgram(Process process) {
    this.process = process;
  }

  /**
   * @param command the path of the {@code openstack} command, a script of its Python
   */
  static synchronized StockClientProgram of(String command) throws IOException {
    if (started == null) {
      started = start(command);
    }
    return started;
  }

  private static StockClientProgram start(String command) throws IOException {
    var shebang = Files.readAllLines(Path.of(command)).getFirst();
    var python = shebang.substring("#!".length()).strip();
    var script = Files.createTempFile("openstack-kept-loaded", ".py");
    script.toFile().deleteOnExit();
    try (var text = StockClientProgram.class.getResourceAsStream("/openstack-kept-loaded.py")) {
      Files.write(script, text.readAllBytes());
    }
    var process =
        new ProcessBuilder(python, script.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var program = new StockClientProgram(process);
    Thread.ofPlatform().daemon().name("openstack").start(program::hear);
    return program;
  }

  private void hear() {
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        var told = line.split(" ");
        running.remove(Long.parseLong(told[0])).complete(Integer.parseInt(told[1]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      var ended = new AssertionError("openstack-kept-loaded.py has ended");
      running.values().forEach(one -> one.completeExceptionally(ended));
    }
  }

  /** Returns its exit code. */
  int run(List<String> arguments, Map<String, String> environment, Path folder, Path out, Path err)
      throws IOException, InterruptedException {
    try {
      return begin(arguments, environment, folder, out, err).get(3, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new AssertionError("no end: " + arguments + "\n" + Files.readString(err), e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  private synchronized CompletableFuture<Integer> begin(
      List<String> arguments, Map<String, String> environment, Path folder, Path out, Path err)
      throws IOException {
    var ended = new CompletableFuture<Integer>();
    running.put(++number, ended);
    var call =
        Map.of(
            "number",
            number,
            "arguments",
            arguments,
            "environment",
            environment,
            "folder",
            folder.toString(),
            "output",
            out.toString(),
            "errors",
            err.toString());
    process
        .getOutputStream()
        .write((JSON.writeValueAsString(call) + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return ended;
  }
}
