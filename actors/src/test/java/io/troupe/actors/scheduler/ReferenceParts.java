package io.troupe.actors.scheduler;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.config.PciAlias;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Device;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The reference's cells and devices: every order of cells, every choice of devices, none clever.
 */
final class ReferenceParts {
  private final Map<String, String> specs;
  private final int vcpus;
  private final long ramMib;
  private final Map<String, Integer> aliases = new LinkedHashMap<>();
  private HostParts host;

  private ReferenceParts(RequestSpec request, HostParts host) {
    this.specs = request.extraSpecs();
    this.vcpus = request.resources().vcpus();
    this.ramMib = request.resources().ramMib();
    this.host = host;
    for (String part : specs.getOrDefault("pci_passthrough:alias", "").split(",")) {
      if (!part.isEmpty()) {
        aliases.put(part.split(":")[0], Integer.valueOf(part.split(":")[1]));
      }
    }
  }

  // ---- what is asked, in the forms that RandomCloud makes

  private String word(String name) {
    return specs.getOrDefault("hw:" + name, "");
  }

  private boolean pins() {
    return word("cpu_policy").equals("dedicated") && vcpus > 0;
  }

  private int cells() {
    if (!word("numa_nodes").isEmpty()) {
      return Integer.parseInt(word("numa_nodes"));
    }
    return pins() || !word("mem_page_size").isEmpty() ? 1 : 0;
  }

  private Optional<Verdict.Fail> nonsense() {
    boolean threads = !word("cpu_thread_policy").isEmpty() && !pins();
    Optional<Verdict.Fail> unpinned =
        threads
            ? Optional.of(
                new Verdict.Mismatch(
                    "extra spec",
                    "hw:cpu_thread_policy",
                    "it goes with the policies dedicated and mixed only"))
            : Optional.empty();
    return unevenCells().or(() -> unpinned);
  }

  private Optional<Verdict.Fail> unevenCells() {
    if (cells() == 0) {
      return Optional.empty();
    }
    if (vcpus > 16384) {
      return Optional.of(
          new Verdict.Mismatch("extra spec", "vcpus", "no host has " + vcpus + " CPUs"));
    }
    if (vcpus % cells() != 0 || ramMib % cells() != 0) {
      String why =
          vcpus
              + " vCPUs and "
              + ramMib
              + " MiB of RAM are not evenly divided among "
              + cells()
              + " cells";
      return Optional.of(new Verdict.Mismatch("extra spec", "hw:numa_nodes", why));
    }
    return Optional.empty();
  }

  // ---- what is left

  private static HostParts left(HostDetail detail, Collection<RequestSpec> promised) {
    var left = detail.parts().orElse(new HostParts(HostTopology.NONE, List.of(), 1, 1, List.of()));
    if (detail.parts().isEmpty()) {
      return left;
    }
    var inOrder = new ArrayList<>(promised);
    inOrder.sort(Comparator.comparing(RequestSpec::instance));
    for (RequestSpec claim : inOrder) {
      var there = new ReferenceParts(claim, left);
      boolean asks = there.cells() > 0 || !there.aliases.isEmpty();
      if (asks && there.nonsense().isEmpty()) {
        var placement = there.place(true);
        left = placement.isPresent() ? left.and(placement.get()) : left;
      }
    }
    return left;
  }

  private boolean isFree(Device device) {
    var given = new HashSet<String>();
    host.placements().forEach(one -> one.devices().forEach(each -> given.add(each.address())));
    return isFree(device, given);
  }

  private boolean isFree(Device device, Set<String> given) {
    for (Device other : host.topology().devices()) {
      boolean related =
          other.parent().equals(Optional.of(device.address()))
              || device.parent().equals(Optional.of(other.address()));
      if (given.contains(other.address()) && (related || other.equals(device))) {
        return false;
      }
    }
    return true;
  }

  static int freeDevices(HostDetail detail, Collection<RequestSpec> promised) {
    var left = left(detail, promised);
    var any = new ReferenceParts(NOBODY, left);
    return (int) left.topology().devices().stream().filter(any::isFree).count();
  }

  private static final RequestSpec NOBODY = new RandomCloud(0, 1).request();

  // ---- why not

  static Optional<Verdict.Fail> deviceReason(
      RequestSpec request, HostDetail detail, Collection<RequestSpec> promised) {
    var asked = new ReferenceParts(request, left(detail, promised));
    return asked.aliases.isEmpty() || asked.nonsense().isPresent()
        ? Optional.empty()
        : asked.deviceReason();
  }

  private Optional<Verdict.Fail> deviceReason() {
    for (var alias : aliases.entrySet()) {
      int there = 0;
      for (Device device : host.topology().devices()) {
        there += isFree(device) && isOf(device, alias.getKey()) ? 1 : 0;
      }
      if (there < alias.getValue()) {
        return Optional.of(
            new Verdict.Short("devices of alias " + alias.getKey(), alias.getValue(), there, ""));
      }
    }
    return devices(null, false).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Verdict.Mismatch(
                "devices of aliases",
                String.join(",", aliases.keySet()) + " together",
                "each by itself only"));
  }

  static Optional<Verdict.Fail> cellReason(
      RequestSpec request, HostDetail detail, Collection<RequestSpec> promised) {
    var asked = new ReferenceParts(request, left(detail, promised));
    if (asked.nonsense().isPresent()) {
      return asked.nonsense();
    }
    return asked.cells() == 0 ? Optional.empty() : asked.cellReason();
  }

  private Optional<Verdict.Fail> cellReason() {
    var order = order();
    if (order.isEmpty()) {
      return Optional.of(new Verdict.Mismatch("numa topology", cells() + " cells", "none"));
    }
    if (cells() > order.size()) {
      return Optional.of(new Verdict.Short("numa cells", cells(), order.size(), ""));
    }
    for (int guest = 0; guest < cells(); guest++) {
      Map<Integer, List<Verdict.Fail>> byStage = new TreeMap<>();
      boolean any = false;
      for (HostTopology.Cell cell : order) {
        var misses = misses(guest, cell);
        any |= misses.isEmpty();
        misses.forEach((stage, m) -> byStage.computeIfAbsent(stage, s -> new ArrayList<>()).add(m));
      }
      if (!any) {
        var furthest = new TreeMap<>(byStage).lastEntry().getValue();
        return Optional.of(
            furthest.stream().min(Comparator.comparingLong(Verdict.Fail::distance)).orElseThrow());
      }
    }
    if (place(false).isEmpty()) {
      return Optional.of(
          new Verdict.Mismatch("guest cells", cells() + " together", "each by itself only"));
    }
    if (!aliases.isEmpty() && deviceReason().isEmpty() && place(true).isEmpty()) {
      return Optional.of(
          new Verdict.Mismatch(
              "devices of " + String.join(",", aliases.keySet()),
              "near the guest's cells",
              "elsewhere only"));
    }
    return Optional.empty();
  }

  // ---- cells

  private List<HostTopology.Cell> order() {
    var cells = new ArrayList<>(host.topology().cells());
    cells.sort(
        Comparator.comparingLong(
                (HostTopology.Cell cell) ->
                    aliases.isEmpty()
                        ? host.topology().devices().stream()
                            .filter(device -> device.cell().equals(Optional.of(cell.id())))
                            .count()
                        : 0)
            .thenComparingLong(cell -> held(cell).stream().mapToLong(c -> c.ramMib()).sum())
            .thenComparingInt(HostTopology.Cell::id));
    return cells;
  }

  private List<GuestPlacement.Cell> held(HostTopology.Cell cell) {
    var held = new ArrayList<GuestPlacement.Cell>();
    for (GuestPlacement placement : host.placements()) {
      for (GuestPlacement.Cell one : placement.cells()) {
        if (one.hostCell() == cell.id()) {
          held.add(one);
        }
      }
    }
    return held;
  }

  private List<Integer> sharedCpus(HostTopology.Cell cell) {
    var shared = new ArrayList<>(cell.cpus());
    shared.removeAll(host.topology().dedicated());
    shared.sort(null);
    return shared;
  }

  /** The first thing that is missing, with its place in the order of questions. */
  private Map<Integer, Verdict.Fail> misses(int guest, HostTopology.Cell cell) {
    String where = " for guest cell " + guest + " on cell " + cell.id();
    int cpus = vcpus / cells();
    long mib = ramMib / cells();
    if (!pins() && cpus > 0) {
      long shared = sharedCpus(cell).size();
      long used = held(cell).stream().mapToLong(c -> c.cpus().size() - c.pins().size()).sum();
      long free = Math.min(shared, (long) Math.floor(shared * host.cpuRatio()) - used);
      if (cpus > free) {
        return Map.of(0, new Verdict.Short("vcpus" + where, cpus, free, ""));
      }
    }
    if (pins()) {
      int found = Math.min(cpus, ownCpus(cell).size());
      if (found < cpus) {
        return Map.of(1, new Verdict.Short("dedicated cpus" + where, cpus, found, ""));
      }
    }
    if (word("mem_page_size").isEmpty()) {
      long used = held(cell).stream().mapToLong(GuestPlacement.Cell::ramMib).sum();
      long free =
          Math.min(cell.ramMib(), (long) Math.floor(cell.ramMib() * host.ramRatio()) - used);
      return mib > free ? Map.of(2, new Verdict.Short("ram" + where, mib, free, "MiB")) : Map.of();
    }
    long most = 0;
    for (HostTopology.Pages pages : meant(cell)) {
      most = Math.max(most, free(cell, pages) * pages.sizeKib() / 1024);
    }
    return pageKib(cell) == 0
        ? Map.of(2, new Verdict.Short("pages" + where, mib, most, "MiB"))
        : Map.of();
  }

  /** Largest first. */
  private List<HostTopology.Pages> meant(HostTopology.Cell cell) {
    var pages = new ArrayList<>(cell.pages());
    pages.sort(Comparator.comparingLong(one -> -one.sizeKib()));
    switch (word("mem_page_size")) {
      case "small" -> pages.removeIf(one -> one.sizeKib() != 4);
      case "large" -> pages.removeIf(one -> one.sizeKib() == 4);
      case "any" -> {}
      default -> pages.removeIf(one -> one.sizeKib() != Long.parseLong(word("mem_page_size")));
    }
    return pages;
  }

  private long free(HostTopology.Cell cell, HostTopology.Pages pages) {
    long used = 0;
    for (GuestPlacement.Cell one : held(cell)) {
      used += one.pageKib() == pages.sizeKib() ? one.ramMib() * 1024 / pages.sizeKib() : 0;
    }
    return pages.count() - used;
  }

  private long pageKib(HostTopology.Cell cell) {
    if (word("mem_page_size").isEmpty()) {
      return 0;
    }
    long kib = ramMib / cells() * 1024;
    for (HostTopology.Pages pages : meant(cell)) {
      if (kib % pages.sizeKib() == 0 && kib <= free(cell, pages) * pages.sizeKib()) {
        return pages.sizeKib();
      }
    }
    return 0;
  }

  /** In the order in which they are given, with the siblings that stay idle. */
  private Map<Integer, List<Integer>> ownCpus(HostTopology.Cell cell) {
    var gone = new HashSet<Integer>();
    host.placements().forEach(placement -> gone.addAll(placement.ownCpus()));
    String policy = word("cpu_thread_policy");
    var found = new LinkedHashMap<Integer, List<Integer>>();
    for (int size = 8; size > 0; size--) {
      for (List<Integer> core : cell.cores()) {
        var free = new ArrayList<>(core);
        free.retainAll(host.topology().dedicated());
        free.removeAll(gone);
        boolean isolated = policy.equals("isolate");
        if (free.size() == size
            && (!isolated || size == core.size())
            && (!policy.equals("require") || size > 1)) {
          for (int cpu : isolated ? free.subList(0, 1) : free) {
            found.put(cpu, isolated ? free.subList(1, size) : List.of());
          }
        }
      }
    }
    return found;
  }

  // ---- placing

  private Optional<GuestPlacement> place(boolean withDevices) {
    if (withDevices && deviceReason().isPresent()) {
      return Optional.empty();
    }
    return place(List.of(), withDevices, false)
        .or(() -> withDevices ? place(List.of(), true, true) : Optional.empty());
  }

  private Optional<GuestPlacement> place(
      List<HostTopology.Cell> on, boolean withDevices, boolean anywhere) {
    if (on.size() == cells()) {
      var devices =
          withDevices ? devices(on, anywhere) : Optional.of(List.<GuestPlacement.Device>of());
      return devices.map(
          given ->
              new GuestPlacement(
                  cells() + given.size() == 0 ? 0 : vcpus,
                  cells() + given.size() == 0 ? 0 : ramMib,
                  placed(on),
                  List.of(),
                  List.of(),
                  given));
    }
    for (HostTopology.Cell cell : order()) {
      if (!on.contains(cell) && misses(on.size(), cell).isEmpty()) {
        var more = new ArrayList<>(on);
        more.add(cell);
        var placement = place(more, withDevices, anywhere);
        if (placement.isPresent()) {
          return placement;
        }
      }
    }
    return Optional.empty();
  }

  private List<GuestPlacement.Cell> placed(List<HostTopology.Cell> on) {
    var placed = new ArrayList<GuestPlacement.Cell>();
    for (int guest = 0; guest < on.size(); guest++) {
      HostTopology.Cell cell = on.get(guest);
      var cpus = new ArrayList<Integer>();
      for (int i = 0; i < vcpus / cells(); i++) {
        cpus.add(guest * (vcpus / cells()) + i);
      }
      var pins = new ArrayList<GuestPlacement.Pin>();
      var idle = new ArrayList<Integer>();
      if (pins()) {
        for (var own : ownCpus(cell).entrySet()) {
          if (pins.size() < cpus.size()) {
            pins.add(new GuestPlacement.Pin(cpus.get(pins.size()), own.getKey()));
            idle.addAll(own.getValue());
          }
        }
      }
      idle.sort(null);
      placed.add(
          new GuestPlacement.Cell(
              cell.id(),
              cpus,
              ramMib / cells(),
              pageKib(cell),
              pins,
              !pins() && !cpus.isEmpty() ? sharedCpus(cell) : List.of(),
              idle));
    }
    return placed;
  }

  // ---- devices

  private boolean isOf(Device device, String name) {
    return host.aliases().stream()
        .anyMatch(
            alias ->
                alias.name().equals(name)
                    && alias.type().equals(device.type().toString())
                    && (alias.vendor() + device.vendor()).contains(device.vendor())
                    && (alias.vendor().isEmpty() || alias.vendor().equals(device.vendor()))
                    && (alias.product().isEmpty() || alias.product().equals(device.product())));
  }

  /**
   * The first choice.
   *
   * @param on null: it does not matter how near
   */
  private Optional<List<GuestPlacement.Device>> devices(
      List<HostTopology.Cell> on, boolean anywhere) {
    var wanted = new ArrayList<String>();
    aliases.forEach(
        (alias, count) -> {
          for (int i = 0; i < count; i++) {
            wanted.add(alias);
          }
        });
    return devices(wanted, List.of(), on, anywhere);
  }

  private Optional<List<GuestPlacement.Device>> devices(
      List<String> wanted,
      List<GuestPlacement.Device> given,
      List<HostTopology.Cell> on,
      boolean anywhere) {
    if (given.size() == wanted.size()) {
      return Optional.of(given);
    }
    String alias = wanted.get(given.size());
    var gone = new HashSet<String>();
    given.forEach(device -> gone.add(device.address()));
    for (Device device : host.topology().devices()) {
      if (isOf(device, alias)
          && isFree(device)
          && isFree(device, gone)
          && (on == null || isNear(device, alias, on, anywhere))) {
        var more = new ArrayList<>(given);
        more.add(new GuestPlacement.Device(device.address(), alias));
        var all = devices(wanted, more, on, anywhere);
        if (all.isPresent()) {
          return all;
        }
      }
    }
    return Optional.empty();
  }

  private boolean isNear(
      Device device, String alias, List<HostTopology.Cell> on, boolean anywhere) {
    if (on.isEmpty()) {
      return true;
    }
    String policy = word("pci_numa_affinity_policy");
    if (policy.isEmpty()) {
      policy =
          host.aliases().stream()
              .filter(one -> one.name().equals(alias))
              .map(PciAlias::policy)
              .map(one -> one.word())
              .findFirst()
              .orElse("legacy");
    }
    boolean same = on.stream().anyMatch(c -> device.cell().equals(Optional.of(c.id())));
    boolean sameSocket =
        on.stream()
            .anyMatch(
                c ->
                    host.topology().cells().stream()
                        .anyMatch(
                            other ->
                                device.cell().equals(Optional.of(other.id()))
                                    && other.socket() == c.socket()));
    return switch (policy) {
      case "required" -> same;
      case "socket" -> sameSocket;
      case "preferred" -> anywhere || same || device.cell().isEmpty();
      default -> same || device.cell().isEmpty();
    };
  }
}
