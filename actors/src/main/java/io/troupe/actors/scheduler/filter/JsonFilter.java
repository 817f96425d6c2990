package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.RequestSpec;
import java.util.Optional;

/**
 * Keeps hosts of which the query in the hint {@code query} is true; see {@link JsonQuery}. One that
 * cannot be read keeps no host. Source: Nova's filter of this name.
 *
 * @param query empty when it cannot be read
 */
record JsonFilter(String text, Optional<JsonQuery> query) implements HostFilter.ByHost {
  /** Empty without the hint. */
  static Optional<HostFilter> of(RequestSpec request) {
    return request.hint("query").stream()
        .findFirst()
        .map(text -> new JsonFilter(text, JsonQuery.read(text)));
  }

  @Override
  public Verdict judge(RequestSpec request, HostRow host) {
    return query.filter(asked -> asked.holds(host)).isPresent()
        ? Verdict.PASS
        : new Verdict.Mismatch("query", text, query.isPresent() ? "false" : "not readable");
  }
}
