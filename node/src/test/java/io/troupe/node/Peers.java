package io.troupe.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The parts the tests run against but do not build: the stock client, a libvirtd with QEMU, a guest
 * image. A part that is missing skips the test and says why, or fails it when the environment
 * variable {@code TROUPE_REQUIRE_PEERS} is 1.
 */
final class Peers {
  private static final Path SCRIPTS = projectRoot().resolve("scripts");

  /** Survives {@code mvn clean}: the guest image takes half a minute to make. */
  private static final Path CACHE =
      Path.of(System.getenv().getOrDefault("TMPDIR", "/tmp"), "troupe-peers");

  private Peers() {}

  /** The path of the stock {@code openstack} command. */
  static String stockClient() {
    var found =
        Stream.of(System.getenv("PATH").split(":"))
            .map(directory -> Path.of(directory, "openstack"))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      missing("the command openstack (Debian: python3-openstackclient)");
    }
    return found.orElseThrow().toString();
  }

  /** The URI of a libvirtd with QEMU, all its state below {@code state}; see {@link #stopHost}. */
  static String startHost(Path state) throws InterruptedException {
    return startHost(state, "b");
  }

  /** One of several, which can send guests to each other. */
  static String startHost(Path state, String name) throws InterruptedException {
    try {
      return script(state, "libvirt-hosts", "start", name);
    } catch (IOException e) {
      missing("a libvirtd with QEMU: " + e.getMessage());
      throw new AssertionError(e);
    }
  }

  static void stopHost(Path state) throws IOException, InterruptedException {
    stopHost(state, "b");
  }

  static void stopHost(Path state, String name) throws IOException, InterruptedException {
    script(state, "libvirt-hosts", "stop", name);
  }

  /** The boot id of the guest's kernel, as its agent reads it; waits until that one answers. */
  static String bootId(String uri, String domain) throws IOException, InterruptedException {
    var read =
        "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/cat\","
            + "\"arg\":[\"/proc/sys/kernel/random/boot_id\"],\"capture-output\":true}}";
    var until = System.nanoTime() + TimeUnit.MINUTES.toNanos(6);
    while (true) {
      try {
        var pid = virsh(uri, "qemu-agent-command", domain, read).replaceAll("\\D", "");
        var ask = "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":" + pid + "}}";
        var answer = virsh(uri, "qemu-agent-command", domain, ask);
        while (answer.contains("\"exited\":false")) {
          Thread.sleep(300);
          answer = virsh(uri, "qemu-agent-command", domain, ask);
        }
        var data = answer.replaceAll("(?s).*\"out-data\":\"([^\"]+)\".*", "$1");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.US_ASCII).strip();
      } catch (IOException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        Thread.sleep(1_000);
      }
    }
  }

  /** A small Linux that boots, as a qcow2 file. */
  static Path guestImage() throws IOException, InterruptedException {
    Files.createDirectories(CACHE);
    try {
      return Path.of(script(CACHE, "guest-image", CACHE.resolve("guest").toString()));
    } catch (IOException e) {
      missing("the guest image: " + e.getMessage());
      throw new AssertionError(e);
    }
  }

  /** Throws when the disk in the file is not in order, by QEMU's own word. */
  static void checkQcow2(Path file) throws IOException, InterruptedException {
    run(List.of("qemu-img", "check", "-f", "qcow2", file.toString()), Map.of());
  }

  /** What virsh says; the tests' second, independent way to the host. */
  static String virsh(String uri, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
    command.addAll(List.of(arguments));
    return run(command, Map.of());
  }

  private static String script(Path state, String name, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(SCRIPTS.resolve(name).toString()));
    command.addAll(List.of(arguments));
    return run(command, Map.of("TROUPE_LIBVIRT_STATE", state.toString()));
  }

  /** Standard output without the last line end; a file, since a daemon may keep it open. */
  private static String run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    var out = Files.createTempFile("troupe-peer", ".out");
    var err = Files.createTempFile("troupe-peer", ".err");
    try {
      var builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(command + ": " + Files.readString(err).strip());
      }
      return Files.readString(out).stripTrailing();
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static void missing(String what) {
    if ("1".equals(System.getenv("TROUPE_REQUIRE_PEERS"))) {
      throw new AssertionError("TROUPE_REQUIRE_PEERS=1, but there is not " + what);
    }
    assumeTrue(false, "there is not " + what);
  }

  /** The folder that holds {@code scripts}: the module's parent, or the folder itself. */
  private static Path projectRoot() {
    var here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("scripts")) ? here : here.getParent();
  }
}
