package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The directory in which the guests of a fake hypervisor are kept, for every process that opens it:
 * whoever changes something takes the {@link StateLock}, catches up with what others wrote to the
 * {@link GuestLog}, and adds his own lines; whoever only looks needs the lock only when others have
 * written. Nobody waits for anything else while he has the lock.
 */
final class SharedState {
  /** The log is rewritten when it has this many lines more than five times what it must have. */
  private static final int LOG_SLACK_LINES = 250_000;

  private final Path directory;
  private final StateLock lock;
  private final GuestLog log;
  private final FakeGuests guests;
  private boolean closed;

  private SharedState(Path directory, FakeGuests guests) throws IOException {
    this.directory = directory;
    this.guests = guests;
    this.lock = new StateLock(directory);
    this.log = new GuestLog(directory);
  }

  /** The directory by the one name that every path to it leads to; made if need be. */
  static Path directory(Path wanted) throws DriverException {
    try {
      return Files.createDirectories(wanted).toRealPath();
    } catch (IOException e) {
      throw DriverException.hostFault("cannot keep state in " + wanted + ": " + e);
    }
  }

  /** Opens it without reading it yet: the first {@link #enter} does. */
  static SharedState open(Path directory, FakeGuests guests) throws DriverException {
    try {
      return new SharedState(directory, guests);
    } catch (IOException e) {
      throw DriverException.hostFault("cannot keep state in " + directory + ": " + e);
    }
  }

  /** Nobody else is inside until it is closed, and the guests are as they are now. */
  final class Inside implements AutoCloseable {
    private final FileLock held;

    private Inside(FileLock held) {
      this.held = held;
    }

    @Override
    public void close() throws DriverException {
      try {
        held.release();
      } catch (IOException e) {
        throw fault(e);
      }
    }
  }

  /**
   * @param until of {@link System#nanoTime}
   * @throws DriverException {@code RETRYABLE} when another process stays inside until then, {@code
   *     HOST_FAULT} when the directory cannot be read
   */
  Inside enter(long until) throws DriverException {
    if (closed) {
      throw DriverException.retryable("the connection is closed");
    }
    try {
      var held = lock.take(until);
      var caughtUp = false;
      try {
        log.catchUp(guests);
        caughtUp = true;
        return new Inside(held);
      } finally {
        if (!caughtUp) {
          held.release();
        }
      }
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** Whether the guests are as they are at this moment, without entering. */
  boolean isCurrent() throws DriverException {
    try {
      return !closed && log.isCurrent();
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** Writes a change that holds from now on; to be called inside, before it is applied. */
  void write(FakeChange change) throws DriverException {
    try {
      log.append(change);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** Keeps the file from growing without bound; to be called inside, when all is applied. */
  void tidy() throws DriverException {
    if (log.lines() > LOG_SLACK_LINES + 5L * guests.size()) {
      try {
        log.rewrite(guests.everything());
      } catch (IOException e) {
        throw fault(e);
      }
    }
  }

  void close() {
    closed = true;
    try {
      log.close();
      lock.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private DriverException fault(IOException e) {
    return DriverException.hostFault("the fake hypervisor's state " + directory + ": " + e);
  }
}
