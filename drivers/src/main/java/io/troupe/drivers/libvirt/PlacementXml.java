package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestPlacement.Cell;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where on its host a domain runs: CPUs, NUMA cells, huge pages and PCI devices. A pure function;
 * format: libvirt.org/formatdomain.html, elements {@code cputune}, {@code numatune}, {@code
 * memoryBacking}, {@code cpu/numa} and {@code hostdev}.
 */
final class PlacementXml {
  private static final Pattern ADDRESS =
      Pattern.compile("([0-9a-f]{4}):([0-9a-f]{2}):([0-9a-f]{2})\\.([0-7])");

  private PlacementXml() {}

  /** What the domain says of it is this; what it said before goes. */
  static void replace(XmlElement domain, Optional<GuestPlacement> placement) {
    domain
        .all("cputune | numatune | memoryBacking | cpu/numa | devices/hostdev[@type='pci']")
        .forEach(XmlElement::remove);
    domain.all("vcpu").forEach(vcpu -> vcpu.unset("cpuset"));
    placement.ifPresent(where -> write(domain, where));
  }

  private static void write(XmlElement domain, GuestPlacement where) {
    if (!where.floating().isEmpty()) {
      domain
          .all("vcpu")
          .getFirst()
          .set("placement", "static")
          .set("cpuset", CpuList.write(where.floating()));
    }
    if (!where.cells().isEmpty()) {
      pin(domain, where);
      memory(domain, where.cells());
      cells(domain, where.cells());
    }
    for (GuestPlacement.Device device : where.devices()) {
      device(domain.all("devices").getFirst(), device.address());
    }
  }

  private static void pin(XmlElement domain, GuestPlacement where) {
    XmlElement cputune = domain.child("cputune");
    var all = new TreeSet<Integer>();
    for (Cell cell : where.cells()) {
      for (int vcpu : cell.cpus()) {
        List<Integer> cpus =
            cell.pins().stream()
                .filter(pin -> pin.vcpu() == vcpu)
                .map(GuestPlacement.Pin::cpu)
                .toList();
        List<Integer> on = cpus.isEmpty() ? cell.floating() : cpus;
        all.addAll(on);
        cputune.child("vcpupin", "vcpu", Integer.toString(vcpu), "cpuset", CpuList.write(on));
      }
    }
    var rest = where.emulator().isEmpty() ? all : where.emulator();
    cputune.child("emulatorpin", "cpuset", CpuList.write(rest));
  }

  private static void memory(XmlElement domain, List<Cell> cells) {
    XmlElement numatune = domain.child("numatune");
    List<Integer> hostCells = cells.stream().map(Cell::hostCell).toList();
    numatune.child("memory", "mode", "strict", "nodeset", CpuList.write(hostCells));
    for (int i = 0; i < cells.size(); i++) {
      numatune.child(
          "memnode",
          "cellid",
          Integer.toString(i),
          "mode",
          "strict",
          "nodeset",
          Integer.toString(cells.get(i).hostCell()));
    }
    if (cells.stream().anyMatch(cell -> isHuge(cell.pageKib()))) {
      XmlElement pages = domain.child("memoryBacking").child("hugepages");
      for (int i = 0; i < cells.size(); i++) {
        long kib = cells.get(i).pageKib();
        if (isHuge(kib)) {
          pages.child(
              "page", "size", Long.toString(kib), "unit", "KiB", "nodeset", Integer.toString(i));
        }
      }
    }
  }

  /** Small pages are what a guest has anyway; libvirt refuses them as a backing. */
  private static boolean isHuge(long pageKib) {
    return pageKib > 64;
  }

  private static void cells(XmlElement domain, List<Cell> cells) {
    XmlElement cpu = domain.all("cpu").stream().findFirst().orElseGet(() -> domain.child("cpu"));
    XmlElement numa = cpu.child("numa");
    for (int i = 0; i < cells.size(); i++) {
      numa.child(
          "cell",
          "id",
          Integer.toString(i),
          "cpus",
          CpuList.write(cells.get(i).cpus()),
          "memory",
          Long.toString(cells.get(i).ramMib()),
          "unit",
          "MiB");
    }
  }

  private static void device(XmlElement devices, String address) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no PCI address: " + address);
    }
    devices
        .child("hostdev", "mode", "subsystem", "type", "pci", "managed", "yes")
        .child("source")
        .child(
            "address",
            "domain",
            "0x" + parts.group(1),
            "bus",
            "0x" + parts.group(2),
            "slot",
            "0x" + parts.group(3),
            "function",
            "0x" + parts.group(4));
  }
}
