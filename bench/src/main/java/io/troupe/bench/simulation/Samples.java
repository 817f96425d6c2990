package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.core.value.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * How full the fleet is, at times that are evenly spread over the trace. Hosts that are disabled or
 * down do not count.
 */
final class Samples {
  static final List<String> RESOURCES = List.of("vcpus", "ram", "disk");
  private static final int COUNT = 200;

  /**
   * One look at the fleet; each list is by resource, in the order of {@link #RESOURCES}, each
   * number a share of 0 to 1.
   *
   * @param utilisation claimed of what can be claimed
   * @param fragmentation of what is free the part that lies in pieces too small for the largest
   *     request of the trace
   * @param stranded of what can be claimed the part that is free on hosts that lack another
   *     resource for even the smallest request
   */
  record Sample(
      double at,
      int instances,
      List<Double> utilisation,
      List<Double> fragmentation,
      List<Double> stranded) {}

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
      taken.add(look(hosts, dueAt(taken.size()), outlook.smallest(), outlook.largest()));
    }
  }

  private double dueAt(int number) {
    return outlook.from() + (outlook.to() - outlook.from()) * number / COUNT;
  }

  void last() {
    taken.add(look(hosts, outlook.to(), outlook.smallest(), outlook.largest()));
  }

  static Sample look(SimulatedHosts hosts, double at, Resources smallest, Resources largest) {
    double[] capacity = new double[3];
    double[] claimed = new double[3];
    double[] free = new double[3];
    double[] whole = new double[3];
    double[] stranded = new double[3];
    long[] least = amounts(smallest);
    long[] most = amounts(largest);
    hosts
        .rows()
        .filter(host -> host.enabled() && host.up())
        .forEach(
            host -> {
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
    var fragmentation = new ArrayList<Double>();
    for (int r = 0; r < 3; r++) {
      fragmentation.add(free[r] == 0 ? 0 : 1 - whole[r] / free[r]);
    }
    return new Sample(
        at,
        hosts.instances(),
        shares(claimed, capacity),
        fragmentation,
        shares(stranded, capacity));
  }

  private static boolean lacksAnother(int resource, long[] free, long[] least) {
    for (int r = 0; r < 3; r++) {
      if (r != resource && least[r] > 0 && free[r] < least[r]) {
        return true;
      }
    }
    return false;
  }

  private static List<Double> shares(double[] parts, double[] of) {
    var shares = new ArrayList<Double>();
    for (int r = 0; r < 3; r++) {
      shares.add(of[r] == 0 ? 0 : parts[r] / of[r]);
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
