package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;
import org.libvirt.Stream;

/** Bytes into and out of a volume, over the libvirt connection alone. */
final class VolumeStream {
  /** One message of libvirt's wire protocol: {@code VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX}. */
  private static final int CHUNK_BYTES = 262_120;

  private VolumeStream() {}

  /**
   * Writes the source's next {@code length} bytes at {@code offset}. Throws an end-of-file
   * exception when the source has fewer; then, and when cancelled, the volume holds only a part.
   */
  static void upload(
      Connect connect,
      StorageVol volume,
      InputStream source,
      long offset,
      long length,
      Permit permit)
      throws LibvirtException, DriverException, IOException {
    Stream stream = connect.streamNew(0);
    try {
      permit.tenure().require(connect);
      volume.upload(stream, offset, length, 0);
      boolean done = false;
      try {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (long left = length; left > 0; ) {
          permit.check();
          int read = source.readNBytes(chunk, 0, (int) Math.min(chunk.length, left));
          if (read == 0) {
            throw new java.io.EOFException(left + " of " + length + " bytes are missing");
          }
          send(stream, Arrays.copyOf(chunk, read));
          left -= read;
        }
        stream.finish();
        done = true;
      } finally {
        if (!done) {
          stream.abort();
        }
      }
    } finally {
      stream.free();
    }
  }

  private static void send(Stream stream, byte[] bytes) throws LibvirtException {
    for (int sent = 0; sent < bytes.length; ) {
      int taken = stream.send(sent == 0 ? bytes : Arrays.copyOfRange(bytes, sent, bytes.length));
      if (taken <= 0) {
        throw new IllegalStateException("a blocking stream took no bytes: " + taken);
      }
      sent += taken;
    }
  }

  /** Writes the volume's first {@code length} bytes to {@code sink}. */
  static void download(
      Connect connect, StorageVol volume, long length, OutputStream sink, Permit permit)
      throws LibvirtException, DriverException {
    Stream stream = connect.streamNew(0);
    try {
      volume.download(stream, 0, length, 0);
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long left = length; left > 0; ) {
        permit.check();
        int read = stream.receive(chunk);
        if (read <= 0) {
          throw DriverException.retryable("the volume ended " + left + " bytes early");
        }
        sink.write(chunk, 0, (int) Math.min(read, left));
        left -= read;
      }
      stream.finish();
    } catch (IOException e) {
      throw DriverException.retryable("the image store: " + e.getMessage());
    } finally {
      stream.free(); // aborts what was not read to its end
    }
  }

  /** Reads {@code length} bytes from {@code offset} on, or fewer when the volume ends before. */
  static byte[] download(Connect connect, StorageVol volume, long offset, int length)
      throws LibvirtException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Stream stream = connect.streamNew(0);
    try {
      volume.download(stream, offset, length, 0);
      byte[] chunk = new byte[CHUNK_BYTES];
      int read;
      while (bytes.size() < length && (read = stream.receive(chunk)) > 0) {
        bytes.write(chunk, 0, Math.min(read, length - bytes.size()));
      }
      if (bytes.size() < length) {
        stream.finish();
      }
    } finally {
      stream.free(); // aborts what was not read to its end
    }
    return bytes.toByteArray();
  }
}
