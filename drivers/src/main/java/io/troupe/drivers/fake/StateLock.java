package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One process at a time in a directory: a lock on its file {@code lock}. The operating system takes
 * it back from a process that dies; a process that is stopped (SIGSTOP) keeps it.
 */
final class StateLock implements AutoCloseable {
  /** A first look again after this; short against the time the lock is held for. */
  private static final long FIRST_WAIT_NANOS = 20_000;

  private static final long LONGEST_WAIT_NANOS = 1_000_000;

  private final Path directory;
  private final FileChannel channel;

  StateLock(Path directory) throws IOException {
    this.directory = directory;
    this.channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Waits for the lock.
   *
   * @param until of {@link System#nanoTime}
   * @throws DriverException {@code RETRYABLE} when it cannot be had until then
   */
  FileLock take(long until) throws IOException, DriverException {
    for (var wait = FIRST_WAIT_NANOS; ; wait = Math.min(wait * 2, LONGEST_WAIT_NANOS)) {
      var taken = tryTake();
      if (taken != null) {
        return taken;
      }
      if (System.nanoTime() - until > 0) {
        throw DriverException.retryable("state " + directory + " is held by another process");
      }
      try {
        Thread.sleep(0, (int) Math.min(wait, 999_999));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw DriverException.retryable("interrupted");
      }
    }
  }

  private FileLock tryTake() throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this process, through another class loader
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
