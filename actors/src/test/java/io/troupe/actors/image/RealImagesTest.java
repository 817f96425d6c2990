package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.actors.image.InspectionVerdict.Sound;
import io.troupe.actors.image.InspectionVerdict.Unsound;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same with images that {@code qemu-img} made; skipped where it is not installed. */
class RealImagesTest {
  private static final ImageLimits LIMITS = new ImageLimits(1L << 30, 1L << 40);

  @TempDir Path dir;

  @BeforeAll
  static void qemuImgIsInstalled() throws InterruptedException {
    boolean installed;
    try {
      installed = run(Path.of("."), List.of("qemu-img", "--version")) == 0;
    } catch (IOException e) {
      installed = false;
    }
    assumeTrue(installed, "qemu-img is not installed");
  }

  private static int run(Path dir, List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private Path qemuImg(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("qemu-img"));
    command.addAll(List.of(arguments));
    assertThat(run(dir, command)).as("%s", command).isZero();
    return dir.resolve("image");
  }

  /**
   * QEMU times its key derivation by the thread's CPU clock and gives up where that is too coarse
   * ({@code Unable to get accurate CPU usage}), on some virtual machines one time in three.
   */
  private Path encrypted(String format, String options) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "qemu-img",
            "create",
            "-q",
            "-f",
            format,
            "--object",
            "secret,id=s,data=not-a-secret",
            "-o",
            options,
            "image",
            "1M");
    int exitCode = 1;
    for (int attempt = 0; attempt < 20 && exitCode != 0; attempt++) {
      exitCode = run(dir, command);
    }
    assertThat(exitCode).as("%s", command).isZero();
    return dir.resolve("image");
  }

  private InspectionVerdict inspect(String format, Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return ImageInspection.inspect(format, channel, LIMITS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compat=0.10",
        "compat=1.1",
        "cluster_size=512",
        "cluster_size=2M",
        "extended_l2=on",
        "compression_type=zstd",
        "preallocation=metadata",
        "lazy_refcounts=on",
        "refcount_bits=64"
      })
  void qcow2OfEveryMakeIsSound(String options) throws Exception {
    Path image = qemuImg("create", "-q", "-f", "qcow2", "-o", options, "image", "100M");

    assertThat(inspect("qcow2", image)).isEqualTo(new Sound(100L << 20));
    assertThat(inspect("raw", image)).isInstanceOf(Unsound.class);
  }

  @Test
  void compressedQcow2WithASnapshotIsSound() throws Exception {
    Files.write(dir.resolve("disk"), new byte[8 << 20]);
    qemuImg("convert", "-q", "-c", "-f", "raw", "-O", "qcow2", "disk", "image");
    Path image = qemuImg("snapshot", "-c", "first", "image");

    assertThat(inspect("qcow2", image)).isEqualTo(new Sound(8L << 20));
  }

  @Test
  void hugeVirtualSizeIsRefused() throws Exception {
    Path image = qemuImg("create", "-q", "-f", "qcow2", "-o", "cluster_size=2M", "image", "1024T");

    assertThat(Files.size(image)).isLessThan(64 << 20);
    assertThat(inspect("qcow2", image))
        .isInstanceOfSatisfying(
            Unsound.class, v -> assertThat(v.reason()).contains("1125899906842624 bytes"));
  }

  @Test
  void backingFileIsRefused() throws Exception {
    Files.writeString(dir.resolve("secret"), "host's own", StandardCharsets.UTF_8);
    Path image = qemuImg("create", "-q", "-f", "qcow2", "-b", "secret", "-F", "raw", "image", "1M");

    assertThat(inspect("qcow2", image))
        .isInstanceOfSatisfying(
            Unsound.class, v -> assertThat(v.reason()).contains("backing file"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"data_file=secret", "data_file=secret,data_file_raw=on"})
  void externalDataFileIsRefused(String options) throws Exception {
    Path image = qemuImg("create", "-q", "-f", "qcow2", "-o", options, "image", "1M");

    assertThat(inspect("qcow2", image))
        .isInstanceOfSatisfying(
            Unsound.class, v -> assertThat(v.reason()).contains("external data file"));
  }

  @Test
  void encryptedQcow2IsRefused() throws Exception {
    Path image =
        encrypted("qcow2", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10");

    assertThat(inspect("qcow2", image))
        .isInstanceOfSatisfying(Unsound.class, v -> assertThat(v.reason()).contains("encrypted"));
  }

  @ParameterizedTest
  @CsvSource({
    "vmdk, subformat=monolithicSparse, VMDK",
    "vmdk, subformat=streamOptimized, VMDK",
    "vmdk, subformat=monolithicFlat, VMDK",
    "vmdk, subformat=twoGbMaxExtentFlat, VMDK",
    "vpc, subformat=dynamic, VHD",
    "vpc, subformat=fixed, VHD",
    "vhdx, subformat=dynamic, VHDX",
    "vdi, preallocation=off, VDI",
    "qed, cluster_size=65536, QED",
    "parallels, cluster_size=65536, Parallels",
  })
  void anotherFormatIsRefusedAsRawAndAsQcow2(String format, String option, String name)
      throws Exception {
    Path image = qemuImg("create", "-q", "-f", format, "-o", option, "image", "1M");

    assertThat(inspect("raw", image))
        .isInstanceOfSatisfying(Unsound.class, v -> assertThat(v.reason()).contains(name));
    assertThat(inspect("qcow2", image)).isInstanceOf(Unsound.class);
  }

  @Test
  void luksIsRefusedAsRaw() throws Exception {
    Path image = encrypted("luks", "key-secret=s,iter-time=10");

    assertThat(inspect("raw", image))
        .isInstanceOfSatisfying(Unsound.class, v -> assertThat(v.reason()).contains("LUKS"));
  }

  @Test
  void rawIsSound() throws Exception {
    Path image = qemuImg("create", "-q", "-f", "raw", "image", "1M");

    assertThat(inspect("raw", image)).isEqualTo(new Sound(1 << 20));
  }
}
