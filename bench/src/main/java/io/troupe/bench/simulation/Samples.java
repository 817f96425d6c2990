package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * How full the fleet is, at times that are evenly spread over the trace. Hosts that are disabled or
 * down do not count.
 */
final class Samples {
  private static final List<String> RESOURCES = List.of("vcpus", "ram", "disk");
  private static final int COUNT = 200;

  /**
   * One look at the fleet; each figure is by resource, each number a share of 0 to 1. Pinned CPUs,
   * huge pages and devices are among them where hosts have any.
   *
   * @param utilisation claimed of what can be claimed
   * @param fragmentation of what is free the part that lies in pieces too small for the largest
   *     request of the trace
   * @param stranded of what can be claimed the part that is free on hosts that lack another
   *     resource for even the smallest request; of pinned CPUs and devices, on hosts into which
   *     nothing fits any more that asks for such
   */
  record Sample(
      double at,
      int instances,
      SequencedMap<String, Double> utilisation,
      SequencedMap<String, Double> fragmentation,
      SequencedMap<String, Double> stranded) {
    Sample {
      utilisation = Collections.unmodifiableSequencedMap(utilisation);
      fragmentation = Collections.unmodifiableSequencedMap(fragmentation);
      stranded = Collections.unmodifiableSequencedMap(stranded);
    }
  }

  private final SimulatedHosts hosts;
  private final Trace.Outlook outlook;
  private final List<Sample> taken = new ArrayList<>();

  Samples(SimulatedHosts hosts, Trace.Outlook outlook) {
    this.hosts = hosts;
    this.outlook = outlook;
  }

  List<Sample> taken() {
    return taken;
  }

  /** Takes those that are due before something happens at this time. */
  void until(double at) {
    while (taken.size() < COUNT && dueAt(taken.size()) < at) {
      taken.add(look(dueAt(taken.size())));
    }
  }

  private double dueAt(int number) {
    return outlook.from() + (outlook.to() - outlook.from()) * number / COUNT;
  }

  void last() {
    taken.add(look(outlook.to()));
  }

  private Sample look(double at) {
    InsideUse[] inside = {InsideUse.NONE};
    double[] capacity = new double[3];
    double[] claimed = new double[3];
    double[] free = new double[3];
    double[] whole = new double[3];
    double[] stranded = new double[3];
    long[] least = amounts(outlook.smallest());
    long[] most = amounts(outlook.largest());
    hosts
        .rows()
        .filter(host -> host.enabled() && host.up())
        .forEach(
            host -> {
              inside[0] = inside[0].plus(hosts.inside(host.id(), outlook.kinds()));
              long[] taken = amounts(host.claimed());
              long[] left = free(host);
              for (int r = 0; r < 3; r++) {
                capacity[r] += taken[r] + left[r];
                claimed[r] += taken[r];
                long open = Math.max(0, left[r]);
                free[r] += open;
                whole[r] += most[r] == 0 ? open : open / most[r] * most[r];
                stranded[r] += lacksAnother(r, left, least) ? open : 0;
              }
            });
    var fragmentation = new LinkedHashMap<String, Double>();
    for (int r = 0; r < 3; r++) {
      fragmentation.put(RESOURCES.get(r), free[r] == 0 ? 0 : 1 - whole[r] / free[r]);
    }
    var utilisation = shares(claimed, capacity);
    inside[0].utilisation(utilisation);
    var lost = shares(stranded, capacity);
    inside[0].stranded(lost);
    return new Sample(at, hosts.instances(), utilisation, fragmentation, lost);
  }

  private static boolean lacksAnother(int resource, long[] free, long[] least) {
    for (int r = 0; r < 3; r++) {
      if (r != resource && least[r] > 0 && free[r] < least[r]) {
        return true;
      }
    }
    return false;
  }

  private static SequencedMap<String, Double> shares(double[] parts, double[] of) {
    var shares = new LinkedHashMap<String, Double>();
    for (int r = 0; r < 3; r++) {
      shares.put(RESOURCES.get(r), of[r] == 0 ? 0 : parts[r] / of[r]);
    }
    return shares;
  }

  private static long[] amounts(Resources amount) {
    return new long[] {amount.vcpus(), amount.ramMib(), amount.diskGib()};
  }

  private static long[] free(HostRow host) {
    return new long[] {host.freeVcpus(), host.freeRamMib(), host.freeDiskGib()};
  }
}
