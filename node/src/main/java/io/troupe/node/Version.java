package io.troupe.node;

import java.io.IOException;
import java.util.Properties;
import picocli.CommandLine;

/** The version this was built as. */
final class Version implements CommandLine.IVersionProvider {

  static String text() {
    try (var in = Version.class.getResourceAsStream("/troupe-version.properties")) {
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException("the build lacks its version", e);
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {"troupe " + text(), "Java " + Runtime.version()};
  }
}
