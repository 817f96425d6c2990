package io.troupe.drivers.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where on its host a guest runs: what its claim was given of cells, CPUs, pages and devices.
 *
 * @param vcpus of the guest that this is for
 * @param ramMib MiB of the guest that this is for
 * @param cells of the guest, in their order; empty when it does not see any
 * @param floating CPUs for vCPUs that are in no cell; empty: all of the host
 * @param emulator CPUs for what serves the guest beside its vCPUs; empty: those of its vCPUs
 * @param devices given to the guest alone
 */
public record GuestPlacement(
    int vcpus,
    long ramMib,
    List<Cell> cells,
    List<Integer> floating,
    List<Integer> emulator,
    List<Device> devices) {
  public static final GuestPlacement NONE =
      new GuestPlacement(0, 0, List.of(), List.of(), List.of(), List.of());

  public GuestPlacement {
    cells = List.copyOf(cells);
    floating = List.copyOf(floating);
    emulator = List.copyOf(emulator);
    devices = List.copyOf(devices);
  }

  /**
   * A cell of the guest.
   *
   * @param hostCell id of the host's cell that it lies in
   * @param cpus the guest's vCPUs in it, ascending
   * @param ramMib MiB of the guest's memory in it
   * @param pageKib size of the pages that back it, KiB; 0: as the host sees fit
   * @param pins of those vCPUs that have a CPU to themselves
   * @param floating the host's CPUs for the others
   * @param idle the host's CPUs that nothing runs on while the guest is there
   */
  public record Cell(
      int hostCell,
      List<Integer> cpus,
      long ramMib,
      long pageKib,
      List<Pin> pins,
      List<Integer> floating,
      List<Integer> idle) {
    public Cell {
      cpus = List.copyOf(cpus);
      pins = List.copyOf(pins);
      floating = List.copyOf(floating);
      idle = List.copyOf(idle);
    }

    /** How many of its vCPUs share CPUs with those of others. */
    public int floatingCount() {
      return cpus.size() - pins.size();
    }

    /** How many pages of {@link #pageKib} it takes; 0 when it does not say. */
    public long pageCount() {
      return pageKib == 0 ? 0 : ramMib * 1024 / pageKib;
    }
  }

  /** A vCPU of the guest on a CPU of the host. */
  public record Pin(int vcpu, int cpu) {}

  /**
   * @param address on the host
   * @param alias under which it was asked for
   */
  public record Device(String address, String alias) {}

  /** Whether it was made for a guest of this size. */
  public boolean isFor(int someVcpus, long someRamMib) {
    return vcpus == someVcpus && ramMib == someRamMib;
  }

  /** CPUs of the host that nobody else may be given. */
  public List<Integer> ownCpus() {
    var own = new ArrayList<Integer>(emulator);
    for (Cell cell : cells) {
      cell.pins().forEach(pin -> own.add(pin.cpu()));
      own.addAll(cell.idle());
    }
    return own;
  }

  /**
   * What is said to a guest of this host. One without cells keeps off the CPUs that the host has
   * for pinned vCPUs alone.
   */
  public static Optional<GuestPlacement> on(HostTopology host, Optional<GuestPlacement> given) {
    var placement = given.orElse(NONE);
    if (!host.dedicated().isEmpty() && placement.cells().isEmpty()) {
      placement =
          new GuestPlacement(
              placement.vcpus(),
              placement.ramMib(),
              List.of(),
              host.shared(),
              placement.emulator(),
              placement.devices());
    }
    return placement.equals(NONE) ? Optional.empty() : Optional.of(placement);
  }
}
