package io.troupe.http.route;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.error.ApiError;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A piece of a sorted list: {@code limit} entries after the one whose id is {@code marker}.
 *
 * @param next the marker of the next page, empty when this one is not full
 */
public record Page<T>(List<T> entries, Optional<String> next) {

  /**
   * Cuts the page a query asks for; 400 for an unknown marker or a limit that is no number.
   *
   * @param pageLimit entries a page has at most, whatever the client asks
   */
  public static <T> Page<T> of(List<T> sorted, Query query, int pageLimit, Function<T, String> id) {
    int limit = Math.min(pageLimit, query.number("limit").orElse(pageLimit));
    int start = 0;
    Optional<String> marker = query.get("marker").filter(m -> !m.isEmpty());
    if (marker.isPresent()) {
      start = after(sorted, marker.get(), id);
    }
    List<T> entries = sorted.subList(start, Math.min(sorted.size(), start + limit));
    boolean full = limit > 0 && entries.size() == limit;
    return new Page<>(entries, full ? Optional.of(id.apply(entries.getLast())) : Optional.empty());
  }

  private static <T> int after(List<T> sorted, String marker, Function<T, String> id) {
    for (int i = 0; i < sorted.size(); i++) {
      if (id.apply(sorted.get(i)).equals(marker)) {
        return i + 1;
      }
    }
    throw ApiError.badRequest("marker [" + marker + "] not found").thrown();
  }

  /** Adds {@code key} with the link to the next page, if there is one. */
  public void addNextLink(ObjectNode body, String key, Call call, String path) {
    next.ifPresent(
        marker ->
            body.putArray(key)
                .addObject()
                .put("rel", "next")
                .put("href", call.links().self(path) + "?" + queryWith(call.query(), marker)));
  }

  private static String queryWith(Query query, String marker) {
    var text = new StringBuilder();
    for (String key : query.keys()) {
      if (!key.equals("marker")) {
        for (String value : query.all(key)) {
          text.append(encoded(key)).append('=').append(encoded(value)).append('&');
        }
      }
    }
    return text.append("marker=").append(encoded(marker)).toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
