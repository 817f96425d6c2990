package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.Stored;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Volumes or snapshots that a request's query lets through, the newest first.
 *
 * @param wanted beginning at the query's offset
 */
record StoredList<S extends Stored>(List<S> wanted, Call call) {
  static <S extends Stored> StoredList<S> of(List<S> all, BiPredicate<S, Query> lets, Call call) {
    Query query = call.query();
    return new StoredList<>(
        all.stream()
            .filter(one -> lets.test(one, query))
            .sorted(
                Comparator.<S, Instant>comparing(Stored::createdAt)
                    .reversed()
                    .thenComparing(Stored::id))
            .skip(query.number("offset").orElse(0))
            .toList(),
        call);
  }

  /** Whether the query asks for this value, or for none in particular. */
  static boolean is(Query query, String key, String value) {
    return query.get(key).filter(asked -> !asked.equalsIgnoreCase(value)).isEmpty();
  }

  /**
   * One page of it.
   *
   * @param name of the list, and of the path
   */
  HttpResponse page(String name, int limit, Function<S, ObjectNode> as) {
    var page = Page.of(wanted, call.query(), limit, Stored::id);
    var body = Json.object();
    var entries = body.putArray(name);
    page.entries().forEach(one -> entries.add(as.apply(one)));
    page.addNextLink(body, name + "_links", call, "/" + name);
    return Reply.ok(body);
  }
}
