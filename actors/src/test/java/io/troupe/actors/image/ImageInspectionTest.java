package io.troupe.actors.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.image.InspectionVerdict.Sound;
import io.troupe.actors.image.InspectionVerdict.Unsound;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes made by hand, one for each trick that was ever played with an image's format. */
class ImageInspectionTest {
  private static final ImageLimits LIMITS = new ImageLimits(1L << 30, 1L << 40);

  @TempDir Path dir;

  private InspectionVerdict inspect(String format, byte[] bytes) throws IOException {
    Path file = Files.write(dir.resolve("image"), bytes);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return ImageInspection.inspect(format, channel, LIMITS);
    }
  }

  private void assertUnsound(String format, byte[] bytes, String reason) throws IOException {
    assertThat(inspect(format, bytes))
        .isInstanceOfSatisfying(Unsound.class, v -> assertThat(v.reason()).contains(reason));
  }

  private static byte[] rawWith(int offset, String text) {
    byte[] bytes = new byte[40_960];
    byte[] mark = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(mark, 0, bytes, offset, mark.length);
    return bytes;
  }

  @Test
  void emptyIsRefused() throws IOException {
    assertUnsound("raw", new byte[0], "empty");
    assertUnsound("qcow2", new byte[0], "empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vmdk", "vhd", "vhdx", "vdi", "iso", "ami", "ploop", "RAW", ""})
  void otherDeclaredFormatsAreRefused(String format) throws IOException {
    assertUnsound(format, new byte[512], "is not supported; use raw or qcow2");
  }

  @Nested
  class Qcow2 {
    @Test
    void soundVersion3TellsItsVirtualSize() throws IOException {
      assertThat(inspect("qcow2", new Qcow2Sample().bytes())).isEqualTo(new Sound(1L << 30));
    }

    @Test
    void soundVersion2TellsItsVirtualSize() throws IOException {
      Qcow2Sample version2 = new Qcow2Sample().int32(4, 2).int64(72, 0).int32(96, 0).int32(100, 0);

      assertThat(inspect("qcow2", version2.bytes())).isEqualTo(new Sound(1L << 30));
    }

    @Test
    void rawBytesAreRefused() throws IOException {
      assertUnsound("qcow2", new byte[4096], "does not begin with the mark of qcow2");
    }

    @Test
    void backingFileIsRefused() throws IOException {
      Qcow2Sample image = new Qcow2Sample().int64(8, 512).int32(16, 11).text(512, "/etc/shadow");

      assertUnsound("qcow2", image.bytes(), "backing file");
    }

    @Test
    void backingFileOffsetAloneIsRefused() throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int64(8, -1).bytes(), "backing file");
    }

    @Test
    void backingFormatExtensionIsRefused() throws IOException {
      Qcow2Sample image = new Qcow2Sample().int32(104, 0xe2792aca).int32(108, 3).text(112, "raw");

      assertUnsound("qcow2", image.bytes(), "backing file's format");
    }

    @Test
    void externalDataFileFeatureIsRefused() throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int64(72, 4).bytes(), "external data file");
    }

    @Test
    void externalDataFileNameIsRefusedWithoutTheFeatureAndBehindOtherExtensions()
        throws IOException {
      Qcow2Sample image =
          new Qcow2Sample()
              .int32(104, 0x6803f857) // feature name table, 13 bytes padded to 16
              .int32(108, 13)
              .int32(128, 0x44415441)
              .int32(132, 11)
              .text(136, "/etc/passwd");

      assertUnsound("qcow2", image.bytes(), "external data file");
    }

    @Test
    void externalDataFileNameIsRefusedInVersion2() throws IOException {
      Qcow2Sample image =
          new Qcow2Sample()
              .int32(4, 2)
              .int64(96, 0)
              .int32(72, 0x44415441)
              .int32(76, 11)
              .text(80, "/etc/passwd");

      assertUnsound("qcow2", image.bytes(), "external data file");
    }

    @Test
    void encryptionIsRefused() throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int32(32, 1).bytes(), "encrypted (method 1)");
      assertUnsound("qcow2", new Qcow2Sample().int32(32, 2).bytes(), "encrypted (method 2)");
      assertUnsound(
          "qcow2", new Qcow2Sample().int32(104, 0x0537be77).int32(108, 16).bytes(), "encrypted");
    }

    @Test
    void corruptMarkAndUnknownFeaturesAreRefused() throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int64(72, 2).bytes(), "marked corrupt");
      assertUnsound("qcow2", new Qcow2Sample().int64(72, 1L << 40).bytes(), "0x10000000000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, Integer.MAX_VALUE, -1})
    void otherVersionsAreRefused(int version) throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int32(4, version).bytes(), "version " + version);
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 40) + 1, 1L << 50, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void virtualSizeOverTheLimitIsRefused(long size) throws IOException {
      assertUnsound("qcow2", new Qcow2Sample().int64(24, size).bytes(), "more than the limit");
    }

    @ParameterizedTest
    @CsvSource({
      "20, 0x08, cluster_bits", // smaller than a sector
      "20, 0x16, cluster_bits", // above 2 MiB
      "20, -1, cluster_bits",
      "36, 0x01, l1_size", // covers 512 MiB of 1 GiB
      "36, -1, l1_size",
      "40, -1, l1_table_offset",
      "44, 0x30001, l1_table_offset", // not on a cluster
      "44, 0, l1_table_offset",
      "44, 0x40000, l1_table_offset", // at the end of the file
      "52, 0x10010, refcount_table_offset",
      "56, 0, refcount_table_offset",
      "56, -1, refcount_table_offset",
      "60, -1, nb_snapshots",
      "60, 0x01, nb_snapshots", // a snapshot table at 0
      "96, 0x07, refcount_order",
      "100, 0x67, header_length",
      "100, 0x48, header_length",
      "100, -1, header_length",
      "108, -1, header extension", // made to be an unknown one by the test
    })
    void brokenHeaderIsRefusedWithTheFieldsName(int offset, String value, String field)
        throws IOException {
      Qcow2Sample image = new Qcow2Sample().int32(104, 0x12345678);

      assertUnsound("qcow2", image.int32(offset, Integer.decode(value)).bytes(), field);
    }

    @Test
    void cutShortAtAnyPlaceIsRefused() throws IOException {
      byte[] whole = new Qcow2Sample().bytes();

      for (int length : new int[] {3, 4, 8, 71, 72, 103, 104, 512, 65_536, 196_608, 196_620}) {
        assertThat(inspect("qcow2", Arrays.copyOf(whole, length)))
            .as("%d bytes", length)
            .isInstanceOf(Unsound.class);
      }
    }

    @Test
    void anyHeaderGetsAVerdict() throws IOException {
      long seed = System.nanoTime();
      Random random = new Random(seed);

      for (int round = 0; round < 2_000; round++) {
        Qcow2Sample image = new Qcow2Sample();
        for (int change = random.nextInt(4); change >= 0; change--) {
          image.int32(4 + 4 * random.nextInt(32), random.nextInt() >>> random.nextInt(32));
        }

        InspectionVerdict verdict =
            inspect("qcow2", Arrays.copyOf(image.bytes(), 200 + random.nextInt(200_000)));

        assertThat(verdict).as("seed %d round %d", seed, round).isNotNull();
        if (verdict instanceof Sound(var size)) {
          assertThat(size).as("seed %d round %d", seed, round).isBetween(0L, 1L << 40);
        }
      }
    }
  }

  @Nested
  class Raw {
    @Test
    void plainBytesAreAsLargeAsTheyAre() throws IOException {
      assertThat(inspect("raw", rawWith(510, "\u0055\u00aa"))).isEqualTo(new Sound(40_960));
      assertThat(inspect("raw", new byte[] {1})).isEqualTo(new Sound(1));
    }

    @Test
    void qcow2LabelledRawIsRefused() throws IOException {
      assertUnsound("raw", new Qcow2Sample().bytes(), "declared raw, but its bytes are qcow2");
    }

    @ParameterizedTest
    @CsvSource({
      "0, QED\0, QED",
      "0, KDMV, VMDK",
      "0, COWD, VMDK",
      "0, conectix, VHD",
      "40448, conectix, VHD",
      "40448, koly, DMG",
      "0, vhdxfile, VHDX",
      "64, \u007f\u0010\u00da\u00be, VDI",
      "0, LUKS\u00ba\u00be, LUKS",
      "0, WithoutFreeSpace, Parallels",
      "0, WithouFreSpacExt, Parallels",
      "0, Bochs Virtual HD Image, Bochs",
      "32769, CD001, ISO 9660",
    })
    void anotherFormatsMarkIsRefused(int offset, String mark, String format) throws IOException {
      assertUnsound("raw", rawWith(offset, mark), format);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "# Disk DescriptorFile\nversion=1\nRW 1 FLAT \"/etc/shadow\" 0",
          "# disk descriptorfile\n",
          "\n\n# a comment\r\n version=1\nCID=1",
          "version=3\n",
          "XXXX\n# Disk DescriptorFile\nversion=1",
        })
    void vmdkDescriptorIsRefused(String text) throws IOException {
      assertUnsound("raw", rawWith(0, text), "VMDK descriptor");
    }

    @Test
    void commentsWithoutEndAreJudgedQuickly() throws IOException {
      assertThat(inspect("raw", "#\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(Sound.class);
    }

    @Test
    void hybridIsoIsADiskAsWell() throws IOException {
      byte[] hybrid = rawWith(32_769, "CD001");
      hybrid[510] = 0x55;
      hybrid[511] = (byte) 0xaa;

      assertThat(inspect("raw", hybrid)).isInstanceOf(Sound.class);
    }
  }
}
