package io.troupe.drivers.fake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.troupe.drivers.spi.DriverException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A fake hypervisor's changes in a file, one JSON object per line, so that a killed process does
 * not take the guests with it. Every line is handed to the operating system before its change is
 * answered; nothing is forced to the disk, so a power failure may lose some. One process at a time
 * may have the directory open. Not thread-safe.
 */
final class GuestLog {
  private static final JsonMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();

  private final Path file;
  private final FileChannel lock;
  private RandomAccessFile lines;
  private long appended;

  private GuestLog(Path file, FileChannel lock) {
    this.file = file;
    this.lock = lock;
  }

  /**
   * Opens the log in {@code directory}, which is made if need be, and replays it from the start. A
   * last line cut short by a kill is dropped.
   *
   * @throws DriverException {@code RETRYABLE} while another process has it open, {@code HOST_FAULT}
   *     when it cannot be read
   */
  static GuestLog open(Path directory, Consumer<FakeChange> replay) throws DriverException {
    try {
      Files.createDirectories(directory);
      var lock = locked(directory);
      try {
        var log = new GuestLog(directory.resolve("guests.jsonl"), lock);
        log.replay(replay);
        return log;
      } catch (IOException | DriverException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw DriverException.hostFault("cannot keep state in " + directory + ": " + e);
    }
  }

  private static FileChannel locked(Path directory) throws IOException, DriverException {
    var channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    var taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      taken = false; // by this process, through another class loader
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    if (!taken) {
      throw DriverException.retryable("state " + directory + " is in use by another process");
    }
    return channel;
  }

  private void replay(Consumer<FakeChange> replay) throws IOException, DriverException {
    try (var reader = Files.newBufferedReader(file)) {
      var number = 0;
      for (var line = reader.readLine(); line != null; ) {
        number++;
        var next = reader.readLine();
        try {
          replay.accept(JSON.readValue(line, FakeChange.class));
        } catch (JsonProcessingException e) {
          if (next != null) {
            throw DriverException.hostFault(
                file + " line " + number + " is damaged: " + e.getOriginalMessage());
          }
        }
        line = next;
      }
    } catch (NoSuchFileException e) {
      return; // a new hypervisor
    }
  }

  /**
   * Replaces the file by one that holds only {@code changes}. Killed half-way, the former file is
   * still there whole.
   */
  void rewrite(Stream<FakeChange> changes) throws IOException {
    var fresh = file.resolveSibling("guests.jsonl.new");
    try (var writer = Files.newBufferedWriter(fresh)) {
      for (Iterator<FakeChange> each = changes.iterator(); each.hasNext(); ) {
        writer.write(JSON.writeValueAsString(each.next()));
        writer.write('\n');
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (lines != null) {
      lines.close();
    }
    // Not a FileChannel: that one closes itself when the writing thread is interrupted.
    lines = new RandomAccessFile(file.toFile(), "rw");
    lines.seek(lines.length());
    appended = 0;
  }

  /** Adds one line, whole or not at all. {@link #rewrite} has been called before. */
  void append(FakeChange change) throws IOException {
    var bytes = (JSON.writeValueAsString(change) + "\n").getBytes(StandardCharsets.UTF_8);
    var start = lines.getFilePointer();
    try {
      lines.write(bytes);
    } catch (IOException e) {
      lines.setLength(start);
      lines.seek(start);
      throw e;
    }
    appended++;
  }

  /** Lines since the last {@link #rewrite}. */
  long appended() {
    return appended;
  }

  void close() {
    try {
      if (lines != null) {
        lines.close();
      }
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
