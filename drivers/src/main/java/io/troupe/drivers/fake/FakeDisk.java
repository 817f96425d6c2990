package io.troupe.drivers.fake;

import java.nio.ByteBuffer;

/**
 * The bytes of a fake guest's root disk: a qcow2 image of the right size in which nothing was ever
 * written, so that an image store can look into it. Format: QEMU's docs/interop/qcow2.txt.
 */
final class FakeDisk {
  private static final int CLUSTER_BITS = 16;
  private static final int CLUSTER_BYTES = 1 << CLUSTER_BITS;
  private static final int HEADER_BYTES = 72;

  /** One cluster of level-1 entries, each for 512 MiB. */
  private static final long LARGEST_BYTES = (CLUSTER_BYTES / 8) * (512L << 20);

  private FakeDisk() {}

  /** Header, table of reference counts, one block of them, level-1 table: a cluster each. */
  static byte[] qcow2(long virtualSizeBytes) {
    var size = Math.clamp(virtualSizeBytes, 1 << 20, LARGEST_BYTES);
    var image = ByteBuffer.allocate(4 * CLUSTER_BYTES);
    image.putInt(0x514649fb).putInt(2); // magic, version
    image.putLong(0).putInt(0); // no backing file
    image.putInt(CLUSTER_BITS).putLong(size).putInt(0); // not encrypted
    image.putInt((int) Math.ceilDiv(size, 512L << 20)).putLong(3L * CLUSTER_BYTES);
    image.putLong(CLUSTER_BYTES).putInt(1); // the table of reference counts
    image.putInt(0).putLong(0); // no snapshots
    if (image.position() != HEADER_BYTES) {
      throw new IllegalStateException("header of " + image.position() + " bytes");
    }
    image.putLong(CLUSTER_BYTES, 2L * CLUSTER_BYTES);
    for (var cluster = 0; cluster < 4; cluster++) {
      image.putShort(2 * CLUSTER_BYTES + 2 * cluster, (short) 1);
    }
    return image.array();
  }
}
