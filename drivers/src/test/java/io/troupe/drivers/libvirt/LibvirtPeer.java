package io.troupe.drivers.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.drivers.spi.DriverContext.ImageReader;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The parts the tests run against but do not build: libvirt's library, a libvirtd with QEMU, a
 * guest image. A part that is missing skips the test and says why, or fails it when the environment
 * variable {@code TROUPE_REQUIRE_PEERS} is 1.
 *
 * <p>{@code TROUPE_TEST_LIBVIRT_URI} names a libvirtd to use; otherwise {@code
 * scripts/libvirt-hosts} starts one of our own, which is stopped when the tests end.
 */
final class LibvirtPeer {
  private static final Path SCRIPTS = projectRoot().resolve("scripts");
  private static final Path STATE = Path.of("target", "libvirt-hosts").toAbsolutePath();

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
    if (OwnHost.URI.isEmpty()) {
      missing("a libvirtd with QEMU: " + OwnHost.failure);
    }
    return URI.create(OwnHost.URI.get());
  }

  /** Started once for all test classes of this process. */
  private static final class OwnHost {
    static String failure = "";
    static final Optional<String> URI = start();

    private static Optional<String> start() {
      try {
        String uri = script("libvirt-hosts", "start", "a");
        Runtime.getRuntime()
            .addShutdownHook(new Thread(() -> quietly(() -> script("libvirt-hosts", "stop", "a"))));
        return Optional.of(uri);
      } catch (IOException | InterruptedException e) {
        failure = e.getMessage();
        return Optional.empty();
      }
    }
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
