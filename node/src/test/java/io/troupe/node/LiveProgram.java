package io.troupe.node;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * What the nodes of the tests run: the build under test as jars, with a start-up cache that fits
 * them, as {@code ./troupe} has one. The first node that is started makes it, once for a build.
 */
final class LiveProgram {
  /** As {@code ./troupe} has them. */
  private static final List<String> JVM =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseCompactObjectHeaders",
          "-Xms64m",
          // With 512 MiB a node stood still for seconds when there were some 40,000 servers.
          "-Xmx1g",
          // The node's own, not a test's that stands before it in the class path.
          "-Dlogback.configurationFile=logback.xml");

  /** Of this process alone: several run tests at once. */
  private static final Path FOLDER =
      Path.of("target", "live-program-" + System.getProperty("troupe.test.fork", "1"))
          .toAbsolutePath();

  private static List<String> made;

  private LiveProgram() {}

  /** The command that starts {@link Main}, without its arguments. */
  static synchronized List<String> command(List<String> jvmOptions)
      throws IOException, InterruptedException {
    if (made == null) {
      made = make();
    }
    return command(jvmOptions, made);
  }

  private static List<String> command(List<String> jvmOptions, List<String> program) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.addAll(jvmOptions);
    command.addAll(program);
    command.add(Main.class.getName());
    return command;
  }

  private static List<String> make() throws IOException, InterruptedException {
    var entries = new ArrayList<Path>();
    var build = new StringBuilder(System.getProperty("java.vm.version"));
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      var path = Path.of(entry);
      if (Files.exists(path) && !path.endsWith("test-classes")) {
        entries.add(path);
        build.append('\n').append(path).append(' ').append(newest(path));
      }
    }
    var id = UUID.nameUUIDFromBytes(build.toString().getBytes(StandardCharsets.UTF_8)).toString();
    var cache = FOLDER.resolve(id + ".aot");
    var there = Files.exists(cache);
    if (!there) {
      deleteFormer();
    }
    var jars = new ArrayList<String>();
    for (var entry : entries) {
      var jar = Files.isDirectory(entry) ? FOLDER.resolve(id + "-" + jars.size() + ".jar") : entry;
      jars.add(jar.toString());
      if (!there && Files.isDirectory(entry)) {
        pack(entry, jar);
      }
    }
    var classPath = List.of("-cp", String.join(File.pathSeparator, jars));
    if (!there) {
      train(cache, classPath);
    }
    var program = new ArrayList<>(List.of("-XX:AOTCache=" + cache));
    program.addAll(List.of("-Xlog:aot*=off", "-Xlog:cds*=off"));
    program.addAll(classPath);
    return program;
  }

  private static long newest(Path path) throws IOException {
    try (var files = Files.walk(path)) {
      return files.mapToLong(file -> file.toFile().lastModified()).max().orElseThrow();
    }
  }

  private static void deleteFormer() throws IOException {
    Files.createDirectories(FOLDER);
    try (var files = Files.walk(FOLDER)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    Files.createDirectories(FOLDER);
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (var out = new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(jar)));
        var files = Files.walk(classes)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
  }

  /**
   * One short life of a node teaches the JVM which classes a start needs, and which code is used
   * most.
   */
  private static void train(Path cache, List<String> classPath)
      throws IOException, InterruptedException {
    var life = Files.createDirectories(FOLDER.resolve("life"));
    var unfinished = life.resolve("cache");
    var output = life.resolve("output");
    var command = command(List.of("-XX:AOTCacheOutput=" + unfinished), classPath);
    var data = life.resolve("data");
    command.addAll(List.of("dev", "--data", data.toString(), "--port", "0"));
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      var end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
      var url = "";
      while (url.isEmpty() && process.isAlive() && System.nanoTime() < end) {
        Thread.sleep(100);
        url = LiveNode.address(output).orElse("");
      }
      if (!url.isEmpty()) {
        boot(url, data);
      }
      process.destroy(); // SIGTERM: it writes the cache as it ends
      if (!process.waitFor(3, TimeUnit.MINUTES) || !Files.exists(unfinished)) {
        throw new AssertionError("no start-up cache\n" + Files.readString(output));
      }
    } finally {
      process.destroyForcibly();
    }
    Files.move(unfinished, cache);
  }

  /** Some at a time, each looked at and deleted. */
  private static void boot(String url, Path data) throws IOException, InterruptedException {
    var cloud = CloudsFile.read(data.resolve("clouds.yaml")).cloud("troupe");
    var user = CloudUser.of(NodeClient.login(url, cloud));
    for (int round = 0; round < 40; round++) {
      var servers = new ArrayList<String>();
      for (int i = 0; i < 4; i++) {
        servers.add(user.boot("hot-" + round + "-" + i, "1"));
      }
      for (var server : servers) {
        user.settled(server);
      }
      user.client().get("/compute/v2.1/servers/detail").expect(200);
      for (var server : servers) {
        user.client().delete(server).expect(204);
      }
      for (var server : servers) {
        user.awaitGone(server);
      }
    }
  }
}
