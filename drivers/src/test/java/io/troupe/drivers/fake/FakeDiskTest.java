package io.troupe.drivers.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FakeDiskTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 5, 40, 4_096})
  void isAnImageInWhichQemuFindsNoFault(long gib) throws Exception {
    var image = FakeDisk.qcow2(gib << 30);
    var file = Files.write(directory.resolve("disk.qcow2"), image);

    assertThat(ByteBuffer.wrap(image).getLong(24)).as("virtual size").isEqualTo(gib << 30);
    Process check;
    try {
      check =
          new ProcessBuilder("qemu-img", "check", "-f", "qcow2", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("out").toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "no qemu-img: " + e.getMessage());
      return;
    }
    assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(check.exitValue()).as(Files.readString(directory.resolve("out"))).isZero();
  }
}
