package io.troupe.drivers.fake;

import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What fake hosts are made of inside, all alike. */
final class FakeTopology {
  private static final int MOST_CELLS = 64;
  private static final int MOST_DEVICES = 255;
  private static final Pattern PAGES = Pattern.compile("(\\d{1,8}):(\\d{1,9})");
  private static final Pattern DEVICES =
      Pattern.compile("([0-9a-f]{4}):([0-9a-f]{4}):(\\d{1,3})(:(PCI|PF|VF))?");

  private FakeTopology() {}

  /** From the options {@code cells, threads, hugePages, dedicatedCpus, devices}. */
  static HostTopology of(FakeOptions options, Resources capacity) throws DriverException {
    var cells = (int) options.number("cells", 0, 0, MOST_CELLS);
    var threads = (int) options.number("threads", 1, 1, 8);
    var huge =
        options.checked(
            "hugePages", List.<Pages>of(), "KiB:COUNT of each size", FakeTopology::pages);
    var dedicated =
        options.checked("dedicatedCpus", List.<Integer>of(), "a set of CPUs", CpuList::parse);
    var devices =
        options.checked(
            "devices",
            List.<Device>of(),
            "VENDOR:PRODUCT:COUNT[:PCI|PF|VF], parted by commas",
            text -> devices(text, cells));
    if (cells > 0 && capacity.vcpus() / threads < cells) {
      throw DriverException.instanceFault(
          "option cells must be no more than the cores there are: " + capacity.vcpus() / threads);
    }
    return new HostTopology(cells(cells, threads, huge, capacity), dedicated, devices);
  }

  private static List<Pages> pages(String text) {
    var all = new ArrayList<Pages>();
    for (var part : text.split(",")) {
      var pages = PAGES.matcher(part);
      if (!pages.matches()) {
        throw new IllegalArgumentException(part);
      }
      all.add(new Pages(Long.parseLong(pages.group(1)), Long.parseLong(pages.group(2))));
    }
    return all;
  }

  private static List<Device> devices(String text, int cells) {
    var all = new ArrayList<Device>();
    var physical = new ArrayList<String>();
    for (var part : text.split(",")) {
      var devices = DEVICES.matcher(part);
      if (!devices.matches()) {
        throw new IllegalArgumentException(part);
      }
      var count = Integer.parseInt(devices.group(3));
      var type =
          devices.group(5) == null
              ? HostTopology.Type.PCI
              : HostTopology.Type.valueOf(devices.group(5));
      for (var i = 0; i < count; i++) {
        var number = all.size() + 1;
        if (number > MOST_DEVICES) {
          throw new IllegalArgumentException("at most " + MOST_DEVICES + " devices");
        }
        var address = "0000:%02x:00.0".formatted(number);
        var parent =
            type == HostTopology.Type.VF && !physical.isEmpty()
                ? Optional.of(physical.get(i * physical.size() / count))
                : Optional.<String>empty();
        if (type == HostTopology.Type.PF) {
          physical.add(address);
        }
        all.add(
            new Device(
                address,
                devices.group(1),
                devices.group(2),
                type,
                cells == 0 ? Optional.empty() : Optional.of(i * cells / count),
                parent,
                Map.of()));
      }
    }
    return all;
  }

  /** CPUs are numbered through, siblings beside each other. */
  private static List<Cell> cells(int count, int threads, List<Pages> huge, Resources capacity) {
    var cells = new ArrayList<Cell>();
    var cores = capacity.vcpus() / threads;
    var ramMib = count == 0 ? 0 : capacity.ramMib() / count;
    var hugeKib = huge.stream().mapToLong(pages -> pages.sizeKib() * pages.count()).sum();
    var pages = new ArrayList<Pages>();
    pages.add(new Pages(4, Math.max(0, (ramMib * 1024 - hugeKib) / 4)));
    pages.addAll(huge);
    for (var cell = 0; cell < count; cell++) {
      var own = new ArrayList<List<Integer>>();
      for (var core = cores * cell / count; core < cores * (cell + 1) / count; core++) {
        var siblings = new ArrayList<Integer>();
        for (var thread = 0; thread < threads; thread++) {
          siblings.add(core * threads + thread);
        }
        own.add(siblings);
      }
      cells.add(new Cell(cell, cell, own, ramMib, pages));
    }
    return cells;
  }
}
