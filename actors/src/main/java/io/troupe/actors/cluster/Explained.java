package io.troupe.actors.cluster;

import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.PlacementExplanation.FilterOutcome;
import io.troupe.actors.scheduler.PlacementExplanation.HostVerdict;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.PlacementReport.HostReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A scheduler's report in the operator API's words. */
final class Explained {
  /** Enough for a person; the counts cover all hosts. */
  private static final int HOSTS_SHOWN = 1000;

  private Explained() {}

  static PlacementExplanation of(PlacementReport report) {
    var weights =
        report.hosts().stream()
            .collect(Collectors.toMap(one -> one.host().value(), Explained::weights));
    List<Candidate> candidates =
        report.decision() instanceof Decision.Placed(var chosen, _) ? chosen : List.of();
    return new PlacementExplanation(
        report.removed().considered(),
        candidates.stream()
            .map(
                one ->
                    new PlacementExplanation.Candidate(
                        one.host().value(), one.weight(), weights.get(one.host().value())))
            .toList(),
        report.removed().removals().stream()
            .map(
                one ->
                    new FilterOutcome(
                        one.filter(),
                        one.removed(),
                        Optional.of(one.nearest() + ": " + one.miss().text())))
            .toList(),
        report.hosts().stream().limit(HOSTS_SHOWN).map(Explained::verdict).toList(),
        report.decision() instanceof Decision.NoValidHost(_, var unless)
            ? unless
            : Optional.empty());
  }

  private static Map<String, Double> weights(HostReport host) {
    return host.outcome() instanceof PlacementReport.Weighed(_, var parts)
        ? parts.stream()
            .collect(
                Collectors.toMap(PlacementReport.Weight::weigher, PlacementReport.Weight::weight))
        : Map.of();
  }

  private static HostVerdict verdict(HostReport host) {
    var name = host.host().value();
    return switch (host.outcome()) {
      case PlacementReport.Removed(var filter, var miss, var further) ->
          new HostVerdict(
              name,
              false,
              Optional.of(filter),
              Optional.of(miss.text()),
              Map.of(),
              Optional.of(miss.remedy()),
              further.stream().map(one -> one.filter() + ": " + one.miss().text()).toList());
      case PlacementReport.Weighed _ ->
          new HostVerdict(name, true, Optional.empty(), Optional.empty(), weights(host));
    };
  }
}
