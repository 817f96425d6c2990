package io.troupe.drivers.fake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.troupe.drivers.spi.DriverException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fake hypervisor's changes in a file, one JSON object per line, which several processes read and
 * write. Every line is handed to the operating system before its change is answered, so a killed
 * process takes none with it; nothing is forced to the disk, so a power failure may lose some.
 *
 * <p>All but one look is done while the caller holds the directory's {@link StateLock}: first
 * {@link #catchUp}, then at most some {@link #append}. Not thread-safe.
 */
final class GuestLog {
  private static final Logger LOG = LoggerFactory.getLogger(GuestLog.class);
  private static final JsonMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;

  /** The file that was read last; another process may have put a new one in its place. */
  private Optional<Opened> opened = Optional.empty();

  /** Up to here the file is known, bytes. */
  private long known;

  private long lines;

  /** Not a FileChannel: that one closes itself when the writing thread is interrupted. */
  private record Opened(String key, RandomAccessFile file) {}

  GuestLog(Path directory) {
    this.file = directory.resolve("guests.jsonl");
  }

  /**
   * Applies to {@code guests} what others have written since the last call, or everything when that
   * file is no longer there. A last line without its end was cut short by a kill, and is dropped.
   *
   * @throws DriverException {@code HOST_FAULT} naming a line that cannot be understood
   */
  void catchUp(FakeGuests guests) throws IOException, DriverException {
    if (Files.notExists(file)) {
      Files.createFile(file);
    }
    var now = Files.readAttributes(file, BasicFileAttributes.class);
    var key = String.valueOf(now.fileKey());
    if (opened.isEmpty() || !opened.get().key().equals(key) || now.size() < known) {
      close();
      opened = Optional.of(new Opened(key, new RandomAccessFile(file.toFile(), "rw")));
      guests.clear();
    }
    if (now.size() > known) {
      var whole = false;
      try {
        read(guests);
        whole = true;
      } finally {
        if (!whole) {
          close(); // the next one begins from the start
        }
      }
    }
  }

  /**
   * Whether nobody has written since {@link #catchUp}: then what was read is how it is at this
   * moment. The one question that may be asked without the lock.
   */
  boolean isCurrent() throws IOException {
    if (opened.isEmpty()) {
      return false;
    }
    try {
      var now = Files.readAttributes(file, BasicFileAttributes.class);
      return opened.get().key().equals(String.valueOf(now.fileKey())) && now.size() == known;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void read(FakeGuests guests) throws IOException, DriverException {
    var from = opened.orElseThrow().file();
    from.seek(known);
    var line = new ByteArrayOutputStream();
    var chunk = new byte[CHUNK_BYTES];
    for (var length = from.read(chunk); length > 0; length = from.read(chunk)) {
      var start = 0;
      for (var i = 0; i < length; i++) {
        if (chunk[i] == '\n') {
          line.write(chunk, start, i - start);
          start = i + 1;
          lines++;
          guests.apply(parse(line.toByteArray()));
          known += line.size() + 1;
          line.reset();
        }
      }
      line.write(chunk, start, length - start);
    }
    if (line.size() > 0) {
      LOG.warn("{}: the last line was cut short and is dropped: {}", file, line);
      from.setLength(known);
    }
  }

  private FakeChange parse(byte[] line) throws IOException, DriverException {
    try {
      return JSON.readValue(line, FakeChange.class);
    } catch (JsonProcessingException e) {
      throw DriverException.hostFault(
          file + " line " + lines + " is damaged: " + e.getOriginalMessage());
    }
  }

  /** Adds one line, whole or not at all. */
  void append(FakeChange change) throws IOException {
    var bytes = (JSON.writeValueAsString(change) + "\n").getBytes(StandardCharsets.UTF_8);
    var to = opened.orElseThrow().file();
    to.seek(known);
    try {
      to.write(bytes);
    } catch (IOException e) {
      to.setLength(known);
      throw e;
    }
    known += bytes.length;
    lines++;
  }

  /** How many lines the file has. */
  long lines() {
    return lines;
  }

  /**
   * Replaces the file by one that holds only {@code changes}. Killed half-way, the former file is
   * still there whole.
   */
  void rewrite(Stream<FakeChange> changes) throws IOException {
    var fresh = file.resolveSibling("guests.jsonl.new");
    var written = 0L;
    try (var writer = Files.newBufferedWriter(fresh)) {
      for (Iterator<FakeChange> each = changes.iterator(); each.hasNext(); written++) {
        writer.write(JSON.writeValueAsString(each.next()));
        writer.write('\n');
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    close();
    var now = Files.readAttributes(file, BasicFileAttributes.class);
    opened =
        Optional.of(
            new Opened(String.valueOf(now.fileKey()), new RandomAccessFile(file.toFile(), "rw")));
    known = now.size();
    lines = written;
  }

  /** Forgets what it knows of the file; {@link #catchUp} reads it from the start. */
  void close() throws IOException {
    if (opened.isPresent()) {
      opened.get().file().close();
      opened = Optional.empty();
    }
    known = 0;
    lines = 0;
  }
}
