package io.troupe.actors.scheduler.pool;

import io.troupe.actors.scheduler.filter.Verdict;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why no pool is left.
 *
 * @param considered pools there are
 * @param refusals one for each of them, in their order; at most {@link #TOLD_AT_MOST}
 */
public record PoolExplanation(int considered, List<Refusal> refusals) {
  /** More nobody reads. */
  static final int TOLD_AT_MOST = 1_000;

  private static final int IN_THE_LOG = 20;

  public PoolExplanation {
    refusals = List.copyOf(refusals);
  }

  /** The first filter that failed the pool, and the values it compared. */
  public record Refusal(String pool, String filter, Verdict.Fail why) {
    @Override
    public String toString() {
      return pool + ": " + filter + ", " + why.text();
    }
  }

  /** For whoever asked: how many pools each filter refused, and the one that came closest. */
  public String message() {
    var byFilter =
        refusals.stream()
            .collect(
                Collectors.groupingBy(Refusal::filter, LinkedHashMap::new, Collectors.toList()));
    var pools = considered == 1 ? "1 pool considered" : considered + " pools considered";
    return "No valid backend was found. "
        + pools
        + byFilter.entrySet().stream()
            .map(
                one -> {
                  var nearest =
                      one.getValue().stream()
                          .min(Comparator.comparing((Refusal refusal) -> refusal.why().distance()))
                          .orElseThrow();
                  return "; %s refused %d (nearest miss %s: %s)"
                      .formatted(
                          one.getKey(),
                          one.getValue().size(),
                          nearest.pool(),
                          nearest.why().text());
                })
            .collect(Collectors.joining());
  }

  /** For operators: each pool by itself. */
  public List<String> lines() {
    return refusals.stream().limit(IN_THE_LOG).map(Refusal::toString).toList();
  }
}
