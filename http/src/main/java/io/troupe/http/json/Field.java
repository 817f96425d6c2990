package io.troupe.http.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One value of a body and where it stood. Each method reads it as a type or refuses it with 400 in
 * Nova's words: {@code Invalid input for field/attribute PATH. Value: V. reason}.
 */
public record Field(String path, JsonNode node, boolean loose) {
  private static final int SHOWN_CHARACTERS = 200;
  private static final Set<String> TRUE = Set.of("1", "t", "true", "on", "y", "yes");
  private static final Set<String> FALSE = Set.of("0", "f", "false", "off", "n", "no");
  private static final Set<String> SECRET =
      Set.of("password", "original_password", "adminPass", "secret", "user_data");

  public boolean isNull() {
    return node.isNull();
  }

  /** A text of {@code min} to {@code max} characters. */
  public String text(int min, int max) {
    if (!node.isTextual()) {
      throw wrongType("string");
    }
    String text = node.textValue();
    int length = text.codePointCount(0, text.length());
    if (length < min) {
      throw invalid("'" + shorten(text) + "' is too short");
    }
    if (length > max) {
      throw invalid("'" + shorten(text) + "' is too long");
    }
    return text;
  }

  /** A name: 1 to 255 printable characters, no blank at either end. */
  public String name() {
    String text = text(1, 255);
    if (loose) {
      text = text.strip();
    }
    if (text.isEmpty() || !text.equals(text.strip()) || !isPrintable(text)) {
      throw invalid(
          "'" + shorten(text) + "' is not a name: printable characters, no blank at either end");
    }
    return text;
  }

  /** A text of at most {@code max} characters without control characters. */
  public String printable(int max) {
    String text = text(0, max);
    if (!isPrintable(text)) {
      throw invalid("'" + shorten(text) + "' has characters that are not printable");
    }
    return text;
  }

  /** A text that {@code fits}; {@code kind} says what it should be: {@code 'x' is not a 'kind'}. */
  public String text(int max, String kind, Predicate<String> fits) {
    String text = text(0, max);
    if (!fits.test(text)) {
      throw invalid("'" + shorten(text) + "' is not a '" + kind + "'");
    }
    return text;
  }

  public String uuid() {
    return text(36, "uuid", Field::isUuid);
  }

  /** A whole number, also as a text of digits. */
  public long integer(long min, long max) {
    long value;
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      value = node.longValue();
    } else if (node.isTextual() && isDigits(node.textValue())) {
      value = Long.parseLong(node.textValue());
    } else if (node.isIntegralNumber()) {
      throw invalid(node.asText() + " is out of range");
    } else {
      throw wrongType("integer");
    }
    if (value < min) {
      throw invalid(value + " is less than the minimum of " + min);
    }
    if (value > max) {
      throw invalid(value + " is greater than the maximum of " + max);
    }
    return value;
  }

  public double number(double min, double max) {
    double value;
    if (node.isNumber()) {
      value = node.doubleValue();
    } else {
      try {
        value = Double.parseDouble(text(1, 32));
      } catch (NumberFormatException e) {
        throw wrongType("number");
      }
    }
    if (!(value >= min && value <= max)) {
      throw invalid(node.asText() + " is not between " + min + " and " + max);
    }
    return value;
  }

  /** A boolean, or one of the words Nova takes for one. */
  public boolean flag() {
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    String word = node.asText().toLowerCase(Locale.ROOT);
    if ((node.isTextual() || node.isInt()) && TRUE.contains(word)) {
      return true;
    }
    if ((node.isTextual() || node.isInt()) && FALSE.contains(word)) {
      return false;
    }
    throw wrongType("boolean");
  }

  /** One of these words. */
  public String choice(String... words) {
    String text = text(0, 255);
    if (!List.of(words).contains(text)) {
      throw invalid("'" + shorten(text) + "' is not one of " + List.of(words));
    }
    return text;
  }

  public <T> T object(Function<Body, T> shape) {
    if (!(node instanceof ObjectNode object)) {
      throw wrongType("object");
    }
    return Body.shape(path, object, loose, shape);
  }

  public <T> List<T> list(int min, int max, Function<Field, T> shape) {
    if (!node.isArray()) {
      throw wrongType("array");
    }
    if (node.size() < min) {
      throw invalid("the list is too short, it needs " + min);
    }
    if (node.size() > max) {
      throw invalid("the list is too long, " + max + " are allowed");
    }
    var values = new ArrayList<T>(node.size());
    for (int i = 0; i < node.size(); i++) {
      values.add(shape.apply(new Field(path + "[" + i + "]", node.get(i), loose)));
    }
    return values;
  }

  /**
   * An object of texts: keys of 1 to 255 characters of which {@code isKey} holds, values to 255.
   */
  public Map<String, String> texts(Predicate<String> isKey) {
    return object(
        body -> {
          var texts = new LinkedHashMap<String, String>();
          for (String key : body.keys()) {
            if (key.isEmpty() || key.length() > 255 || !isKey.test(key)) {
              throw invalid("'" + shorten(key) + "' is not a key");
            }
            texts.put(key, body.required(key).text(0, 255));
          }
          return texts;
        });
  }

  /** A refusal of this value, for rules that only the caller knows. */
  public Refused invalid(String reason) {
    return invalid(path, node, reason);
  }

  static Refused invalid(String path, JsonNode value, String reason) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    String shown = SECRET.contains(name) ? "(not shown)" : shorten(redacted(value));
    return ApiError.badRequest(
            path.isEmpty()
                ? "Invalid input for the body. Value: " + shown + ". " + reason
                : "Invalid input for field/attribute " + path + ". Value: " + shown + ". " + reason)
        .thrown();
  }

  private Refused wrongType(String type) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    String shown = SECRET.contains(name) ? "the value" : shorten(redacted(node));
    return invalid(shown + " is not of type '" + type + "'");
  }

  /** A scalar as it is; of an object or list only its outline, since it may hold secrets. */
  private static String redacted(JsonNode value) {
    if (value instanceof ObjectNode object) {
      var keys = new ArrayList<String>();
      object.fieldNames().forEachRemaining(keys::add);
      return "{" + String.join(", ", keys) + "}";
    }
    return value.isArray() ? "[" + value.size() + " items]" : value.asText();
  }

  static String shorten(String text) {
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }

  /** Whether the text is a UUID in its usual form. */
  public static boolean isUuid(String text) {
    if (text.length() != 36) {
      return false;
    }
    try {
      return UUID.fromString(text).toString().equalsIgnoreCase(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isDigits(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    if (text.length() == start || text.length() > 18) {
      return false;
    }
    return text.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isPrintable(String text) {
    return text.codePoints()
        .allMatch(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.SURROGATE,
                      Character.PRIVATE_USE,
                      Character.UNASSIGNED,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR ->
                      false;
                  default -> true;
                });
  }
}
