package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.FilterChain;
import io.troupe.actors.scheduler.filter.HostFilter;
import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.weigher.HostWeigher;
import io.troupe.actors.scheduler.weigher.Scale;
import io.troupe.actors.scheduler.weigher.WeigherList;
import io.troupe.config.SchedulerSettings;
import io.troupe.config.WeigherName;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What decisions need to know about classes of hosts, kept from one decision to the next: which
 * classes are open to a kind of request, and what each weigher counts there. Found out again when a
 * class comes or the settings change.
 */
final class Habits {
  /** Kinds of request that are kept; beyond it the one that was not asked for longest goes. */
  private static final int KINDS = 4096;

  /** For one kind of request, whatever its instance, its size and the hosts it tried. */
  static final class Open {
    private final List<HostFilter> chain;
    private final List<HostWeigher> weighers;
    private boolean[] open = {};

    /** How many numbers below this one stand for open classes, and for shut ones. */
    private int[] openBelow = {0};

    private int[] shutBelow = {0};
    private long[] judged = {};
    private long version = -1;

    private Open(List<HostFilter> chain, List<HostWeigher> weighers) {
      this.chain = chain;
      this.weighers = weighers;
    }

    /** Every filter of the request, but for those of its group. */
    List<HostFilter> chain() {
      return chain;
    }

    /** Every weigher of the request, but for those of its group. */
    List<HostWeigher> weighers() {
      return weighers;
    }

    boolean is(int classNumber) {
      return open[classNumber];
    }

    /** Whether any of these classes is open. */
    boolean any(int first, int last) {
      return openBelow[last + 1] > openBelow[first];
    }

    /** Whether none of these classes is shut. */
    boolean all(int first, int last) {
      return shutBelow[last + 1] == shutBelow[first];
    }

    private void judge(HostClasses classes, RequestSpec request) {
      int size = classes.size();
      open = Arrays.copyOf(open, size);
      judged = Arrays.copyOf(judged, size);
      openBelow = new int[size + 1];
      shutBelow = new int[size + 1];
      for (int c = 0; c < size; c++) {
        boolean used = classes.inUse(c);
        if (used && judged[c] != classes.version(c)) {
          open[c] = passes(request, classes.get(c));
          judged[c] = classes.version(c);
        }
        openBelow[c + 1] = openBelow[c] + (used && open[c] ? 1 : 0);
        shutBelow[c + 1] = shutBelow[c] + (used && !open[c] ? 1 : 0);
      }
      version = classes.version();
    }

    private boolean passes(RequestSpec request, HostClass hostClass) {
      for (HostFilter filter : chain) {
        if (filter instanceof HostFilter.ByClass once
            && once.judge(request, hostClass) instanceof Verdict.Fail) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * What a weigher counts.
   *
   * @param usual where an aggregate does not say otherwise
   * @param byClass by class number, or null when it is the usual everywhere
   */
  record Multiplier(double usual, double[] byClass) {
    boolean matters() {
      return usual != 0 || byClass != null;
    }
  }

  private final HostClasses classes;
  private final Map<RequestSpec.Kind, Open> kinds =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<RequestSpec.Kind, Open> eldest) {
          return size() > KINDS;
        }
      };
  private final Map<WeigherName, Multiplier> multipliers = new EnumMap<>(WeigherName.class);
  private long multipliersVersion = -1;
  private SchedulerSettings settings;

  Habits(HostClasses classes) {
    this.classes = classes;
  }

  /**
   * Before a decision.
   *
   * @return true when the settings are others than before
   */
  boolean begin(SchedulerSettings now) {
    boolean others = now != settings && !now.equals(settings);
    if (others) {
      kinds.clear();
    }
    if (others || multipliersVersion != classes.version()) {
      multipliers.clear();
      multipliersVersion = classes.version();
    }
    settings = now;
    return others;
  }

  /** What is known of requests of this kind. */
  Open open(RequestSpec request, HostTable table) {
    RequestSpec.Kind kind = request.kind();
    Open known = kinds.get(kind);
    if (known == null) {
      RequestSpec alone = request.withoutGroup();
      known =
          new Open(
              List.copyOf(FilterChain.of(alone, table, settings)),
              List.copyOf(WeigherList.of(alone, settings)));
      kinds.put(kind, known);
    }
    if (known.version != classes.version()) {
      known.judge(classes, request);
    }
    return known;
  }

  Multiplier multiplier(HostWeigher weigher) {
    Multiplier known = multipliers.get(weigher.title());
    if (known == null) {
      known = findMultiplier(weigher);
      multipliers.put(weigher.title(), known);
    }
    return known;
  }

  private Multiplier findMultiplier(HostWeigher weigher) {
    double usual = weigher.multiplier(settings);
    double[] byClass = null;
    for (int c = 0; c < classes.size(); c++) {
      if (classes.inUse(c) && classes.get(c).aggregateMetadata().containsKey(weigher.option())) {
        if (byClass == null) {
          byClass = new double[classes.size()];
          Arrays.fill(byClass, usual);
        }
        byClass[c] = Scale.multiplier(weigher, settings, classes.get(c));
      }
    }
    return new Multiplier(usual, byClass);
  }

  /** For each weigher by load how much it counts, whatever the direction. */
  double[] importance() {
    return WeigherList.LOAD.stream()
        .mapToDouble(
            weigher ->
                settings.enabled(weigher.title()) ? Math.abs(weigher.multiplier(settings)) : 0)
        .toArray();
  }
}
