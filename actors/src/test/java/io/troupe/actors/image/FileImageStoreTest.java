package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.actors.image.ImageStore.Draft;
import io.troupe.actors.image.ImageStore.StoreFull;
import io.troupe.actors.image.ImageStore.TooLarge;
import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileImageStoreTest {
  private static final String ID = "0b7e0f43-5f0c-4a7c-9d0e-000000000001";

  @TempDir Path dir;
  private FileImageStore store;

  @BeforeEach
  void openStore() throws IOException {
    store = new FileImageStore(dir, 0);
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void keptImageCanBeReadAndHasItsDigests() throws IOException {
    try (Draft draft = (Draft) store.receive(text("abc"), 3)) {
      assertThat(draft.sizeBytes()).isEqualTo(3);
      assertThat(draft.md5()).isEqualTo("900150983cd24fb0d6963f7d28e17f72"); // RFC 1321 A.5
      assertThat(draft.sha512()).startsWith("ddaf35a193617abacc417349ae204131"); // FIPS 180-4
      assertThat(draft.keepAs(ID)).isTrue();
    }

    try (InputStream bytes = new FileImageStore(dir).open(ID)) {
      assertThat(bytes).hasContent("abc");
    }
    assertThat(files()).containsExactly(ID);
  }

  @Test
  void draftThatWasNotKeptIsGone() throws IOException {
    try (Draft draft = (Draft) store.receive(text("abc"), 3)) {
      assertThat(draft.sizeBytes()).isEqualTo(3);
      assertThatThrownBy(() -> store.open(ID)).isInstanceOf(NoSuchFileException.class);
    }

    assertThat(files()).isEmpty();
  }

  @Test
  void oneByteTooManyIsRefusedAndLeavesNothing() throws IOException {
    assertThat(store.receive(text("abcd"), 3)).isEqualTo(new TooLarge(3));
    assertThat(files()).isEmpty();
  }

  @Test
  void endlessBytesAreRefusedAtTheLimit() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 7;
          }
        };

    assertThat(store.receive(endless, 3 << 20)).isEqualTo(new TooLarge(3 << 20));
    assertThat(files()).isEmpty();
  }

  @Test
  void bytesThatStopComingLeaveNothing() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }
        };
    InputStream bytes = new SequenceInputStream(text("half an im"), broken);

    assertThatThrownBy(() -> store.receive(bytes, 1_000)).hasMessage("connection reset");
    assertThat(files()).isEmpty();
  }

  @Test
  void fullStoreIsSaidSoAndLeavesNothing() throws IOException {
    FileImageStore full = new FileImageStore(dir, Long.MAX_VALUE);

    assertThat(full.receive(text("abc"), 3)).isInstanceOf(StoreFull.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void theSystemsWordsForAFullDiskAreKnown() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");

    assertThatThrownBy(
            () -> {
              try (OutputStream out = new FileOutputStream(full.toFile())) {
                out.write(1);
              }
            })
        .isInstanceOfSatisfying(
            IOException.class, e -> assertThat(FileImageStore.saysFull(e)).isTrue());
    assertThat(FileImageStore.saysFull(new IOException("Permission denied"))).isFalse();
    assertThat(FileImageStore.saysFull(new IOException())).isFalse();
  }

  @Test
  void keptImageIsNeverReplaced() throws IOException {
    try (Draft first = (Draft) store.receive(text("first"), 10);
        Draft second = (Draft) store.receive(text("second"), 10)) {
      assertThat(first.keepAs(ID)).isTrue();
      assertThat(second.keepAs(ID)).isFalse();
    }

    try (InputStream bytes = store.open(ID)) {
      assertThat(bytes).hasContent("first");
    }
    assertThat(files()).containsExactly(ID);
  }

  @Test
  void leftOversOfACrashAreRemovedAtStartAndImagesStay() throws IOException {
    ((Draft) store.receive(text("kept"), 10)).keepAs(ID);
    Draft interrupted = (Draft) store.receive(text("half"), 10); // never closed
    assertThat(interrupted.sizeBytes()).isEqualTo(4);
    assertThat(files()).hasSize(2);

    new FileImageStore(dir);

    assertThat(files()).containsExactly(ID);
  }

  @Test
  void deletedImageIsGoneButItsReaderMayFinish() throws IOException {
    ((Draft) store.receive(text("abc"), 3)).keepAs(ID);

    try (InputStream bytes = store.open(ID)) {
      assertThat(store.delete(ID)).isTrue();
      assertThat(bytes).hasContent("abc");
    }
    assertThat(store.delete(ID)).isFalse();
    assertThatThrownBy(() -> store.open(ID)).isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "..", ".", "", "/etc/passwd", "a/b", ".draft-1", "a\0b"})
  void idsThatArePathsAreNoImages(String id) throws IOException {
    Files.writeString(dir.resolveSibling("secret"), "not an image");

    assertThatThrownBy(() -> store.open(id)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.delete(id)).isInstanceOf(NoSuchFileException.class);
    try (Draft draft = (Draft) store.receive(text("abc"), 3)) {
      assertThatThrownBy(() -> draft.keepAs(id)).isInstanceOf(NoSuchFileException.class);
    }
    assertThat(dir.resolveSibling("secret")).hasContent("not an image");
    Files.delete(dir.resolveSibling("secret"));
  }

  @Test
  void unwritableDirectoryIsAnError() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");

    assertThatThrownBy(() -> new FileImageStore(file.resolve("images")))
        .isInstanceOf(IOException.class);
  }
}
