package io.troupe.drivers.configdrive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads an ISO 9660 disc by its Rock Ridge or Joliet names, straight from ECMA-119 and IEEE P1282
 * and independent of the library that writes it. Small on purpose: no multi-extent files, no
 * continuation areas.
 */
final class IsoReader {
  private static final int SECTOR = 2048;
  private final ByteBuffer disc;
  private final boolean joliet;
  private final ByteBuffer descriptor;

  private IsoReader(byte[] bytes, boolean joliet) {
    this.disc = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    this.joliet = joliet;
    this.descriptor = descriptor(joliet ? 2 : 1);
  }

  static IsoReader rockRidge(byte[] bytes) {
    return new IsoReader(bytes, false);
  }

  static IsoReader joliet(byte[] bytes) {
    return new IsoReader(bytes, true);
  }

  /** The volume label, where boot loaders and udev look for it; padded with blanks or zeros. */
  String label() {
    return text(descriptor, 40, 32).replace("\0", "").strip();
  }

  /** All files, by path. */
  SortedMap<String, byte[]> files() {
    SortedMap<String, byte[]> found = new TreeMap<>();
    ByteBuffer root = slice(descriptor, 156, 34);
    walk(root.getInt(2), root.getInt(10), "", found);
    return found;
  }

  private void walk(int sector, int length, String path, SortedMap<String, byte[]> found) {
    ByteBuffer folder = slice(disc, sector * SECTOR, length);
    for (int at = 0; at < length; ) {
      int size = folder.get(at) & 255;
      if (size == 0) { // records do not cross sectors
        at = (at / SECTOR + 1) * SECTOR;
        continue;
      }
      ByteBuffer entry = slice(folder, at, size);
      at += size;
      int nameLength = entry.get(32) & 255;
      if (nameLength == 1 && entry.get(33) <= 1) { // the folder itself and its parent
        continue;
      }
      String name =
          path + (joliet ? text(entry, 33, nameLength) : rockRidgeName(entry, nameLength));
      if ((entry.get(25) & 2) != 0) {
        walk(entry.getInt(2), entry.getInt(10), name + "/", found);
      } else {
        byte[] content = new byte[entry.getInt(10)];
        disc.get(entry.getInt(2) * SECTOR, content);
        found.put(joliet ? name.replaceAll("\\.?;1$", "") : name, content);
      }
    }
  }

  private static String rockRidgeName(ByteBuffer entry, int nameLength) {
    int at = 33 + nameLength + (nameLength + 1) % 2;
    while (at + 4 <= entry.limit()) {
      int size = entry.get(at + 2) & 255;
      if (entry.get(at) == 'N' && entry.get(at + 1) == 'M') {
        byte[] name = new byte[size - 5];
        entry.get(at + 5, name);
        return new String(name, StandardCharsets.US_ASCII);
      }
      if (size == 0) {
        break;
      }
      at += size;
    }
    throw new AssertionError("no Rock Ridge name");
  }

  private ByteBuffer descriptor(int type) {
    for (int sector = 16; ; sector++) {
      ByteBuffer found = slice(disc, sector * SECTOR, SECTOR);
      if (!"CD001".equals(ascii(found, 1, 5)) || found.get(0) == (byte) 255) {
        throw new AssertionError("no volume descriptor of type " + type);
      }
      if (found.get(0) == type) {
        return found;
      }
    }
  }

  private String text(ByteBuffer from, int at, int length) {
    byte[] bytes = new byte[length];
    from.get(at, bytes);
    return new String(bytes, joliet ? StandardCharsets.UTF_16BE : StandardCharsets.US_ASCII);
  }

  private static String ascii(ByteBuffer from, int at, int length) {
    byte[] bytes = new byte[length];
    from.get(at, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static ByteBuffer slice(ByteBuffer of, int at, int length) {
    return of.slice(at, length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  /** Equal contents, path by path; byte arrays have no equality of their own. */
  static boolean sameFiles(SortedMap<String, byte[]> one, SortedMap<String, byte[]> other) {
    return one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), other.get(e.getKey())));
  }
}
