package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * A host that may take the instance.
 *
 * @param weight the sum of all weighers, higher is better; 0 when it was the only one left, since
 *     then nothing is weighed
 */
public record Candidate(HostId host, double weight) {

  /**
   * The first {@code most} of the candidates, once those that weigh as much as the best of all are
   * ordered by distance. What is equal in both stays as it was.
   *
   * @param ranked best first
   */
  static List<Candidate> nearestFirst(
      List<Candidate> ranked, ToIntFunction<HostId> distance, int most) {
    var equals = ranked.stream().takeWhile(one -> one.weight == ranked.getFirst().weight).toList();
    return Stream.concat(
            equals.stream().sorted(Comparator.comparingInt(one -> distance.applyAsInt(one.host))),
            ranked.stream().skip(equals.size()))
        .limit(most)
        .toList();
  }
}
