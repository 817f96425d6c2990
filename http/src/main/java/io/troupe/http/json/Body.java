package io.troupe.http.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A JSON object while it is turned into one of our types. Every key has to be asked for; when the
 * shape is done, a key nobody asked for is refused (or dropped, where the API is a loose one).
 */
public final class Body {
  private final String path;
  private final ObjectNode node;
  private final boolean loose;
  private final Set<String> known = new HashSet<>();

  private Body(String path, ObjectNode node, boolean loose) {
    this.path = path;
    this.node = node;
    this.loose = loose;
  }

  static <T> T shape(String path, ObjectNode node, boolean loose, Function<Body, T> shape) {
    var body = new Body(path, node, loose);
    T shaped = shape.apply(body);
    body.refuseUnknown();
    return shaped;
  }

  /** 400 when the key is absent. */
  public Field required(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    if (value == null) {
      throw Field.invalid(path, node, "'" + key + "' is a required property");
    }
    return field(key, value);
  }

  /** Empty when the key is absent; a null is a value. */
  public Optional<Field> optional(String key) {
    known.add(key);
    return Optional.ofNullable(node.get(key)).map(value -> field(key, value));
  }

  /** Empty when the key is absent or null. */
  public Optional<Field> nullable(String key) {
    return optional(key).filter(field -> !field.isNull());
  }

  public boolean has(String key) {
    return node.has(key);
  }

  /** The keys that are there, also those not asked for yet. */
  public Set<String> keys() {
    var keys = new LinkedHashSet<String>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** Takes every remaining key, for objects with free keys. */
  public void acceptUnknown() {
    known.addAll(keys());
  }

  private Field field(String key, JsonNode value) {
    return new Field(path.isEmpty() ? key : path + "." + key, value, loose);
  }

  private void refuseUnknown() {
    if (loose || node.size() <= known.size() && known.containsAll(keys())) {
      return;
    }
    for (Iterator<String> keys = node.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        throw Field.invalid(
            path,
            node,
            "Additional properties are not allowed ('" + Field.shorten(key) + "' was unexpected)");
      }
    }
  }
}
