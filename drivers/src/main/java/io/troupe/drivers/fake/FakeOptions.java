package io.troupe.drivers.fake;

import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.DriverException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** A connection's options while they are read: what is taken out by name is known. */
final class FakeOptions {
  private final Map<String, String> left;

  private FakeOptions(Map<String, String> left) {
    this.left = left;
  }

  static FakeOptions of(ConnectionSpec connection) throws DriverException {
    var uri = connection.uri();
    var path = uri.getRawPath();
    if (uri.isOpaque() || path == null || !(path.isEmpty() || path.equals("/"))) {
      throw DriverException.instanceFault("write fake://[NAME]?OPTION=VALUE&…, not " + uri);
    }
    var options = new HashMap<String, String>();
    if (uri.getRawQuery() != null) {
      for (var pair : uri.getRawQuery().split("&")) {
        var parts = pair.split("=", 2);
        var name = decoded(parts[0]);
        if (parts.length < 2) {
          throw DriverException.instanceFault("option " + name + " has no value in " + uri);
        }
        if (options.put(name, decoded(parts[1])) != null) {
          throw DriverException.instanceFault("option " + name + " is given twice in " + uri);
        }
      }
    }
    options.putAll(connection.options());
    return new FakeOptions(options);
  }

  private static String decoded(String text) throws DriverException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw DriverException.instanceFault("option " + text + " is not URL-encoded");
    }
  }

  /** The option read by {@code read}, which throws IllegalArgumentException on what it refuses. */
  <T> T checked(String name, T absent, String expected, Function<String, T> read)
      throws DriverException {
    var text = left.remove(name);
    if (text == null) {
      return absent;
    }
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw DriverException.instanceFault(
          "option " + name + " must be " + expected + ", was '" + text + "': " + e.getMessage());
    }
  }

  long number(String name, long absent, long least, long most) throws DriverException {
    var expected = "a whole number from " + least + " to " + most;
    return checked(
        name,
        absent,
        expected,
        text -> {
          var number = Long.parseLong(text);
          if (number < least || number > most) {
            throw new IllegalArgumentException("out of range");
          }
          return number;
        });
  }

  double share(String name, double absent) throws DriverException {
    return checked(
        name,
        absent,
        "a number from 0.0 to 1.0",
        text -> {
          var number = Double.parseDouble(text);
          if (!(number >= 0.0 && number <= 1.0)) {
            throw new IllegalArgumentException("out of range");
          }
          return number;
        });
  }

  boolean truth(String name) throws DriverException {
    return checked(
        name,
        false,
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("neither");
            });
  }

  void refuseUnknown() throws DriverException {
    if (!left.isEmpty()) {
      throw DriverException.instanceFault("unknown option " + new TreeSet<>(left.keySet()).first());
    }
  }
}
