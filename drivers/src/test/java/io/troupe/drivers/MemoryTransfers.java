package io.troupe.drivers;

import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Bytes on their way between two hosts, in the tests' memory. */
public final class MemoryTransfers implements DriverContext.Transfers {
  private final Map<String, byte[]> bytes = new ConcurrentHashMap<>();

  /** What has not been dropped yet. */
  public Set<String> keys() {
    return Set.copyOf(bytes.keySet());
  }

  @Override
  public InputStream open(String key) throws IOException {
    var found = bytes.get(key);
    if (found == null) {
      throw new NoSuchFileException(key);
    }
    return new ByteArrayInputStream(found);
  }

  @Override
  public void write(String key, DriverContext.ImageWriter.Content content)
      throws IOException, DriverException {
    var written = new ByteArrayOutputStream();
    content.to(written);
    bytes.put(key, written.toByteArray());
  }

  @Override
  public void drop(String key) {
    bytes.remove(key);
  }
}
