package io.troupe.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Debian's {@code openstack} command with a node's {@code clouds.yaml}.
 *
 * @param command its path
 * @param home a directory of its own, so that no setting of this machine's user is read
 */
record StockClient(String command, Path cloudsYaml, String cloud, Path home) {
  record Result(int exitCode, String output, String errors) {}

  StockClient as(String otherCloud) {
    return new StockClient(command, cloudsYaml, otherCloud, home);
  }

  /** Runs it; its arguments may be in one text, parted by blanks. */
  Result run(String... arguments) throws IOException, InterruptedException {
    return execute(words(arguments));
  }

  /** What it prints; it has to succeed. */
  String text(String... arguments) throws IOException, InterruptedException {
    return succeeded(words(arguments)).output().strip();
  }

  /** What it prints with {@code -f json}; it has to succeed. */
  JsonNode json(String... arguments) throws IOException, InterruptedException {
    var words = words(arguments);
    words.addAll(List.of("-f", "json"));
    return NodeClient.parse(succeeded(words).output().getBytes(StandardCharsets.UTF_8));
  }

  private Result succeeded(List<String> words) throws IOException, InterruptedException {
    var result = execute(words);
    if (result.exitCode() != 0) {
      throw new AssertionError("openstack " + String.join(" ", words) + "\n" + result);
    }
    return result;
  }

  private static List<String> words(String... arguments) {
    return arguments.length == 1
        ? new ArrayList<>(List.of(arguments[0].split(" ")))
        : new ArrayList<>(List.of(arguments));
  }

  private Result execute(List<String> words) throws IOException, InterruptedException {
    var out = Files.createTempFile(home, "openstack", ".out");
    var err = Files.createTempFile(home, "openstack", ".err");
    var environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("OS_"));
    environment.put("HOME", home.toString());
    environment.put("OS_CLIENT_CONFIG_FILE", cloudsYaml.toString());
    environment.put("OS_CLOUD", cloud);
    var code = StockClientProgram.of(command).run(words, environment, home, out, err);
    return new Result(code, Files.readString(out), Files.readString(err));
  }
}
