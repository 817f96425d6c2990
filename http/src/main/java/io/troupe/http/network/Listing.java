package io.troupe.http.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * What all lists of the Network API share: any attribute is a filter (given several times: one of
 * the values), {@code fields} cuts the answer down, {@code sort_key}, {@code sort_dir}, {@code
 * limit} and {@code marker} page it.
 *
 * @param collection its name in the path and in the answer, {@code _} in the answer for {@code -}
 * @param attributes every attribute an entry has
 */
record Listing(String collection, Set<String> attributes, int pageLimit) {
  private static final Set<String> NOT_FILTERS =
      Set.of("fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse");

  /** The entries asked for, of those the caller may see. */
  HttpResponse answer(Call call, List<ObjectNode> visible) {
    Query query = call.query();
    checkFilters(query);
    List<ObjectNode> entries =
        visible.stream().filter(entry -> matches(entry, query)).sorted(order(query)).toList();
    Page<ObjectNode> page =
        Page.of(entries, query, pageLimit, entry -> entry.path("id").textValue());
    ObjectNode body = Json.object();
    String key = collection.replace('-', '_');
    ArrayNode list = body.putArray(key);
    page.entries().forEach(entry -> list.add(withFields(entry, query)));
    page.addNextLink(body, key + "_links", call, "/v2.0/" + collection);
    return Reply.ok(body);
  }

  /** One entry, cut down to the fields asked for. */
  static ObjectNode withFields(ObjectNode entry, Query query) {
    Set<String> fields = new HashSet<>(query.all("fields"));
    fields.remove("");
    return fields.isEmpty() ? entry : entry.deepCopy().retain(fields);
  }

  private void checkFilters(Query query) {
    for (String key : query.keys()) {
      if (!NOT_FILTERS.contains(key) && !attributes.contains(key)) {
        throw new ApiError(
                400, "HTTPBadRequest", "['" + key + "'] is invalid attribute for filtering")
            .thrown();
      }
    }
  }

  private static boolean matches(ObjectNode entry, Query query) {
    for (String key : query.keys()) {
      if (!NOT_FILTERS.contains(key)
          && query.all(key).stream().noneMatch(value -> matches(entry.path(key), value))) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(JsonNode attribute, String value) {
    if (attribute.isBoolean()) {
      return attribute.booleanValue() == (value.equalsIgnoreCase("true") || value.equals("1"));
    }
    if (attribute.isArray()) {
      for (JsonNode element : attribute) {
        if (element.isObject() ? matchesPair(element, value) : element.asText().equals(value)) {
          return true;
        }
      }
      return false;
    }
    return attribute.isNull() ? value.isEmpty() : attribute.asText().equals(value);
  }

  /** {@code fixed_ips=ip_address=10.0.0.5}. */
  private static boolean matchesPair(JsonNode element, String value) {
    int equals = value.indexOf('=');
    return equals > 0
        && element.path(value.substring(0, equals)).asText().equals(value.substring(equals + 1));
  }

  private Comparator<ObjectNode> order(Query query) {
    List<String> directions = query.all("sort_dir");
    List<Comparator<ObjectNode>> orders = new ArrayList<>();
    for (String key : query.all("sort_key")) {
      if (!attributes.contains(key)) {
        throw new ApiError(400, "HTTPBadRequest", "'" + key + "' is invalid attribute for sort key")
            .thrown();
      }
      Comparator<ObjectNode> order = Comparator.comparing(entry -> entry.path(key).asText());
      boolean descending =
          orders.size() < directions.size() && directions.get(orders.size()).equals("desc");
      orders.add(descending ? order.reversed() : order);
    }
    orders.add(Comparator.comparing(entry -> entry.path("id").asText()));
    return orders.stream().reduce(Comparator::thenComparing).orElseThrow();
  }
}
