package io.troupe.drivers.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverContext.ImageReader;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
import io.troupe.drivers.spi.HostTopology;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The parts the tests run against but do not build: libvirt's library, a libvirtd with QEMU, a
 * guest image. A part that is missing skips the test and says why, or fails it when the environment
 * variable {@code TROUPE_REQUIRE_PEERS} is 1.
 *
 * <p>{@code TROUPE_TEST_LIBVIRT_URI} names a libvirtd to use, and {@code
 * TROUPE_TEST_LIBVIRT_SECOND_URI} another one that the first can reach by the same URI; otherwise
 * {@code scripts/libvirt-hosts} starts some of our own, which are stopped when the tests end.
 */
final class LibvirtPeer {
  private static final Path SCRIPTS = projectRoot().resolve("scripts");

  /** Hosts of this process alone: several run tests at once. */
  private static final Path STATE =
      Path.of("target", "libvirt-hosts-" + System.getProperty("troupe.test.fork", "1"))
          .toAbsolutePath();

  private LibvirtPeer() {}

  static void requireLibrary() {
    try {
      LibvirtEventLoop.start();
    } catch (LinkageError | org.libvirt.LibvirtException e) {
      missing("libvirt's client library: " + e);
    }
  }

  /** The URI of a libvirtd that runs QEMU guests. */
  static URI qemu() throws Exception {
    requireLibrary();
    String given = System.getenv("TROUPE_TEST_LIBVIRT_URI");
    if (given != null) {
      return URI.create(given);
    }
    return own("a");
  }

  /** The URI of a second one, to which the first can send guests. */
  static URI second() throws Exception {
    String given = System.getenv("TROUPE_TEST_LIBVIRT_SECOND_URI");
    if (given != null) {
      return URI.create(given);
    }
    if (System.getenv("TROUPE_TEST_LIBVIRT_URI") != null) {
      missing("a second libvirtd: TROUPE_TEST_LIBVIRT_SECOND_URI is not set");
    }
    return own("b");
  }

  private static final Map<String, String> OWN = new ConcurrentHashMap<>();

  /** Started once for all test classes of this process. */
  static URI own(String name) throws Exception {
    requireLibrary();
    synchronized (OWN) {
      String uri = OWN.get(name);
      if (uri == null) {
        try {
          uri = script("libvirt-hosts", "start", name);
          Runtime.getRuntime()
              .addShutdownHook(
                  new Thread(() -> quietly(() -> script("libvirt-hosts", "stop", name))));
        } catch (IOException e) {
          uri = "";
          System.err.println("libvirt-hosts: " + e.getMessage());
        }
        OWN.put(name, uri);
      }
      if (uri.isEmpty()) {
        missing("a libvirtd with QEMU");
      }
      return URI.create(uri);
    }
  }

  /** Stops one of our own in the middle of whatever it does, and forgets it. */
  static void killOwn(String name) throws Exception {
    synchronized (OWN) {
      OWN.remove(name);
    }
    String pid = Files.readString(STATE.resolve(name).resolve("pid")).strip();
    Process kill = new ProcessBuilder("kill", "-KILL", pid).start();
    if (kill.waitFor() != 0) {
      throw new IOException("no process " + pid);
    }
    Files.delete(STATE.resolve(name).resolve("pid")); // or the script takes its remains for alive
  }

  /** The tiny guest of {@code scripts/guest-image}, as an image reference and a reader for it. */
  record GuestImage(ImageRef ref, ImageReader reader) {
    static GuestImage tiny() throws Exception {
      Path file;
      try {
        file = Path.of(script("guest-image", STATE.resolveSibling("guest-image").toString()));
      } catch (IOException e) {
        missing("the guest image: " + e.getMessage());
        throw e;
      }
      return of("tiny", Files.readAllBytes(file));
    }

    static GuestImage of(String id, byte[] qcow2) throws Exception {
      String sha512 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(qcow2));
      // The virtual size stands at byte 24 of a qcow2 header, big-endian.
      long virtualSize = ByteBuffer.wrap(qcow2).getLong(24);
      return new GuestImage(
          new ImageRef(id, sha512, "qcow2", qcow2.length, virtualSize),
          wanted -> {
            if (!wanted.equals(id)) {
              throw new NoSuchFileException(wanted);
            }
            return (InputStream) new ByteArrayInputStream(qcow2);
          });
    }
  }

  /** What virsh says; the tests' second, independent way to the host. */
  static String virsh(URI uri, String... arguments) throws Exception {
    var command = new java.util.ArrayList<>(List.of("virsh", "-q", "-c", uri.toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * Those of a connection, with the type of guests if {@code TROUPE_TEST_GUEST_TYPE} says one: a
   * host's KVM may boot the driver's probe and yet no whole kernel.
   */
  static Map<String, String> options(Map<String, String> given) {
    Map<String, String> options = new HashMap<>(given);
    Optional.ofNullable(System.getenv("TROUPE_TEST_GUEST_TYPE"))
        .ifPresent(type -> options.put("guestType", type));
    return options;
  }

  /** The boot id of the guest's kernel, as its agent reads it; waits until that one answers. */
  static String bootId(URI uri, InstanceId instance) throws Exception {
    String read =
        "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/cat\","
            + "\"arg\":[\"/proc/sys/kernel/random/boot_id\"],\"capture-output\":true}}";
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (true) {
      try {
        String pid = agent(uri, instance, read).replaceAll(".*\"pid\":([0-9]+).*", "$1");
        String status = "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":" + pid + "}}";
        String answer = agent(uri, instance, status);
        while (answer.contains("\"exited\":false")) {
          Thread.sleep(200);
          answer = agent(uri, instance, status);
        }
        String data = answer.replaceAll(".*\"out-data\":\"([^\"]+)\".*", "$1");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.US_ASCII).strip();
      } catch (IOException e) {
        if (System.nanoTime() > until) {
          throw e;
        }
        Thread.sleep(500);
      }
    }
  }

  private static String agent(URI uri, InstanceId instance, String command) throws Exception {
    return virsh(uri, "qemu-agent-command", instance.toString(), command).replaceAll("\\s", "");
  }

  /** A guest of one vCPU and 128 MiB that is in this cell, on this CPU of the host's. */
  static GuestPlacement pinned(HostTopology.Cell cell, int cpu) {
    var guestCell =
        new GuestPlacement.Cell(
            cell.id(),
            List.of(0),
            128,
            0,
            List.of(new GuestPlacement.Pin(0, cpu)),
            List.of(),
            List.of());
    return new GuestPlacement(1, 128, List.of(guestCell), List.of(), List.of(), List.of());
  }

  /** The host no longer knows the pool; what is in it stays. */
  static void forgetPool(URI uri, String pool) throws Exception {
    virsh(uri, "pool-destroy", pool);
    virsh(uri, "pool-undefine", pool);
  }

  /** The pool and all that is in it are gone; one that never was is none to drop. */
  static void dropPool(URI uri, String pool) throws Exception {
    if (virsh(uri, "pool-list", "--all", "--name")
        .lines()
        .noneMatch(it -> it.strip().equals(pool))) {
      return;
    }
    virsh(uri, "pool-refresh", pool);
    for (String line : virsh(uri, "vol-list", pool).lines().toList()) {
      if (!line.isBlank()) {
        virsh(uri, "vol-delete", line.strip().split("\\s+")[0], "--pool", pool);
      }
    }
    virsh(uri, "pool-destroy", pool);
    virsh(uri, "pool-delete", pool);
    virsh(uri, "pool-undefine", pool);
  }

  static void missing(String what) {
    if ("1".equals(System.getenv("TROUPE_REQUIRE_PEERS"))) {
      throw new AssertionError("TROUPE_REQUIRE_PEERS=1, but there is not " + what);
    }
    System.err.println("SKIPPED, there is not " + what); // Maven keeps the reason to its report
    assumeTrue(false, "there is not " + what);
  }

  private static String script(String name, String... arguments)
      throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of(SCRIPTS.resolve(name).toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * Standard output without the last line end. Standard error goes to a file: a daemon keeps it.
   */
  private static String run(List<String> command) throws IOException, InterruptedException {
    Files.createDirectories(STATE);
    Path out = Files.createTempFile(STATE, "out", ".txt");
    Path err = Files.createTempFile(STATE, "err", ".txt");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("TROUPE_LIBVIRT_STATE", STATE.toString());
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
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

  private interface Quiet {
    void run() throws Exception;
  }

  private static void quietly(Quiet action) {
    try {
      action.run();
    } catch (Exception e) {
      System.err.println("libvirt host of the tests not stopped: " + e.getMessage());
    }
  }

  /** The folder that holds {@code scripts}: the module's parent, or the folder itself. */
  private static Path projectRoot() {
    Path here = Path.of("").toAbsolutePath();
    return Files.isDirectory(here.resolve("scripts")) ? here : here.getParent();
  }
}
