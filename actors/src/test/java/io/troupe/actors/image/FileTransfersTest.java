package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.drivers.spi.DriverException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransfersTest {
  @TempDir private Path dir;

  @Test
  void anotherNodeReadsWhatOneHasWritten() throws Exception {
    var one = new FileTransfers(dir);
    var other = new FileTransfers(dir);

    one.write("move-1.2", out -> out.write(bytes("first")));
    one.write("move-1.2", out -> out.write(bytes("second")));

    assertThat(read(other, "move-1.2")).isEqualTo("second");
    other.drop("move-1.2");
    other.drop("move-1.2");
    assertThatThrownBy(() -> one.open("move-1.2")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatBreaksOffLeavesNothingAndNotTheFormerHalf() throws Exception {
    var transfers = new FileTransfers(dir);
    transfers.write("move-1.2", out -> out.write(bytes("whole")));

    assertThatThrownBy(
            () ->
                transfers.write(
                    "move-1.2",
                    out -> {
                      out.write(bytes("ha"));
                      throw DriverException.retryable("the host is gone");
                    }))
        .isInstanceOf(DriverException.class);

    assertThat(read(transfers, "move-1.2")).isEqualTo("whole");
    try (var files = Files.list(dir.resolve(".transfers"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void keysAreNoPaths() throws Exception {
    var transfers = new FileTransfers(dir);

    for (var key : new String[] {"../image", ".draft-1", "", "a/b"}) {
      assertThatThrownBy(() -> transfers.write(key, out -> {})).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> transfers.drop(key)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void draftsOfTheDeadGoAtTheNextStartAndThoseOfTheLivingStay() throws Exception {
    new FileTransfers(dir);
    var dead = Files.createFile(dir.resolve(".transfers/.draft-dead"));
    var alive = Files.createFile(dir.resolve(".transfers/.draft-alive"));
    Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofDays(1))));

    new FileTransfers(dir);

    assertThat(dead).doesNotExist();
    assertThat(alive).exists();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String read(FileTransfers transfers, String key) throws IOException {
    try (var bytes = transfers.open(key)) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
