package io.troupe.actors.image;

import io.troupe.core.value.Names;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

/**
 * Guests' disks on their way from one host to another, as files in a folder of the image store's
 * directory: every node sees that one, so the bytes get from any connection to any other.
 */
public final class FileTransfers implements DriverContext.Transfers {
  /** An image's id never begins with a dot, so none of this is ever taken for one. */
  private static final String FOLDER = ".transfers";

  private static final String DRAFT_PREFIX = ".draft-";

  /** What nobody has written to for so long has lost its writer. */
  private static final Duration ABANDONED = Duration.ofHours(6);

  /** How much may be written between two looks at the free space. */
  private static final long SPACE_CHECK_BYTES = 16L << 20;

  private final Path folder;

  /** Opens it, making the folder if need be, and drops what dead writers have left. */
  public FileTransfers(Path imageDir) throws IOException {
    this.folder = Files.createDirectories(imageDir.resolve(FOLDER));
    try (var drafts = Files.newDirectoryStream(folder, DRAFT_PREFIX + "*")) {
      for (Path draft : drafts) {
        if (isAbandoned(draft)) {
          Files.deleteIfExists(draft);
        }
      }
    }
  }

  private static boolean isAbandoned(Path draft) throws IOException {
    try {
      var written = Files.getLastModifiedTime(draft).toInstant();
      return written.isBefore(Instant.now().minus(ABANDONED));
    } catch (NoSuchFileException e) {
      return false; // just finished by another node
    }
  }

  @Override
  public InputStream open(String key) throws IOException {
    return Files.newInputStream(pathOf(key));
  }

  @Override
  public void write(String key, DriverContext.ImageWriter.Content content)
      throws IOException, DriverException {
    Path to = pathOf(key);
    Path draft = Files.createTempFile(folder, DRAFT_PREFIX, "");
    try {
      try (var out = new Spared(Files.newOutputStream(draft))) {
        content.to(out);
      }
      Files.move(draft, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  @Override
  public void drop(String key) throws IOException {
    Files.deleteIfExists(pathOf(key));
  }

  private Path pathOf(String key) throws NoSuchFileException {
    if (!Names.isToken(key)) {
      throw new NoSuchFileException("transfer " + key);
    }
    return folder.resolve(key);
  }

  /** Leaves to the journal, which usually stands on the same disk, what the image store does. */
  private final class Spared extends FilterOutputStream {
    private long left = SPACE_CHECK_BYTES;

    Spared(OutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      left -= count;
      if (left < 0) {
        left = SPACE_CHECK_BYTES;
        if (Files.getFileStore(folder).getUsableSpace() < FileImageStore.DEFAULT_KEEP_FREE_BYTES) {
          throw new IOException("no room is left beside the image store");
        }
      }
      out.write(bytes, from, count);
    }
  }
}
