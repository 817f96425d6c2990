package io.troupe.node;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.troupe.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node's configuration file: what it leaves out has its default from {@code reference.conf}. */
final class ConfigFile {
  private ConfigFile() {}

  /**
   * @throws StartRefused in one line, when the file cannot be read or a value cannot be used
   */
  static Settings read(Path file) throws StartRefused {
    if (!Files.isReadable(file)) {
      throw new StartRefused("cannot read the configuration file " + file);
    }
    try {
      return Settings.of(
          ConfigFactory.load(
              ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))));
    } catch (ConfigException | IllegalArgumentException e) {
      throw new StartRefused(e.getMessage());
    }
  }
}
