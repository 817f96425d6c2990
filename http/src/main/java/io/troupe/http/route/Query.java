package io.troupe.http.route;

import io.troupe.http.error.ApiError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/** The query of a URL: its keys in order, each with all its values. */
public final class Query {
  public static final Query EMPTY = new Query(Map.of());
  private static final Set<String> TRUE = Set.of("1", "t", "true", "on", "y", "yes");
  private static final Set<String> FALSE = Set.of("0", "f", "false", "off", "n", "no");

  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /** 400 when it is not well-formed. */
  static Query of(HttpRequest request) {
    if (request.getUri().rawQueryString().isEmpty()) {
      return EMPTY;
    }
    try {
      var values = new LinkedHashMap<String, List<String>>();
      for (var pair : request.getUri().query().toList()) {
        values.computeIfAbsent(pair.first(), key -> new ArrayList<>()).add(pair.second());
      }
      return new Query(values);
    } catch (IllegalUriException e) {
      throw ApiError.badRequest("The query of the URL is malformed.").thrown();
    }
  }

  public Set<String> keys() {
    return values.keySet();
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** The last value of a key, as Nova takes it. */
  public Optional<String> get(String key) {
    List<String> all = values.get(key);
    return all == null ? Optional.empty() : Optional.of(all.getLast());
  }

  public List<String> all(String key) {
    return values.getOrDefault(key, List.of());
  }

  /** A boolean in one of Nova's words; 400 for another word. An empty value counts as true. */
  public boolean flag(String key, boolean absent) {
    Optional<String> word = get(key).map(text -> text.trim().toLowerCase(Locale.ROOT));
    if (word.isEmpty()) {
      return absent;
    }
    if (word.get().isEmpty() || TRUE.contains(word.get())) {
      return true;
    }
    if (FALSE.contains(word.get())) {
      return false;
    }
    throw ApiError.badRequest(
            "Invalid input for query parameters %s. Value: %s. It is not a boolean."
                .formatted(key, word.get()))
        .thrown();
  }

  /** A whole number from 0; 400 for anything else. */
  public OptionalInt number(String key) {
    Optional<String> text = get(key);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    String digits = text.get();
    if (digits.isEmpty()
        || digits.length() > 18
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw ApiError.badRequest(
              "Invalid input for query parameters %s. Value: %s. It is not a whole number from 0."
                  .formatted(key, digits))
          .thrown();
    }
    return OptionalInt.of((int) Math.min(Integer.MAX_VALUE, Long.parseLong(digits)));
  }

  /** 400 when there is a key that is not in the list. */
  public void expectOnly(Set<String> known) {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw ApiError.badRequest(
                "Additional properties are not allowed ('" + key + "' was unexpected)")
            .thrown();
      }
    }
  }
}
