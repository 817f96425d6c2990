package io.troupe.actors.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Disk formats that are not raw, by the marks a hypervisor's own probe would see. A raw image must
 * carry none of them: should anything ever guess its format, it must guess raw.
 */
final class ForeignFormats {
  /** A mark at a fixed place from the start. Values from each format's specification. */
  private record Mark(String format, int offset, byte[] bytes) {
    static Mark text(String format, int offset, String text) {
      return new Mark(format, offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    boolean isIn(ByteBuffer content) {
      if (content.limit() < offset + bytes.length) {
        return false;
      }
      return content.slice(offset, bytes.length).equals(ByteBuffer.wrap(bytes));
    }
  }

  private static final List<Mark> AT_START =
      List.of(
          Mark.text("qcow2", 0, "QFI\u00fb"),
          Mark.text("QED", 0, "QED\0"),
          Mark.text("VMDK", 0, "KDMV"),
          Mark.text("VMDK", 0, "COWD"),
          Mark.text("VHD", 0, "conectix"),
          Mark.text("VHDX", 0, "vhdxfile"),
          Mark.text("VDI", 0x40, "\u007f\u0010\u00da\u00be"),
          Mark.text("LUKS", 0, "LUKS\u00ba\u00be"),
          Mark.text("Parallels", 0, "WithoutFreeSpace"),
          Mark.text("Parallels", 0, "WithouFreSpacExt"),
          Mark.text("Bochs", 0, "Bochs Virtual HD Image"),
          Mark.text("cloop", 0, "#!/bin/sh\n#V2.0 Format\nmodprobe cloop"));

  /** Fixed VHD and DMG are raw disks with a footer of 512 bytes. */
  private static final List<Mark> IN_FOOTER =
      List.of(Mark.text("VHD", 0, "conectix"), Mark.text("DMG", 0, "koly"));

  private static final Mark ISO = Mark.text("ISO 9660", 0x8001, "CD001");
  private static final Mark BOOT_SECTOR = Mark.text("boot sector", 510, "\u0055\u00aa");

  /** How much of the start QEMU looks at when it guesses a format (BLOCK_PROBE_BUF_SIZE: 512). */
  private static final int DESCRIPTOR_BYTES = 2048;

  /** QEMU's rule for a VMDK descriptor: comments and blank lines, then a version line. */
  private static final Pattern DESCRIPTOR =
      Pattern.compile("(?:[ \\t]*(?:#[^\\n]*)?\\r?\\n)*+[ \\t]*version=\\d.*", Pattern.DOTALL);

  private ForeignFormats() {}

  /** The format that the bytes carry the mark of, if any. */
  static Optional<String> recognise(ByteBuffer prefix, ByteBuffer suffix) {
    for (Mark mark : AT_START) {
      if (mark.isIn(prefix)) {
        return Optional.of(mark.format());
      }
    }
    for (Mark mark : IN_FOOTER) {
      if (mark.isIn(suffix)) {
        return Optional.of(mark.format());
      }
    }
    if (isDescriptor(prefix)) {
      return Optional.of("a VMDK descriptor");
    }
    // A hybrid ISO begins with a boot sector and is a raw disk as well; a plain one is not a disk.
    return ISO.isIn(prefix) && !BOOT_SECTOR.isIn(prefix)
        ? Optional.of(ISO.format())
        : Optional.empty();
  }

  private static boolean isDescriptor(ByteBuffer prefix) {
    byte[] start = new byte[Math.min(prefix.limit(), DESCRIPTOR_BYTES)];
    prefix.get(0, start);
    String text = new String(start, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    return text.contains("# disk descriptorfile") || DESCRIPTOR.matcher(text).matches();
  }
}
