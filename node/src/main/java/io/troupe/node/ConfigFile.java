package io.troupe.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;

/**
 * An operator's configuration file. What is unknown or wrong in it is one line that names the key.
 */
final class ConfigFile {
  private ConfigFile() {}

  /**
   * @throws StartRefused when the file cannot be read, has unknown keys, or a value that is not
   *     possible
   */
  static Settings read(Path file) throws StartRefused {
    if (!Files.isReadable(file)) {
      throw new StartRefused("cannot read the configuration file " + file);
    }
    try {
      var own = ConfigFactory.parseFile(file.toFile());
      requireKnown(file, own);
      return Settings.of(ConfigFactory.load(own));
    } catch (ConfigException | IllegalArgumentException | ArithmeticException e) {
      throw new StartRefused(file + ": " + oneLine(e.getMessage()));
    }
  }

  private static void requireKnown(Path file, Config own) throws StartRefused {
    var reference = ConfigFactory.parseResources("reference-troupe.conf").resolve();
    var unknown = new TreeSet<String>();
    for (var entry : own.entrySet()) {
      // What stands under pekko is Pekko's; whoever changes that knows it.
      if (!entry.getKey().startsWith("pekko.") && !reference.hasPathOrNull(entry.getKey())) {
        unknown.add(entry.getKey());
      }
    }
    if (!unknown.isEmpty()) {
      throw new StartRefused(file + ": unknown settings " + unknown);
    }
  }

  private static String oneLine(String message) {
    return message == null ? "is not valid" : message.replaceAll("\\s+", " ").strip();
  }
}
