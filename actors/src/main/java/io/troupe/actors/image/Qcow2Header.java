package io.troupe.actors.image;

import io.troupe.actors.image.InspectionVerdict.Sound;
import io.troupe.actors.image.InspectionVerdict.Unsound;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The header of a qcow2 file, version 2 or 3. Source: QEMU's docs/interop/qcow2.txt, whose field
 * names are kept; limits on tables are those of QEMU's block/qcow2.h.
 */
record Qcow2Header(
    int version,
    long backingFileOffset,
    int clusterBits,
    long size,
    int cryptMethod,
    long l1Size,
    long l1TableOffset,
    long refcountTableOffset,
    long refcountTableClusters,
    long snapshots,
    long snapshotsOffset,
    long incompatibleFeatures,
    long refcountOrder,
    long headerLength) {

  private static final int MAGIC = 0x514649fb;
  private static final int V2_HEADER_BYTES = 72;
  private static final int V3_HEADER_BYTES = 104;
  private static final int MIN_CLUSTER_BITS = 9;
  private static final int MAX_CLUSTER_BITS = 21;
  private static final long MAX_L1_BYTES = 32L << 20;
  private static final long MAX_REFCOUNT_TABLE_BYTES = 8L << 20;
  private static final long MAX_SNAPSHOTS = 65_536;

  private static final long CORRUPT = 1L << 1;
  private static final long EXTERNAL_DATA_FILE = 1L << 2;
  private static final long EXTENDED_L2 = 1L << 4;

  /** Dirty, corrupt, external data file, compression type, extended L2 entries. */
  private static final long KNOWN_FEATURES = 0b11111;

  private static final int END_OF_EXTENSIONS = 0;
  private static final int BACKING_FORMAT = 0xe2792aca;
  private static final int ENCRYPTION = 0x0537be77;
  private static final int DATA_FILE_NAME = 0x44415441;

  /**
   * @param prefix the file's start, at least its first cluster or the whole file
   * @param fileBytes how long the whole file is
   */
  static InspectionVerdict inspect(ByteBuffer prefix, long fileBytes, ImageLimits limits) {
    if (prefix.limit() < 4 || prefix.getInt(0) != MAGIC) {
      return new Unsound("it was declared qcow2, but does not begin with the mark of qcow2");
    }
    if (prefix.limit() < V2_HEADER_BYTES) {
      return new Unsound("its qcow2 header is cut short at " + prefix.limit() + " bytes");
    }
    int version = prefix.getInt(4);
    if (version != 2 && version != 3) {
      return new Unsound("qcow version " + version + " is not supported; use 2 or 3");
    }
    if (version == 3 && prefix.limit() < V3_HEADER_BYTES) {
      return new Unsound("its qcow2 header is cut short at " + prefix.limit() + " bytes");
    }
    Qcow2Header header = read(prefix, version);
    return header
        .forbidden()
        .or(() -> header.tooLarge(limits))
        .or(() -> header.malformed(fileBytes))
        .or(() -> header.forbiddenExtension(prefix))
        .<InspectionVerdict>map(Unsound::new)
        .orElseGet(() -> new Sound(header.size()));
  }

  private static Qcow2Header read(ByteBuffer prefix, int version) {
    boolean v3 = version == 3;
    return new Qcow2Header(
        version,
        prefix.getLong(8),
        prefix.getInt(20),
        prefix.getLong(24),
        prefix.getInt(32),
        Integer.toUnsignedLong(prefix.getInt(36)),
        prefix.getLong(40),
        prefix.getLong(48),
        Integer.toUnsignedLong(prefix.getInt(56)),
        Integer.toUnsignedLong(prefix.getInt(60)),
        prefix.getLong(64),
        v3 ? prefix.getLong(72) : 0,
        v3 ? Integer.toUnsignedLong(prefix.getInt(96)) : 4,
        v3 ? Integer.toUnsignedLong(prefix.getInt(100)) : V2_HEADER_BYTES);
  }

  /** What would make a hypervisor open another file, ask for a key, or trust a broken image. */
  private Optional<String> forbidden() {
    if (backingFileOffset != 0) {
      return Optional.of("it has a backing file; flatten it with qemu-img convert");
    }
    if ((incompatibleFeatures & EXTERNAL_DATA_FILE) != 0) {
      return Optional.of("it has an external data file; flatten it with qemu-img convert");
    }
    if (cryptMethod != 0) {
      return Optional.of("it is encrypted (method " + cryptMethod + ")");
    }
    if ((incompatibleFeatures & CORRUPT) != 0) {
      return Optional.of("it is marked corrupt; repair it with qemu-img check -r all");
    }
    long unknown = incompatibleFeatures & ~KNOWN_FEATURES;
    return unknown == 0
        ? Optional.empty()
        : Optional.of("it needs unknown qcow2 features 0x" + Long.toHexString(unknown));
  }

  private Optional<String> malformed(long fileBytes) {
    if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) {
      return broken("cluster_bits is " + clusterBits + ", not 9 to 21");
    }
    if (version == 3
        && (headerLength < V3_HEADER_BYTES
            || headerLength % 8 != 0
            || headerLength > clusterBytes())) {
      return broken("header_length is " + headerLength);
    }
    if (refcountOrder > 6) {
      return broken("refcount_order is " + refcountOrder + ", more than 6");
    }
    if (l1Size * 8 > MAX_L1_BYTES || l1Size < l1EntriesNeeded()) {
      return broken("l1_size is " + l1Size + " for a disk of " + size + " bytes");
    }
    if (!isTable(l1TableOffset, l1Size * 8, fileBytes)) {
      return broken("l1_table_offset is " + l1TableOffset + " in " + fileBytes + " bytes");
    }
    long refcountBytes = refcountTableClusters << clusterBits;
    if (refcountTableClusters == 0
        || refcountBytes > MAX_REFCOUNT_TABLE_BYTES
        || !isTable(refcountTableOffset, refcountBytes, fileBytes)) {
      return broken(
          "refcount_table_offset is "
              + refcountTableOffset
              + " with "
              + refcountTableClusters
              + " clusters");
    }
    if (snapshots > MAX_SNAPSHOTS || (snapshots > 0 && !isTable(snapshotsOffset, 0, fileBytes))) {
      return broken("nb_snapshots is " + snapshots + " at " + snapshotsOffset);
    }
    return Optional.empty();
  }

  private Optional<String> forbiddenExtension(ByteBuffer prefix) {
    long end = Math.min(clusterBytes(), prefix.limit());
    long at = headerLength;
    while (at + 8 <= end) {
      int type = prefix.getInt((int) at);
      long length = Integer.toUnsignedLong(prefix.getInt((int) at + 4));
      if (type == END_OF_EXTENSIONS) {
        return Optional.empty();
      }
      if (at + 8 + length > end) {
        return broken("a header extension of " + length + " bytes does not fit");
      }
      switch (type) {
        case DATA_FILE_NAME -> {
          return Optional.of("it names an external data file; flatten it with qemu-img convert");
        }
        case BACKING_FORMAT -> {
          return Optional.of("it names a backing file's format; flatten it with qemu-img convert");
        }
        case ENCRYPTION -> {
          return Optional.of("it is encrypted");
        }
        default -> at += 8 + (length + 7) / 8 * 8; // feature names, bitmaps, unknown: no harm
      }
    }
    return Optional.empty();
  }

  private Optional<String> tooLarge(ImageLimits limits) {
    return Long.compareUnsigned(size, limits.maxVirtualBytes()) <= 0
        ? Optional.empty()
        : Optional.of(
            "its virtual size is "
                + Long.toUnsignedString(size)
                + " bytes, more than the limit of "
                + limits.maxVirtualBytes());
  }

  private long clusterBytes() {
    return 1L << clusterBits;
  }

  /** One L1 entry covers an L2 table of one cluster, 8 bytes per cluster (16 with extended L2). */
  private long l1EntriesNeeded() {
    int entryBits = (incompatibleFeatures & EXTENDED_L2) != 0 ? 4 : 3;
    long covered = 1L << (2 * clusterBits - entryBits);
    return Math.ceilDiv(size, covered);
  }

  private boolean isTable(long offset, long bytes, long fileBytes) {
    return offset > 0
        && offset % clusterBytes() == 0
        && offset <= fileBytes
        && bytes <= fileBytes - offset;
  }

  private static Optional<String> broken(String what) {
    return Optional.of("its qcow2 header is broken: " + what);
  }
}
