package io.troupe.bench.simulation;

import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what a host is made of inside; docs/simulator.md lists the fields. */
final class InsideFields {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{4}");
  private static final int MOST_CELLS = 64;
  private static final long SMALL_KIB = 4;

  private final Resources total;
  private final Set<Integer> cpus = new HashSet<>();
  private final Set<Integer> ids = new HashSet<>();

  private InsideFields(Resources total) {
    this.total = total;
  }

  /**
   * Cells and devices of a host.
   *
   * @param total what the whole host has
   * @throws InputException when they do not fit together
   */
  static HostTopology read(Input.Members host, Resources total) {
    var reading = new InsideFields(total);
    List<Cell> cells = List.of();
    List<Integer> dedicated = List.of();
    Optional<Input> numa = host.optional("numa");
    if (numa.isPresent()) {
      var fields = numa.get().object("cells", "dedicated_cpus");
      cells = reading.cells(fields.required("cells"));
      dedicated = fields.optional("dedicated_cpus").map(reading::dedicated).orElse(List.of());
    }
    return new HostTopology(
        cells, dedicated, host.optional("pci").map(reading::devices).orElse(List.of()));
  }

  // ---- cells

  private List<Cell> cells(Input field) {
    var cells = new ArrayList<Cell>();
    for (Input one : field.list()) {
      cells.add(cell(one, cells.size()));
    }
    if (cells.isEmpty() || cells.size() > MOST_CELLS) {
      throw field.wrong("must be 1 to " + MOST_CELLS + " cells, was " + cells.size());
    }
    if (cpus.size() != total.vcpus()) {
      throw field.wrong(
          "the cells have %d CPUs, the host %d".formatted(cpus.size(), total.vcpus()));
    }
    long ramMib = cells.stream().mapToLong(Cell::ramMib).sum();
    if (ramMib > total.ramMib()) {
      throw field.wrong("the cells have %d MiB, the host %d".formatted(ramMib, total.ramMib()));
    }
    cells.sort(Comparator.comparingInt(Cell::id));
    return cells;
  }

  private Cell cell(Input field, int place) {
    var fields = field.object("id", "socket", "cpus", "siblings", "ram_mib", "huge_pages");
    int id = (int) (long) fields.optional("id").map(i -> i.whole(0, 1023)).orElse((long) place);
    if (!ids.add(id)) {
      throw field.wrong("there are two cells " + id);
    }
    List<Integer> own = fields.required("cpus").text(CpuList::parse);
    for (int cpu : own) {
      if (!cpus.add(cpu)) {
        throw fields.required("cpus").wrong("CPU " + cpu + " is in another cell, too");
      }
    }
    long ramMib = fields.required("ram_mib").whole(1, total.ramMib());
    return new Cell(
        id,
        (int) (long) fields.optional("socket").map(s -> s.whole(0, 1023)).orElse((long) id),
        cores(own, fields.optional("siblings").map(Input::list).orElse(List.of())),
        ramMib,
        pages(fields.optional("huge_pages").map(Input::list).orElse(List.of()), ramMib));
  }

  /** In the order of their first CPUs, as a driver tells them; who has no siblings is a core. */
  private static List<List<Integer>> cores(List<Integer> cpus, List<Input> siblings) {
    var coreOf = new HashMap<Integer, List<Integer>>();
    for (Input one : siblings) {
      List<Integer> core = one.text(CpuList::parse);
      for (int cpu : core) {
        if (!cpus.contains(cpu) || coreOf.put(cpu, core) != null) {
          throw one.wrong("CPU " + cpu + " is not in this cell, or in another core, too");
        }
      }
    }
    var cores = new LinkedHashSet<List<Integer>>();
    cpus.forEach(cpu -> cores.add(coreOf.getOrDefault(cpu, List.of(cpu))));
    return List.copyOf(cores);
  }

  /** What is not in huge pages is in small ones. */
  private static List<Pages> pages(List<Input> huge, long ramMib) {
    var pages = new ArrayList<Pages>();
    var sizes = new TreeSet<Long>();
    long leftKib = ramMib * 1024;
    for (Input one : huge) {
      var fields = one.object("size_kib", "count");
      long sizeKib = fields.required("size_kib").whole(SMALL_KIB + 1, 1L << 30);
      if (Long.bitCount(sizeKib) != 1 || !sizes.add(sizeKib)) {
        throw fields
            .required("size_kib")
            .wrong("must be a power of two that is not there twice, was " + sizeKib);
      }
      long count = fields.required("count").whole(0, 1L << 30);
      leftKib -= sizeKib * count;
      pages.add(new Pages(sizeKib, count));
    }
    if (leftKib < 0) {
      throw huge.getFirst().wrong("the pages are more than the cell's %d MiB".formatted(ramMib));
    }
    pages.add(new Pages(SMALL_KIB, leftKib / SMALL_KIB));
    pages.sort(Comparator.comparingLong(Pages::sizeKib));
    return pages;
  }

  private List<Integer> dedicated(Input field) {
    List<Integer> dedicated = field.text(CpuList::parse);
    for (int cpu : dedicated) {
      if (!cpus.contains(cpu)) {
        throw field.wrong("CPU " + cpu + " is in no cell");
      }
    }
    return dedicated;
  }

  // ---- devices

  private List<Device> devices(Input field) {
    var devices = new ArrayList<Device>();
    var types = new HashMap<String, Type>();
    for (Input one : field.list()) {
      var device = device(one);
      if (types.put(device.address(), device.type()) != null) {
        throw one.wrong("there are two devices " + device.address());
      }
      devices.add(device);
    }
    for (int i = 0; i < devices.size(); i++) {
      Optional<String> parent = devices.get(i).parent();
      if (parent.isPresent() && types.get(parent.get()) != Type.PF) {
        throw field.list().get(i).wrong("there is no device of type PF at " + parent.get());
      }
    }
    devices.sort(Comparator.comparing(Device::address));
    return devices;
  }

  private Device device(Input field) {
    var fields =
        field.object("address", "vendor_id", "product_id", "type", "numa", "parent", "tags");
    Type type = fields.optional("type").map(one -> one.text(InsideFields::type)).orElse(Type.PCI);
    Optional<String> parent = fields.optional("parent").map(InsideFields::address);
    if (parent.isPresent() && type != Type.VF) {
      throw fields.required("parent").wrong("goes with the type VF only");
    }
    Optional<Integer> cell = fields.optional("numa").map(one -> (int) one.whole(0, 1023));
    if (cell.isPresent() && !ids.contains(cell.get())) {
      throw fields.required("numa").wrong("there is no cell " + cell.get());
    }
    return new Device(
        address(fields.required("address")),
        digits(fields.required("vendor_id")),
        digits(fields.required("product_id")),
        type,
        cell,
        parent,
        fields.optional("tags").map(tags -> tags.object().words()).orElse(Map.of()));
  }

  private static String address(Input field) {
    if (!ADDRESS.matcher(field.text()).matches()) {
      throw field.wrong("must be an address such as 0000:65:00.0, was '" + field.text() + "'");
    }
    return field.text();
  }

  private static String digits(Input field) {
    if (!DIGITS.matcher(field.text()).matches()) {
      throw field.wrong("must be four hexadecimal digits, was '" + field.text() + "'");
    }
    return field.text();
  }

  /** With or without Nova's {@code type-} before it. */
  private static Type type(String word) {
    for (Type type : Type.values()) {
      if (word.replaceFirst("^type-", "").equals(type.name())) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "must be one of "
            + List.of(Type.values()).stream().map(Type::name).collect(Collectors.joining(", "))
            + ", was '"
            + word
            + "'");
  }
}
