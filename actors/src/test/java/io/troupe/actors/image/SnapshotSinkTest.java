package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.actors.Answer;
import io.troupe.actors.Examples;
import io.troupe.actors.catalog.CatalogInMemory;
import io.troupe.actors.catalog.Image;
import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What drivers write becomes an image as a whole, or nothing; and the records of such images. */
class SnapshotSinkTest {
  private static final String ID = "0b7e0f43-5f0c-4a7c-9d0e-000000000001";
  private static final InstanceId INSTANCE = Examples.instance(1);
  private static final ImageLimits LIMITS = new ImageLimits(1 << 20, 2L << 30);

  @TempDir Path dir;
  private final CatalogInMemory catalog = new CatalogInMemory();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private FileImageStore store;
  private SnapshotSink sink;
  private SnapshotImages images;

  @BeforeEach
  void open() throws IOException {
    store = new FileImageStore(dir, 0);
    var uploads =
        new ImageUpload(catalog, store, LIMITS, Clock.fixed(Examples.NOW, ZoneOffset.UTC));
    sink =
        new SnapshotSink(
            catalog, uploads, (instance, image) -> heard.add(instance + " " + image.phase()));
    images = new SnapshotImages(catalog, uploads);
    images.make(Examples.image(ID));
  }

  private static byte[] sound() {
    return new Qcow2Sample().bytes();
  }

  private void write(byte[] bytes) throws IOException, DriverException {
    sink.write(ID, to -> to.write(bytes));
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.count();
    }
  }

  private void assertNoBytes() throws IOException {
    assertThat(catalog.get(Image.class, ID).status()).isEqualTo("queued");
    assertThat(files()).isZero();
  }

  @Test
  void whatIsWrittenIsTheImage() throws Exception {
    write(sound());

    assertThat(catalog.get(Image.class, ID).status()).isEqualTo("active");
    assertThat(catalog.get(Image.class, ID).virtualSizeBytes()).contains(1L << 30);
    try (var bytes = store.open(ID)) {
      assertThat(bytes).hasBinaryContent(sound());
    }
  }

  @Test
  void itsServerHearsHowFarItHasCome() throws Exception {
    sink.write(
        ID,
        to -> {
          assertThat(heard).containsExactly(INSTANCE + " PENDING_UPLOAD");
          to.write(sound());
        });

    assertThat(heard).containsExactly(INSTANCE + " PENDING_UPLOAD", INSTANCE + " UPLOADING");
  }

  @Test
  void anAttemptWhoseAnswerWasLostIsNotOverwritten() throws Exception {
    write(sound());
    var first = catalog.get(Image.class, ID);

    sink.write(
        ID,
        _ -> {
          throw new AssertionError("the bytes are not wanted");
        });

    assertThat(catalog.get(Image.class, ID)).isEqualTo(first);
  }

  @Test
  void whoeverBreaksOffLeavesNothing() throws Exception {
    assertThatThrownBy(
            () ->
                sink.write(
                    ID,
                    to -> {
                      to.write(sound());
                      throw DriverException.retryable("cut off");
                    }))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.failure().kind()).isEqualTo(DriverFailure.Kind.RETRYABLE))
        .hasMessageContaining("cut off");
    assertNoBytes();

    write(sound());
    assertThat(catalog.get(Image.class, ID).status()).as("the next attempt").isEqualTo("active");
  }

  @Test
  void whatIsTooLargeIsRefusedAndWhoWritesIsNotLeftHanging() throws Exception {
    assertThatThrownBy(
            () ->
                sink.write(
                    ID,
                    to -> {
                      for (int i = 0; i < 100; i++) {
                        to.write(new byte[1 << 20]);
                      }
                    }))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.failure().kind()).isEqualTo(DriverFailure.Kind.INSTANCE_FAULT));
    assertNoBytes();
  }

  @Test
  void whatStandsOnAnotherFileIsRefused() throws Exception {
    var backed = new Qcow2Sample().int64(8, 512).int32(16, 11).bytes();

    assertThatThrownBy(() -> write(backed))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("backing file");
    assertNoBytes();
  }

  @Test
  void ofAnImageThatIsGoneIsSaidSo() throws Exception {
    images.drop(ID);

    assertThatThrownBy(() -> write(sound())).isInstanceOf(NoSuchFileException.class);
    assertThat(files()).isZero();
  }

  @Test
  void thatIsBeingWrittenBySomebodyElseMayBeAskedAgain() {
    catalog.update(Image.class, ID, image -> Answer.of(image.withStatus("saving", Examples.NOW)));

    assertThatThrownBy(() -> write(sound()))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchFileException.class);
  }

  @Test
  void makingAndDroppingMayBeRepeated() throws Exception {
    write(sound());
    images.make(Examples.image(ID));
    assertThat(catalog.get(Image.class, ID).status()).as("not made anew").isEqualTo("active");

    images.drop(ID);
    images.drop(ID);

    assertThat(catalog.find(Image.class, ID)).isEmpty();
    assertThat(files()).isZero();
  }

  @Test
  void ofBackupsTheNewestOfTheSameTypeAreKept() throws Exception {
    for (int day = 1; day <= 4; day++) {
      backup("daily-" + day, day, Examples.PROJECT.value(), INSTANCE, "daily", false);
    }
    backup("precious", 0, Examples.PROJECT.value(), INSTANCE, "daily", true);
    backup("weekly", 0, Examples.PROJECT.value(), INSTANCE, "weekly", false);
    backup("another's", 9, "other", INSTANCE, "daily", false);
    backup("of-another", 9, Examples.PROJECT.value(), Examples.instance(2), "daily", false);

    assertThat(images.rotate(INSTANCE, Examples.PROJECT, "daily", 2))
        .containsExactly("daily-2", "daily-1");
    assertThat(images.rotate(INSTANCE, Examples.PROJECT, "daily", 2)).isEmpty();
    assertThat(catalog.all(Image.class))
        .extracting(Image::id)
        .containsExactlyInAnyOrder(
            ID, "daily-3", "daily-4", "precious", "weekly", "another's", "of-another");
    assertThat(images.rotate(INSTANCE, Examples.PROJECT, "daily", 0))
        .containsExactly("daily-4", "daily-3");
  }

  private void backup(
      String id, int day, String owner, InstanceId of, String type, boolean isProtected)
      throws IOException {
    Instant at = Examples.NOW.plusSeconds(86_400L * day);
    images.make(
        new Image(
            id,
            id,
            owner,
            "private",
            "active",
            "qcow2",
            "bare",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0,
            isProtected,
            false,
            Map.of("instance_uuid", of.toString(), "image_type", "backup", "backup_type", type),
            Set.of(),
            at,
            at));
  }
}
