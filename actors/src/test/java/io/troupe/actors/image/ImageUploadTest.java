package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.CatalogInMemory;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageStore.Draft;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageUploadTest {
  private static final String ID = "0b7e0f43-5f0c-4a7c-9d0e-000000000001";
  private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant NOW = Instant.parse("2026-01-02T04:00:00Z");
  private static final ImageLimits LIMITS = new ImageLimits(1 << 20, 2L << 30);

  @TempDir Path dir;
  private final CatalogInMemory catalog = new CatalogInMemory();
  private FileImageStore store;
  private ImageUpload upload;

  @BeforeEach
  void open() throws IOException {
    store = new FileImageStore(dir, 0);
    upload = new ImageUpload(catalog, store, LIMITS, Clock.fixed(NOW, ZoneOffset.UTC));
    catalog.put(image("queued", "qcow2", CREATED));
  }

  private static Image image(String status, String format, Instant createdAt) {
    return new Image(
        ID,
        "tiny",
        "demo",
        "private",
        status,
        format,
        "bare",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        false,
        false,
        Map.of(),
        Set.of(),
        createdAt,
        createdAt);
  }

  private static InputStream sound() {
    return new ByteArrayInputStream(new Qcow2Sample().bytes());
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.count();
    }
  }

  private void assertQueuedWithoutBytes() throws IOException {
    assertThat(catalog.get(Image.class, ID).status()).isEqualTo("queued");
    assertThat(catalog.get(Image.class, ID).md5()).isEmpty();
    assertThat(files()).isZero();
  }

  @Test
  void soundImageBecomesActive() throws IOException {
    assertThat(upload.receive(ID, sound())).isInstanceOf(UploadOutcome.Active.class);

    Image active = catalog.get(Image.class, ID);
    assertThat(active.status()).isEqualTo("active");
    assertThat(active.sizeBytes()).contains(262_144L);
    assertThat(active.virtualSizeBytes()).contains(1L << 30);
    assertThat(active.md5().orElseThrow()).hasSize(32);
    assertThat(active.sha512().orElseThrow()).hasSize(128);
    assertThat(active.updatedAt()).isEqualTo(NOW);
    try (InputStream bytes = store.open(ID)) {
      assertThat(bytes).hasSameContentAs(sound());
    }
  }

  @Test
  void refusedImageLeavesNothingAndMayBeUploadedAgain() throws IOException {
    byte[] backed = new Qcow2Sample().int64(8, 512).int32(16, 11).bytes();

    assertThat(upload.receive(ID, new ByteArrayInputStream(backed)))
        .isInstanceOfSatisfying(
            UploadOutcome.Refused.class, r -> assertThat(r.reason()).contains("backing file"));
    assertQueuedWithoutBytes();

    assertThat(upload.receive(ID, sound())).isInstanceOf(UploadOutcome.Active.class);
  }

  @Test
  void tooManyBytesLeaveNothing() throws IOException {
    assertThat(upload.receive(ID, new ByteArrayInputStream(new byte[(1 << 20) + 1])))
        .isEqualTo(new UploadOutcome.TooLarge(1 << 20));
    assertQueuedWithoutBytes();
  }

  @Test
  void brokenUploadLeavesNothing() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }
        };

    assertThatThrownBy(() -> upload.receive(ID, broken)).hasMessage("connection reset");
    assertQueuedWithoutBytes();
  }

  @Test
  void fullStoreLeavesNothing() throws IOException {
    FileImageStore full = new FileImageStore(dir, Long.MAX_VALUE);

    assertThat(new ImageUpload(catalog, full, LIMITS, Clock.systemUTC()).receive(ID, sound()))
        .isInstanceOf(UploadOutcome.StoreFull.class);
    assertQueuedWithoutBytes();
  }

  @Test
  void secondUploadIsRefusedUnread() throws IOException {
    InputStream unread =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("read");
          }
        };
    upload.receive(ID, sound());

    assertThat(upload.receive(ID, unread)).isEqualTo(new UploadOutcome.WrongStatus("active"));
    assertThat(upload.receive("none", unread))
        .isEqualTo(new UploadOutcome.Rejected(new Rejection.NotFound("Image", "none")));
  }

  @Test
  void uploadDuringAnotherIsRefusedAndTheFirstGoesOn() throws IOException {
    InputStream whileReading =
        new ByteArrayInputStream(new Qcow2Sample().bytes()) {
          private boolean tried;

          @Override
          public synchronized int read(byte[] buffer, int offset, int length) {
            if (!tried) {
              tried = true;
              assertThatNoException(
                  () ->
                      assertThat(upload.receive(ID, sound()))
                          .isEqualTo(new UploadOutcome.WrongStatus("saving")));
            }
            return super.read(buffer, offset, length);
          }
        };

    assertThat(upload.receive(ID, whileReading)).isInstanceOf(UploadOutcome.Active.class);
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void assertThatNoException(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private InputStream deletingMeanwhile(Runnable after) {
    return new ByteArrayInputStream(new Qcow2Sample().bytes()) {
      @Override
      public synchronized int read(byte[] buffer, int offset, int length) {
        if (pos == 0) {
          assertThatNoException(() -> upload.delete(ID));
          after.run();
        }
        return super.read(buffer, offset, length);
      }
    };
  }

  @Test
  void deletedDuringItsUploadIsGoneWithItsBytes() throws IOException {
    assertThat(upload.receive(ID, deletingMeanwhile(() -> {})))
        .isInstanceOf(UploadOutcome.DeletedMeanwhile.class);
    assertThat(catalog.find(Image.class, ID)).isEmpty();
    assertThat(files()).isZero();
  }

  @Test
  void anotherImageOfTheSameIdDoesNotGetTheOldBytes() throws IOException {
    InputStream bytes =
        deletingMeanwhile(() -> catalog.put(image("queued", "qcow2", CREATED.plusSeconds(9))));

    assertThat(upload.receive(ID, bytes)).isInstanceOf(UploadOutcome.DeletedMeanwhile.class);
    assertQueuedWithoutBytes();
  }

  @Test
  void deleteForgetsRecordAndBytes() throws IOException {
    upload.receive(ID, sound());

    assertThat(upload.delete(ID)).isInstanceOf(Answer.Accepted.class);

    assertThat(catalog.find(Image.class, ID)).isEmpty();
    assertThatThrownBy(() -> store.open(ID)).isInstanceOf(NoSuchFileException.class);
    assertThat(upload.delete(ID)).isEqualTo(Answer.refuse(new Rejection.NotFound("Image", ID)));
  }

  @Test
  void crashBetweenBytesAndActivationIsQueuedAgainAtStart() throws IOException {
    catalog.put(image("saving", "qcow2", CREATED));
    ((Draft) store.receive(sound(), 1 << 20)).keepAs(ID);

    assertThat(upload.resume(Duration.ZERO)).isEqualTo(1);

    assertQueuedWithoutBytes();
    assertThat(upload.resume(Duration.ZERO)).isZero();
  }

  @Test
  void whatAnotherNodeIsStillReadingIsLeftToIt() throws IOException {
    catalog.put(image("saving", "qcow2", NOW.minus(ImageUpload.DEAD_AFTER).plusSeconds(1)));

    assertThat(upload.resume(ImageUpload.DEAD_AFTER)).isZero();

    assertThat(catalog.find(Image.class, ID).orElseThrow().status()).isEqualTo("saving");
  }

  @Test
  void anUploadThatTakesLongSaysThatItIsAlive() throws IOException {
    var seconds = new AtomicInteger();
    var signs = new AtomicInteger();
    var bytes =
        new WatchedBytes(
            sound(),
            new Clock() {
              @Override
              public Instant instant() {
                return NOW.plusSeconds(seconds.getAndAdd(20));
              }

              @Override
              public ZoneOffset getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(ZoneId zone) {
                return this;
              }
            },
            Duration.ofSeconds(30),
            signs::incrementAndGet);

    for (int read = 0; read < 6; read++) {
      bytes.read();
    }

    assertThat(signs).as("in 120 s, one every 30 s at most").hasValue(3);
  }

  @Test
  void crashDuringDeletionIsFinishedAtStart() throws IOException {
    catalog.put(image("deleted", "qcow2", CREATED));
    ((Draft) store.receive(sound(), 1 << 20)).keepAs(ID);

    assertThat(upload.resume(Duration.ZERO)).isEqualTo(1);

    assertThat(catalog.find(Image.class, ID)).isEmpty();
    assertThat(files()).isZero();
  }

  @Test
  void activeImagesAreLeftAloneAtStart() throws IOException {
    upload.receive(ID, sound());

    assertThat(upload.resume(Duration.ZERO)).isZero();

    assertThat(catalog.get(Image.class, ID).status()).isEqualTo("active");
    assertThat(files()).isEqualTo(1);
  }
}
