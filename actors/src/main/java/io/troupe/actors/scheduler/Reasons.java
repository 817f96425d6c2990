package io.troupe.actors.scheduler;

import static java.util.stream.Collectors.groupingBy;

import io.troupe.actors.scheduler.Explanation.Removal;
import io.troupe.actors.scheduler.PlacementReport.HostReport;
import io.troupe.actors.scheduler.PlacementReport.Obstacle;
import io.troupe.actors.scheduler.PlacementReport.Removed;
import io.troupe.actors.scheduler.PlacementReport.Weighed;
import io.troupe.actors.scheduler.PlacementReport.Weight;
import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.weigher.HostWeigher;
import io.troupe.actors.scheduler.weigher.Scale;
import io.troupe.actors.scheduler.weigher.WeigherList;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Asks the filters and weighers about the hosts one by one: slower than the plan, but it can tell
 * why. Runs when a request is refused, or when somebody asks.
 */
final class Reasons {
  private record Refused(Host at, HostId host, String filter, Verdict.Fail miss) {}

  private record Ranked(HostId host, Weighed weighed) {}

  private final HostTable table;
  private final RequestSpec request;
  private final SchedulerSettings settings;
  private final List<HostFilter> chain;

  /** By place in the chain and class number; null where not asked yet. */
  private final Verdict[][] byClass;

  private final List<HostRow> survivors = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();

  Reasons(HostTable table, RequestSpec request, SchedulerSettings settings) {
    this.table = table;
    this.request = request;
    this.settings = settings;
    chain = FilterChain.of(request, table, settings);
    byClass = new Verdict[chain.size()][table.classes().size()];
    for (Host host : table.hosts()) {
      firstFailure(host).ifPresentOrElse(refused::add, () -> survivors.add(host.seen));
    }
  }

  private Optional<Refused> firstFailure(Host host) {
    for (int i = 0; i < byClass.length; i++) {
      if (judge(i, host) instanceof Verdict.Fail miss) {
        return Optional.of(new Refused(host, host.seen.id(), chain.get(i).name(), miss));
      }
    }
    return Optional.empty();
  }

  private Verdict judge(int place, Host host) {
    return switch (chain.get(place)) {
      case HostFilter.ByClass once -> {
        Verdict[] verdicts = byClass[place];
        int number = table.classNumber(host);
        if (verdicts[number] == null) {
          verdicts[number] = once.judge(request, table.classes().get(number));
        }
        yield verdicts[number];
      }
      case HostFilter other -> other.judge(request, host.seen);
    };
  }

  /** Counts and nearest misses of the hosts that were removed. */
  Explanation explanation() {
    var byFilter = refused.stream().collect(groupingBy(Refused::filter));
    var removals =
        chain.stream()
            .map(HostFilter::name)
            .distinct()
            .filter(byFilter::containsKey)
            .map(filter -> removal(filter, byFilter.get(filter)))
            .toList();
    return new Explanation(table.size(), removals);
  }

  private static Removal removal(String filter, List<Refused> hosts) {
    Refused nearest =
        hosts.stream()
            .min(
                Comparator.comparingLong((Refused host) -> host.miss().distance())
                    .thenComparing(host -> host.host().value()))
            .orElseThrow();
    return new Removal(filter, hosts.size(), nearest.host(), nearest.miss());
  }

  PlacementReport report(Decision decision, long seed) {
    Stream<HostReport> passed =
        weigh().stream()
            .sorted(
                Comparator.comparingDouble((Ranked host) -> -host.weighed().weight())
                    .thenComparingLong(host -> Ranking.lot(host.host(), seed))
                    .thenComparing(host -> host.host().value()))
            .map(host -> new HostReport(host.host(), host.weighed()));
    Stream<HostReport> failed =
        refused.stream()
            .sorted(Comparator.comparing(host -> host.host().value()))
            .map(
                host ->
                    new HostReport(
                        host.host(), new Removed(host.filter(), host.miss(), further(host))));
    return new PlacementReport(decision, explanation(), Stream.concat(passed, failed).toList());
  }

  /** Every filter after the first that fails the host. */
  private List<Obstacle> further(Refused host) {
    var further = new ArrayList<Obstacle>();
    boolean past = false;
    for (int i = 0; i < byClass.length; i++) {
      String filter = chain.get(i).name();
      if (past && judge(i, host.at()) instanceof Verdict.Fail miss) {
        further.add(new Obstacle(filter, miss));
      }
      past |= filter.equals(host.filter());
    }
    return further;
  }

  private List<Ranked> weigh() {
    List<HostWeigher> weighers =
        survivors.size() == 1 ? List.of() : WeigherList.of(request, settings);
    List<Scale> scales = weighers.stream().map(this::scale).toList();
    var ranked = new ArrayList<Ranked>(survivors.size());
    for (HostRow host : survivors) {
      var weights = new ArrayList<Weight>(weighers.size());
      for (int i = 0; i < weighers.size(); i++) {
        weights.add(weight(weighers.get(i), scales.get(i), host));
      }
      double sum = weights.stream().map(Weight::weight).reduce(0.0, Double::sum); // in order
      ranked.add(new Ranked(host.id(), new Weighed(sum, weights)));
    }
    return ranked;
  }

  private Scale scale(HostWeigher weigher) {
    var raw =
        survivors.stream().mapToInt(host -> weigher.floored(request, host)).summaryStatistics();
    int low = weigher.fromZero() ? 0 : raw.getMin();
    return survivors.isEmpty() ? new Scale(0, 0) : new Scale(low, raw.getMax());
  }

  private Weight weight(HostWeigher weigher, Scale scale, HostRow host) {
    int raw = weigher.floored(request, host);
    double multiplier = Scale.multiplier(weigher, settings, host.hostClass());
    double weight = (raw - scale.low()) * scale.perUnit(multiplier);
    return new Weight(weigher.name(), raw, scale.normalised(raw), multiplier, weight);
  }
}
