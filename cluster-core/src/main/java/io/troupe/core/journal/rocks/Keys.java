package io.troupe.core.journal.rocks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys sort by persistence id, then by sequence number: {@code id 0x00 number}, the number
 * big-endian.
 */
final class Keys {
  private Keys() {}

  static byte[] of(String persistenceId, long sequenceNr) {
    var id = persistenceId.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(id.length + 1 + Long.BYTES)
        .put(id)
        .put((byte) 0)
        .putLong(sequenceNr)
        .array();
  }

  /** Whether {@code key} is one of this entity's. */
  static boolean belongs(byte[] key, String persistenceId) {
    var id = persistenceId.getBytes(StandardCharsets.UTF_8);
    return key.length == id.length + 1 + Long.BYTES
        && key[id.length] == 0
        && Arrays.equals(key, 0, id.length, id, 0, id.length);
  }

  static long sequenceNr(byte[] key) {
    return ByteBuffer.wrap(key, key.length - Long.BYTES, Long.BYTES).getLong();
  }

  static String persistenceId(byte[] key) {
    return new String(key, 0, key.length - Long.BYTES - 1, StandardCharsets.UTF_8);
  }
}
