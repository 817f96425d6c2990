package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.CpuList;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Pages;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * What a libvirt host is made of inside, read from its capabilities and its node devices. Formats:
 * libvirt.org/formatcaps.html and formatnode.html.
 */
final class LibvirtTopology {
  private LibvirtTopology() {}

  /** Asks the host; devices only if an operator gave any for guests. */
  static HostTopology read(Connect connect, LibvirtOptions options) throws LibvirtException {
    List<String> devices = new ArrayList<>();
    if (!options.pciDevices().isEmpty()) {
      for (String name : connect.listDevices("pci")) {
        devices.add(connect.deviceLookupByName(name).getXMLDescription());
      }
    }
    return of(connect.getCapabilities(), devices, options.dedicatedCpus(), options.pciDevices());
  }

  /**
   * @param allowed {@code VENDOR:PRODUCT} of the devices that guests may be given
   */
  static HostTopology of(
      String capabilities, List<String> devices, List<Integer> dedicated, Set<String> allowed) {
    List<Cell> cells =
        XmlElement.parse(capabilities).all("host/topology/cells/cell").stream()
            .map(LibvirtTopology::cell)
            .sorted(Comparator.comparingInt(Cell::id))
            .toList();
    List<Device> given =
        devices.stream()
            .flatMap(xml -> device(XmlElement.parse(xml)).stream())
            .filter(device -> allowed.contains(device.vendor() + ":" + device.product()))
            .sorted(Comparator.comparing(Device::address))
            .toList();
    return new HostTopology(cells, dedicated, given);
  }

  private static Cell cell(XmlElement cell) {
    Set<List<Integer>> cores = new LinkedHashSet<>();
    int socket = 0;
    for (XmlElement cpu : cell.all("cpus/cpu")) {
      String siblings = cpu.attribute("siblings");
      cores.add(CpuList.parse(siblings.isEmpty() ? cpu.attribute("id") : siblings));
      socket = number(cpu.attribute("socket_id"));
    }
    List<Pages> pages =
        cell.all("pages").stream()
            .map(
                page ->
                    new Pages(
                        Long.parseLong(page.attribute("size")),
                        page.find(".").map(Long::parseLong).orElse(0L)))
            .sorted(Comparator.comparingLong(Pages::sizeKib))
            .toList();
    long kib = cell.find("memory").map(Long::parseLong).orElse(0L);
    return new Cell(number(cell.attribute("id")), socket, List.copyOf(cores), kib / 1024, pages);
  }

  private static int number(String text) {
    return text.isEmpty() ? 0 : Integer.parseInt(text);
  }

  private static Optional<Device> device(XmlElement xml) {
    Optional<XmlElement> pci = xml.all("capability[@type='pci']").stream().findFirst();
    return pci.map(
        found -> {
          Optional<String> parent =
              found.all("capability[@type='phys_function']/address").stream()
                  .findFirst()
                  .map(
                      at ->
                          address(
                              at.attribute("domain"),
                              at.attribute("bus"),
                              at.attribute("slot"),
                              at.attribute("function")));
          boolean physical = !found.all("capability[@type='virt_functions']").isEmpty();
          return new Device(
              address(
                  found.find("domain").orElse("0"),
                  found.find("bus").orElse("0"),
                  found.find("slot").orElse("0"),
                  found.find("function").orElse("0")),
              found.find("vendor/@id").orElse("0x0000").substring(2),
              found.find("product/@id").orElse("0x0000").substring(2),
              physical ? Type.PF : parent.isPresent() ? Type.VF : Type.PCI,
              found.find("numa/@node").map(Integer::valueOf),
              parent,
              Map.of());
        });
  }

  /** Numbers as libvirt writes them: decimal, or hexadecimal with 0x. */
  private static String address(String domain, String bus, String slot, String function) {
    return "%04x:%02x:%02x.%x"
        .formatted(
            Integer.decode(domain),
            Integer.decode(bus),
            Integer.decode(slot),
            Integer.decode(function));
  }
}
