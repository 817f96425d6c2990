package io.troupe.drivers.spi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a host is made of inside: NUMA cells, and PCI devices that guests may be given. Hosts of the
 * same build may tell the same; whoever keeps many of them keeps equal ones once.
 *
 * @param cells by ascending id; empty when the hypervisor does not tell
 * @param dedicated CPUs that only pinned vCPUs run on, ascending; all others are shared
 * @param devices by ascending address; only those that an operator gave for guests
 */
public record HostTopology(List<Cell> cells, List<Integer> dedicated, List<Device> devices) {
  public static final HostTopology NONE = new HostTopology(List.of(), List.of(), List.of());

  public HostTopology {
    cells = List.copyOf(cells);
    dedicated = List.copyOf(dedicated);
    devices = List.copyOf(devices);
  }

  /**
   * A NUMA cell.
   *
   * @param socket number of the processor package it is a part of
   * @param cores for each core its CPUs, which are siblings
   * @param ramMib MiB, huge pages included
   * @param pages by ascending size
   */
  public record Cell(
      int id, int socket, List<List<Integer>> cores, long ramMib, List<Pages> pages) {
    public Cell {
      cores = cores.stream().map(List::copyOf).toList();
      pages = List.copyOf(pages);
    }

    /** All its CPUs, by core. */
    public List<Integer> cpus() {
      var all = new ArrayList<Integer>();
      cores.forEach(all::addAll);
      return all;
    }
  }

  /**
   * Memory pages of one size.
   *
   * @param sizeKib KiB
   * @param count how many the cell has, used ones included
   */
  public record Pages(long sizeKib, long count) {}

  /**
   * What a PCI device is: one by itself, a physical function with virtual ones, or a virtual one.
   */
  public enum Type {
    PCI,
    PF,
    VF
  }

  /**
   * A PCI device.
   *
   * @param address such as {@code 0000:65:00.0}
   * @param vendor four hexadecimal digits, lower case
   * @param product the same
   * @param cell the NUMA cell it is attached to; empty when that is not known
   * @param parent the address of a virtual function's physical one: one of both can be given away
   * @param tags what else is known, such as {@code physical_network}
   */
  public record Device(
      String address,
      String vendor,
      String product,
      Type type,
      Optional<Integer> cell,
      Optional<String> parent,
      Map<String, String> tags) {
    public Device {
      tags = Map.copyOf(tags);
    }
  }

  public boolean isNone() {
    return equals(NONE);
  }

  /** CPUs for vCPUs that are not pinned, of one cell. */
  public List<Integer> shared(Cell cell) {
    var only = new HashSet<>(dedicated);
    return cell.cpus().stream().filter(cpu -> !only.contains(cpu)).sorted().toList();
  }

  /** The same of all cells. */
  public List<Integer> shared() {
    return cells.stream().flatMap(cell -> shared(cell).stream()).sorted().toList();
  }

  /** How many CPUs no vCPU can share. */
  public int dedicatedCount() {
    Set<Integer> there = new HashSet<>();
    cells.forEach(cell -> there.addAll(cell.cpus()));
    there.retainAll(dedicated);
    return there.size();
  }
}
