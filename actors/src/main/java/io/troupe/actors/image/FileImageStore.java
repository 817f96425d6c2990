package io.troupe.actors.image;

import io.troupe.core.value.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Images as files of one directory, named by their ids. One process owns the directory: it removes
 * at start what an interrupted upload left behind.
 */
public final class FileImageStore implements ImageStore {
  /** Left for the journal, which usually stands on the same disk: 256 MiB. */
  public static final long DEFAULT_KEEP_FREE_BYTES = 256L << 20;

  /** An image id never begins with a dot ({@link Names#isToken}), so a draft is never an image. */
  private static final String DRAFT_PREFIX = ".draft-";

  private static final int BUFFER_BYTES = 256 << 10;

  /** How much may be written between two looks at the free space; well below what is kept free. */
  private static final long SPACE_CHECK_BYTES = 16L << 20;

  private final Path dir;
  private final long keepFreeBytes;
  private final ReentrantLock keeping = new ReentrantLock();

  /** Opens the store, making the directory if need be. */
  public FileImageStore(Path dir) throws IOException {
    this(dir, DEFAULT_KEEP_FREE_BYTES);
  }

  /**
   * @param keepFreeBytes an upload that would leave less than this on the disk is stopped
   */
  public FileImageStore(Path dir, long keepFreeBytes) throws IOException {
    this.dir = Files.createDirectories(dir);
    this.keepFreeBytes = keepFreeBytes;
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(this.dir, DRAFT_PREFIX + "*")) {
      for (Path draft : drafts) {
        Files.deleteIfExists(draft);
      }
    }
  }

  @Override
  public Received receive(InputStream bytes, long maxBytes) throws IOException {
    Path file = Files.createTempFile(dir, DRAFT_PREFIX, "");
    Received received = null;
    try {
      received = copy(bytes, file, maxBytes);
      return received;
    } finally {
      if (!(received instanceof Draft)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Received copy(InputStream bytes, Path file, long maxBytes) throws IOException {
    MessageDigest md5 = digest("MD5");
    MessageDigest sha512 = digest("SHA-512");
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = 0;
    long nextSpaceCheck = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
        size += count;
        if (size > maxBytes) {
          return new TooLarge(maxBytes);
        }
        if (size > nextSpaceCheck) {
          nextSpaceCheck = size + SPACE_CHECK_BYTES;
          if (Files.getFileStore(dir).getUsableSpace() < keepFreeBytes) {
            return new StoreFull("less than " + (keepFreeBytes >> 20) + " MiB are free");
          }
        }
        md5.update(buffer, 0, count);
        sha512.update(buffer, 0, count);
        out.write(buffer, 0, count);
      }
      channel.force(true);
    } catch (IOException e) {
      if (saysFull(e)) {
        return new StoreFull("the disk is full");
      }
      throw e;
    }
    HexFormat hex = HexFormat.of();
    return new FileDraft(file, size, hex.formatHex(md5.digest()), hex.formatHex(sha512.digest()));
  }

  @Override
  public InputStream open(String imageId) throws IOException {
    return Files.newInputStream(pathOf(imageId));
  }

  @Override
  public boolean delete(String imageId) throws IOException {
    return Files.deleteIfExists(pathOf(imageId));
  }

  private Path pathOf(String imageId) throws NoSuchFileException {
    if (!Names.isToken(imageId)) {
      throw new NoSuchFileException("image " + imageId);
    }
    return dir.resolve(imageId);
  }

  /** Java has no error number; these are the words of ENOSPC and EDQUOT. */
  static boolean saysFull(IOException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "").toLowerCase(Locale.ROOT);
    return message.contains("no space left") || message.contains("quota exceeded");
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  private final class FileDraft implements Draft {
    private final Path file;
    private final long sizeBytes;
    private final String md5;
    private final String sha512;

    FileDraft(Path file, long sizeBytes, String md5, String sha512) {
      this.file = file;
      this.sizeBytes = sizeBytes;
      this.md5 = md5;
      this.sha512 = sha512;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public String md5() {
      return md5;
    }

    @Override
    public String sha512() {
      return sha512;
    }

    @Override
    public SeekableByteChannel read() throws IOException {
      return Files.newByteChannel(file);
    }

    @Override
    public boolean keepAs(String imageId) throws IOException {
      Path image = pathOf(imageId);
      keeping.lock(); // an atomic move replaces what is there, so look and move must be one step
      try {
        if (Files.exists(image)) {
          return false;
        }
        Files.move(file, image, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        keeping.unlock();
      }
      try (FileChannel directory = FileChannel.open(dir)) {
        directory.force(true); // the name, too, must survive a power loss
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(file);
    }
  }
}
