package io.troupe.core.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A node's own files, held by one process at a time with a lock that dies with it. */
public final class DataDirectory implements AutoCloseable {
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the data directory for this process.
   *
   * @throws IOException when it cannot be made or written
   * @throws InUse when another process has it
   */
  public static DataDirectory take(Path directory) throws IOException, InUse {
    Files.createDirectories(directory);
    var channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new InUse(directory);
    }
    return new DataDirectory(channel, lock);
  }

  /** The data directory belongs to another process. */
  public static final class InUse extends Exception {
    private static final long serialVersionUID = 1L;

    InUse(Path directory) {
      super("the data directory " + directory + " is in use by another process");
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
