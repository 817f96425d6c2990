package io.troupe.http.compute;

import io.troupe.actors.scheduler.filter.JsonQuery;
import io.troupe.http.error.ApiError;
import java.util.List;
import java.util.Map;

/** Hints whose form is known are checked before they are kept; others are free. */
final class SchedulerHints {
  private SchedulerHints() {}

  /** 400 that names the hint. */
  static void check(Map<String, List<String>> hints) {
    hints
        .getOrDefault("query", List.of())
        .forEach(
            query -> {
              if (!query.isEmpty() && JsonQuery.read(query).isEmpty()) {
                throw invalid(
                    "query", query, "it is not a query, such as [\">=\", \"$free_ram_mb\", 1024]");
              }
            });
  }

  private static RuntimeException invalid(String hint, String value, String reason) {
    return ApiError.badRequest(
            "Invalid input for field/attribute os:scheduler_hints.%s. Value: %s. %s"
                .formatted(hint, value, reason))
        .thrown();
  }
}
