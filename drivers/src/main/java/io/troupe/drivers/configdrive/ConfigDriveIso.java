package io.troupe.drivers.configdrive;

import com.github.stephenc.javaisotools.iso9660.ConfigException;
import com.github.stephenc.javaisotools.iso9660.ISO9660Directory;
import com.github.stephenc.javaisotools.iso9660.ISO9660File;
import com.github.stephenc.javaisotools.iso9660.ISO9660RootDirectory;
import com.github.stephenc.javaisotools.iso9660.NamingConventions;
import com.github.stephenc.javaisotools.iso9660.impl.CreateISO;
import com.github.stephenc.javaisotools.iso9660.impl.ISO9660Config;
import com.github.stephenc.javaisotools.iso9660.impl.ISOImageFileHandler;
import com.github.stephenc.javaisotools.joliet.impl.JolietConfig;
import com.github.stephenc.javaisotools.rockridge.impl.RockRidgeConfig;
import com.github.stephenc.javaisotools.sabre.HandlerException;
import com.github.stephenc.javaisotools.sabre.impl.ByteArrayDataReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Puts files on an ISO 9660 disc with Rock Ridge and Joliet names, labelled {@code config-2}:
 * cloud-init finds a config drive by this label, in lower case.
 */
public final class ConfigDriveIso {
  public static final String LABEL = "config-2";

  /** The library keeps naming rules in static fields: one disc at a time. */
  private static final Object ONE_AT_A_TIME = new Object();

  private ConfigDriveIso() {}

  /**
   * The disc's bytes, a whole number of 2048-byte sectors.
   *
   * @param files contents by path, folders parted by slashes
   */
  public static byte[] of(Map<String, byte[]> files) {
    try {
      // Owner-only by default: user data may hold secrets.
      Path file = Files.createTempFile("troupe-config-drive-", ".iso");
      try {
        synchronized (ONE_AT_A_TIME) {
          write(files, file);
        }
        return Files.readAllBytes(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no room for a config drive in the temporary folder", e);
    } catch (HandlerException | ConfigException e) {
      throw new IllegalStateException("config drive could not be laid out", e);
    }
  }

  private static void write(Map<String, byte[]> files, Path target)
      throws IOException, HandlerException, ConfigException {
    NamingConventions.VERBOSE = false;
    ISO9660RootDirectory root = new ISO9660RootDirectory();
    for (var file : files.entrySet()) {
      int slash = file.getKey().lastIndexOf('/');
      ISO9660Directory folder = slash < 0 ? root : root.addPath(file.getKey().substring(0, slash));
      folder.addFile(
          new ISO9660File(
              new ByteArrayDataReference(file.getValue()), file.getKey().substring(slash + 1), 0));
    }
    ISO9660Config iso = new AsciiLabel();
    iso.setInterchangeLevel(1);
    iso.setVolumeID(LABEL);
    JolietConfig joliet = new JolietConfig();
    joliet.setVolumeID(LABEL);
    RockRidgeConfig rockRidge = new RockRidgeConfig();
    rockRidge.setMkisofsCompatibility(false);
    new CreateISO(new ISOImageFileHandler(target.toFile()), root)
        .process(iso, rockRidge, joliet, null);
  }

  /**
   * Strict ISO 9660 knows capital letters only, but the label must be in lower case. The library's
   * own switch for that would relax file names as well, and print a warning.
   */
  private static final class AsciiLabel extends ISO9660Config {
    @Override
    public boolean allowsASCII() {
      return true;
    }
  }
}
