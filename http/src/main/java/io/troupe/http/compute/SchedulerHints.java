package io.troupe.http.compute;

import io.troupe.actors.scheduler.filter.JsonQuery;
import io.troupe.actors.scheduler.filter.Rank;
import io.troupe.actors.scheduler.filter.Requirements;
import io.troupe.http.error.ApiError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Hints whose form is known are checked before they are kept; others are free. */
final class SchedulerHints {
  private static final String TOGETHER = "all_or_nothing";
  private static final Set<String> FLAGS = Set.of("true", "false");

  private SchedulerHints() {}

  /** 400 that names the hint. */
  static void check(Map<String, List<String>> hints) {
    each(
        hints,
        "query",
        text -> JsonQuery.read(text).isPresent(),
        "it is not a query, such as [\">=\", \"$free_ram_mb\", 1024]");
    each(
        hints,
        "SCHED_REQUIREMENTS",
        text -> Requirements.read(text).isPresent(),
        "it is not a requirement, such as FREE_CPU > 100 & CLUSTER = \"east\"");
    each(
        hints,
        "SCHED_RANK",
        text -> Rank.read(text).isPresent(),
        "it is not a rank, such as FREE_CPU - RUNNING_VMS * 10");
    each(
        hints,
        "spread",
        text -> text.matches("[A-Za-z0-9_.:-]{1,255}=[1-9]\\d{0,3}") && hints.containsKey("group"),
        "it is host=N, zone=N or KEY=N of aggregate metadata, beside the hint group");
    each(hints, TOGETHER, FLAGS::contains, "it is true or false");
  }

  private static void each(
      Map<String, List<String>> hints, String hint, Predicate<String> isFit, String otherwise) {
    hints.getOrDefault(hint, List.of()).stream()
        .filter(text -> !text.isEmpty() && !isFit.test(text))
        .findFirst()
        .ifPresent(
            text -> {
              throw ApiError.badRequest(
                      "Invalid input for field/attribute os:scheduler_hints.%s. Value: %s. %s"
                          .formatted(hint, text, otherwise))
                  .thrown();
            });
  }

  /** Whether the servers of one call are to be placed together or not at all. */
  static boolean allOrNothing(Map<String, List<String>> hints) {
    return hints.getOrDefault(TOGETHER, List.of()).contains("true");
  }
}
