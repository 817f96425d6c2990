package io.troupe.drivers.libvirt;

import io.troupe.drivers.libvirt.VolumePool.Volume;
import io.troupe.drivers.spi.DriverException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * What a guest writes to its serial console. The host appends it to a file that was made as a
 * volume before, so that libvirt knows it and it can be read back over the connection, from a
 * remote host as well.
 */
final class ConsoleLog {
  private ConsoleLog() {}

  /** The log's last {@code maxBytes} bytes; empty when there is no log. */
  static String read(Connect connect, VolumePool pool, String volume, int maxBytes)
      throws LibvirtException, DriverException {
    Optional<Volume> log = pool.find(connect, volume);
    if (log.isEmpty() || maxBytes <= 0 || log.get().sizeBytes() == 0) {
      return "";
    }
    long from = Math.max(0, log.get().sizeBytes() - maxBytes);
    int length = (int) (log.get().sizeBytes() - from);
    return pool.onVolume(
            connect, volume, found -> VolumeStream.download(connect, found, from, length))
        .map(ConsoleLog::text)
        .orElse("");
  }

  /** A character that the cut went through is left out. */
  static String text(byte[] bytes) {
    int start = 0;
    while (start < bytes.length && start < 3 && (bytes[start] & 0xC0) == 0x80) {
      start++;
    }
    return new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
  }
}
