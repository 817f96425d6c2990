package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.RequestSpec;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** One line of a trace. Times are seconds from the beginning. */
sealed interface Step {
  double at();

  /**
   * Somebody asks for instances.
   *
   * @param spec of the first of them
   * @param count 1 or more
   * @param lifetime of each, seconds; empty when they stay or another line ends them
   * @param together all of them or none
   */
  record Arrival(
      double at,
      String name,
      RequestSpec spec,
      int count,
      OptionalDouble lifetime,
      boolean together)
      implements Step {

    /** As Nova names servers of one request. */
    List<String> names() {
      return count == 1
          ? List.of(name)
          : IntStream.rangeClosed(1, count).mapToObj(i -> name + "-" + i).toList();
    }
  }

  /**
   * An instance goes, or all of one request.
   *
   * @param name a request's or an instance's
   */
  record Departure(double at, String name) implements Step {}
}
