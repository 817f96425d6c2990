package io.troupe.actors.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A qcow2 file made by hand: sound as it is, and each field can be spoilt. */
final class Qcow2Sample {
  private static final int CLUSTER_BYTES = 65_536;
  private final ByteBuffer bytes = ByteBuffer.allocate(4 * CLUSTER_BYTES);

  /** Version 3, 64 KiB clusters, a disk of 1 GiB with nothing in it. */
  Qcow2Sample() {
    bytes.put(0, "QFI\u00fb".getBytes(StandardCharsets.ISO_8859_1));
    int32(4, 3).int32(20, 16).int64(24, 1L << 30);
    int32(36, 2).int64(40, 3L * CLUSTER_BYTES); // L1 table
    int64(48, CLUSTER_BYTES).int32(56, 1); // refcount table
    int32(96, 4).int32(100, 104);
  }

  Qcow2Sample int32(int offset, int value) {
    bytes.putInt(offset, value);
    return this;
  }

  Qcow2Sample int64(int offset, long value) {
    bytes.putLong(offset, value);
    return this;
  }

  Qcow2Sample text(int offset, String text) {
    bytes.put(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  byte[] bytes() {
    return bytes.array();
  }
}
