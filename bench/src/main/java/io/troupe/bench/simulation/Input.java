package io.troupe.bench.simulation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A JSON value that knows where it stands, so that whatever is wrong with it can be told in one
 * line. Every question about it answers or throws an {@link InputException}.
 */
final class Input {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String file;
  private final int line;
  private final String path;

  /** A map or list of inputs, text, number, flag, or null as JSON has it. */
  private final Object value;

  private Input(String file, int line, String path, Object value) {
    this.file = file;
    this.line = line;
    this.path = path;
    this.value = value;
  }

  /**
   * A file that is one JSON value.
   *
   * @throws IOException when it cannot be read
   */
  static Input document(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return parse(file.toString(), 1, reader);
    }
  }

  /** A line that is one JSON value. */
  static Input line(String file, int number, String text) {
    try {
      return parse(file, number, new StringReader(text));
    } catch (IOException e) {
      throw new IllegalStateException(e); // nothing but a text is read
    }
  }

  private static Input parse(String file, int firstLine, Reader reader) throws IOException {
    try (JsonParser parser = JSON.createParser(reader)) {
      var reading = new Reading(file, firstLine, parser);
      if (parser.nextToken() == null) {
        throw new InputException(file, firstLine, "", "a JSON value is missing");
      }
      Input whole = reading.value("");
      if (parser.nextToken() != null) {
        throw new InputException(file, reading.line(), "", "there is more after the JSON value");
      }
      return whole;
    } catch (JsonProcessingException e) {
      int at = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new InputException(
          file, firstLine - 1 + at, "", "is not JSON: " + e.getOriginalMessage());
    }
  }

  private record Reading(String file, int firstLine, JsonParser parser) {
    int line() {
      return firstLine - 1 + parser.currentTokenLocation().getLineNr();
    }

    Input value(String path) throws IOException {
      int at = line();
      Object value =
          switch (parser.currentToken()) {
            case START_OBJECT -> members(path);
            case START_ARRAY -> elements(path);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
          };
      return new Input(file, at, path, value);
    }

    private Map<String, Input> members(String path) throws IOException {
      var members = new LinkedHashMap<String, Input>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        members.put(name, value(path.isEmpty() ? name : path + "." + name));
      }
      return members;
    }

    private List<Input> elements(String path) throws IOException {
      var elements = new ArrayList<Input>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(path + "[" + elements.size() + "]"));
      }
      return elements;
    }
  }

  InputException wrong(String problem) {
    return new InputException(file, line, path, problem);
  }

  private InputException not(String what) {
    String found =
        switch (value) {
          case null -> "null";
          case Map<?, ?> _ -> "an object";
          case List<?> _ -> "a list";
          case String text -> "'" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "'";
          default -> value.toString();
        };
    return wrong("must be " + what + ", was " + found);
  }

  /** An object of which all fields are known. */
  Members object(String... known) {
    Members members = object();
    for (var member : members.all.entrySet()) {
      if (!Set.of(known).contains(member.getKey())) {
        throw member.getValue().wrong("is not known; known are " + new TreeSet<>(Set.of(known)));
      }
    }
    return members;
  }

  /** An object of any fields. */
  @SuppressWarnings("unchecked") // only Reading makes maps
  Members object() {
    if (!(value instanceof Map)) {
      throw not("an object");
    }
    return new Members((Map<String, Input>) value);
  }

  @SuppressWarnings("unchecked") // only Reading makes lists
  List<Input> list() {
    if (!(value instanceof List)) {
      throw not("a list");
    }
    return (List<Input>) value;
  }

  boolean isText() {
    return value instanceof String;
  }

  boolean isList() {
    return value instanceof List;
  }

  String text() {
    if (!(value instanceof String text) || text.isEmpty() || text.length() > 65_535) {
      throw not("a text of 1 to 65535 letters");
    }
    return text;
  }

  /** What {@code reader} makes of the text; what it throws as illegal is told. */
  <T> T text(Function<String, T> reader) {
    String text = text();
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /** A text, or what can be written as one: extra specs and metadata are often numbers or flags. */
  String word() {
    return switch (value) {
      case String text when text.length() <= 65_535 -> text;
      case BigDecimal number -> number.toPlainString();
      case Boolean flag -> flag.toString();
      case null, default -> throw not("a text");
    };
  }

  long whole(long least, long most) {
    if (value instanceof BigDecimal number
        && number.compareTo(BigDecimal.valueOf(least)) >= 0
        && number.compareTo(BigDecimal.valueOf(most)) <= 0
        && number.stripTrailingZeros().scale() <= 0) {
      return number.longValue();
    }
    throw not("a whole number of " + least + " to " + most);
  }

  double number(double least, double most) {
    if (value instanceof BigDecimal number
        && number.doubleValue() >= least
        && number.doubleValue() <= most) {
      return number.doubleValue();
    }
    throw not("a number of " + plain(least) + " to " + plain(most));
  }

  private static String plain(double number) {
    return new BigDecimal(number).toPlainString();
  }

  boolean flag() {
    if (!(value instanceof Boolean flag)) {
      throw not("true or false");
    }
    return flag;
  }

  /** The fields of an object; null counts as not there. */
  final class Members {
    private final Map<String, Input> all;

    private Members(Map<String, Input> all) {
      this.all = all;
    }

    Input required(String name) {
      return optional(name)
          .orElseThrow(
              () ->
                  new InputException(
                      file, line, path.isEmpty() ? name : path + "." + name, "is missing"));
    }

    Optional<Input> optional(String name) {
      return Optional.ofNullable(all.get(name)).filter(member -> member.value != null);
    }

    Set<String> names() {
      return all.keySet();
    }

    Input get(String name) {
      return all.get(name);
    }

    /** Names to words. */
    Map<String, String> words() {
      var words = new LinkedHashMap<String, String>();
      all.forEach((name, member) -> words.put(name, member.word()));
      return words;
    }
  }
}
