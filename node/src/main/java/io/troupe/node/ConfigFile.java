package io.troupe.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * An operator's configuration file. What is unknown or wrong in it is one line that names the key.
 *
 * @param settings Troupe's own
 * @param engine what the file says to Pekko and to Cassandra's driver; stands above all that Troupe
 *     says to them
 */
record ConfigFile(Settings settings, Config engine) {
  /** Sections that are not ours; whoever writes into them knows them, so keys are not checked. */
  private static final List<String> ENGINE = List.of("pekko", "datastax-java-driver");

  /**
   * @throws StartRefused when the file cannot be read, has unknown keys, or a value that is not
   *     possible
   */
  static ConfigFile read(Path file) throws StartRefused {
    if (!Files.isReadable(file)) {
      throw new StartRefused("cannot read the configuration file " + file);
    }
    try {
      var own = ConfigFactory.parseFile(file.toFile());
      requireKnown(file, own);
      var all = ConfigFactory.load(own);
      return new ConfigFile(Settings.of(all), engine(own.resolveWith(all)));
    } catch (ConfigException | IllegalArgumentException | ArithmeticException e) {
      throw new StartRefused(file + ": " + oneLine(e));
    }
  }

  private static void requireKnown(Path file, Config own) throws StartRefused {
    var reference = ConfigFactory.parseResources("reference-troupe.conf").resolve();
    var unknown = new TreeSet<String>();
    for (var entry : own.entrySet()) {
      if (!ofEngine(entry.getKey()) && !reference.hasPathOrNull(entry.getKey())) {
        unknown.add(entry.getKey());
      }
    }
    if (!unknown.isEmpty()) {
      throw new StartRefused(file + ": unknown settings " + unknown);
    }
  }

  private static boolean ofEngine(String key) {
    return ENGINE.stream().anyMatch(section -> key.startsWith(section + "."));
  }

  private static Config engine(Config own) {
    var engine = ConfigFactory.empty();
    for (String section : ENGINE) {
      engine = engine.withFallback(own.withOnlyPath(section));
    }
    return engine;
  }

  /** For people: libraries break their lines and start with the file they found it in. */
  static String oneLine(Exception failure) {
    var message = failure.getMessage();
    return message == null ? "is not valid" : message.replaceAll("\\s+", " ").strip();
  }
}
