package io.troupe.actors.scheduler.topology;

import io.troupe.config.PciNumaPolicy;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a flavor and its image ask of a host's cells, CPUs, pages and devices: extra specs {@code
 * hw:…} and {@code pci_passthrough:alias}, image properties {@code hw_…}. Names and meaning are
 * Nova's.
 *
 * @param vcpus of the guest
 * @param ramMib MiB of the guest
 * @param cells of the guest, in their order; empty when it does not care
 * @param emulator where what serves the guest beside its vCPUs runs
 * @param devices in the order of asking, each alias once
 * @param affinity in place of the aliases' own
 */
public record GuestShape(
    int vcpus,
    long ramMib,
    List<Cell> cells,
    Threads threads,
    Emulator emulator,
    List<Devices> devices,
    Optional<PciNumaPolicy> affinity) {
  public static final GuestShape NONE =
      new GuestShape(
          0, 0, List.of(), Threads.PREFER, Emulator.WITH_VCPUS, List.of(), Optional.empty());

  public GuestShape {
    cells = List.copyOf(cells);
    devices = List.copyOf(devices);
  }

  /**
   * A cell of the guest.
   *
   * @param cpus its vCPUs, ascending
   * @param pinned those of them that have a CPU to themselves
   * @param ramMib MiB
   */
  public record Cell(List<Integer> cpus, List<Integer> pinned, long ramMib, PageWish pages) {
    public Cell {
      cpus = List.copyOf(cpus);
      pinned = List.copyOf(pinned);
    }
  }

  /** What pages back a guest's memory. */
  public enum Pages {
    UNASKED,
    SMALL,
    LARGE,
    ANY,
    EXACT
  }

  /**
   * @param kib of {@code EXACT}, KiB
   */
  public record PageWish(Pages pages, long kib) {
    static final PageWish UNASKED = new PageWish(Pages.UNASKED, 0);
  }

  /** What pinned vCPUs do with sibling CPUs. */
  public enum Threads {
    /** On siblings where there are. */
    PREFER,
    /** Each has a core to itself. */
    ISOLATE,
    /** On siblings only. */
    REQUIRE
  }

  /** Nova's {@code hw:emulator_threads_policy}. */
  public enum Emulator {
    WITH_VCPUS,
    ISOLATE,
    SHARE
  }

  /** So many devices of an alias. */
  public record Devices(String alias, int count) {}

  /** What was read. */
  public sealed interface Reading {}

  public record Asked(GuestShape shape) implements Reading {}

  /**
   * It makes no sense, so that no host can be found for it.
   *
   * @param field extra spec or image property
   */
  public record Unreadable(String field, String reason) implements Reading {}

  /**
   * @param own vCPUs and RAM of the flavor
   */
  public static Reading of(
      Resources own, Map<String, String> extraSpecs, Map<String, String> imageProperties) {
    return concerns(extraSpecs, imageProperties)
        ? new ShapeReader(own, extraSpecs, imageProperties).read()
        : new Asked(NONE);
  }

  /** Whether flavor or image say a word about it. */
  public static boolean concerns(
      Map<String, String> extraSpecs, Map<String, String> imageProperties) {
    for (String key : extraSpecs.keySet()) {
      if (key.startsWith("hw:") || key.startsWith("pci_passthrough:")) {
        return true;
      }
    }
    for (String key : imageProperties.keySet()) {
      if (key.startsWith("hw_numa")
          || key.startsWith("hw_cpu_")
          || key.startsWith("hw_mem_")
          || key.startsWith("hw_emulator_")) {
        return true;
      }
    }
    return false;
  }

  /** Whether a host has to have something for it. */
  public boolean takes() {
    return !cells.isEmpty() || !devices.isEmpty();
  }

  /** vCPUs that have a CPU to themselves. */
  public int pinnedCount() {
    return cells.stream().mapToInt(cell -> cell.pinned().size()).sum();
  }

  /**
   * What a host's shared CPUs have to give: pinned vCPUs take none of them.
   *
   * @param amount what flavor and extra specs come to otherwise
   */
  public static Resources shared(
      Resources amount,
      Resources own,
      Map<String, String> extraSpecs,
      Map<String, String> imageProperties) {
    if (extraSpecs.containsKey("resources:VCPU")
        || !(of(own, extraSpecs, imageProperties) instanceof Asked(var shape))) {
      return amount;
    }
    int left = Math.max(0, amount.vcpus() - shape.pinnedCount());
    return left == amount.vcpus() ? amount : new Resources(left, amount.ramMib(), amount.diskGib());
  }
}
