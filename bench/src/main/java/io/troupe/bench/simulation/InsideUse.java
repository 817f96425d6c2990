package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What there is of pinned CPUs, huge pages and devices, what claims have of it, and what is free
 * for nobody; of one host or of many.
 *
 * @param pages by size, KiB
 */
record InsideUse(Share pinned, SortedMap<Long, Share> pages, Share devices) {
  static final InsideUse NONE = new InsideUse(Share.NONE, new TreeMap<>(), Share.NONE);

  /**
   * @param total that can be claimed
   * @param stranded free, but no instance of the trace that asks for such fits here
   */
  record Share(long total, long claimed, long stranded) {
    static final Share NONE = new Share(0, 0, 0);

    Share plus(Share more) {
      return new Share(total + more.total, claimed + more.claimed, stranded + more.stranded);
    }

    double utilisation() {
      return total == 0 ? 0 : (double) claimed / total;
    }

    double strandedShare() {
      return total == 0 ? 0 : (double) stranded / total;
    }
  }

  InsideUse plus(InsideUse more) {
    if (more == NONE) {
      return this;
    }
    var sum = new TreeMap<>(pages);
    more.pages.forEach((size, share) -> sum.merge(size, share, Share::plus));
    return new InsideUse(pinned.plus(more.pinned), sum, devices.plus(more.devices));
  }

  /**
   * Of one host.
   *
   * @param pinnedOpen whether an instance with pinned CPUs fits
   * @param openDevices how many of the free devices somebody could still have, or nobody asks for
   */
  static InsideUse of(HostParts parts, boolean pinnedOpen, long openDevices) {
    HostTopology topology = parts.topology();
    long dedicated = topology.dedicatedCount();
    var own = new HashSet<Integer>();
    var pages = new TreeMap<Long, Share>();
    long devices = 0;
    for (HostTopology.Cell cell : topology.cells()) {
      for (HostTopology.Pages huge : cell.pages().stream().skip(1).toList()) {
        pages.merge(huge.sizeKib(), new Share(huge.count(), 0, 0), Share::plus);
      }
    }
    for (GuestPlacement placement : parts.placements()) {
      own.addAll(placement.ownCpus());
      devices += placement.devices().size();
      for (GuestPlacement.Cell cell : placement.cells()) {
        pages.computeIfPresent(
            cell.pageKib(), (_, share) -> share.plus(new Share(0, cell.pageCount(), 0)));
      }
    }
    own.retainAll(new HashSet<>(topology.dedicated()));
    long freeDevices = parts.freeDevices();
    return new InsideUse(
        new Share(dedicated, own.size(), pinnedOpen ? 0 : dedicated - own.size()),
        pages,
        new Share(devices + freeDevices, devices, freeDevices - openDevices));
  }

  /** Under the names that the figures have. */
  void utilisation(Map<String, Double> into) {
    put(into, "pinned_cpus", pinned, pinned.utilisation());
    pages.forEach((size, share) -> put(into, "pages_" + size + "_kib", share, share.utilisation()));
    put(into, "devices", devices, devices.utilisation());
  }

  /** Under the names that the figures have; pages are not told. */
  void stranded(Map<String, Double> into) {
    put(into, "pinned_cpus", pinned, pinned.strandedShare());
    put(into, "devices", devices, devices.strandedShare());
  }

  private static void put(Map<String, Double> into, String name, Share share, double value) {
    if (share.total > 0) {
      into.put(name, value);
    }
  }
}
