package io.troupe.actors.scheduler.topology;

import io.troupe.actors.scheduler.filter.Verdict;
import io.troupe.actors.scheduler.topology.GuestShape.Threads;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostTopology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a cell of a guest fits into a cell of a host, and with which CPUs and pages. A guest
 * never overcommits against itself, and pinned vCPUs and explicit pages are never overcommitted.
 */
final class CellFit {
  private final HostParts parts;

  /** CPUs that somebody has to himself. */
  private final Set<Integer> taken = new HashSet<>();

  CellFit(HostParts parts) {
    this.parts = parts;
    parts.placements().forEach(placement -> taken.addAll(placement.ownCpus()));
  }

  sealed interface Outcome {}

  /**
   * @param emulator a CPU for what serves the guest beside its vCPUs, if that was asked for
   */
  record Fits(GuestPlacement.Cell cell, Optional<Integer> emulator) implements Outcome {}

  /**
   * @param stage how many questions were answered well before this one
   */
  record Lacks(int stage, Verdict.Fail why) implements Outcome {}

  /**
   * @param number of the guest's cell
   */
  Outcome of(GuestShape shape, int number, HostTopology.Cell host) {
    GuestShape.Cell guest = shape.cells().get(number);
    String where = " for guest cell " + number + " on cell " + host.id();
    int floating = guest.cpus().size() - guest.pinned().size();
    long free = freeShared(host);
    if (floating > 0 && floating > free) {
      return new Lacks(0, new Verdict.Short("vcpus" + where, floating, free, ""));
    }
    boolean ownEmulator = number == 0 && shape.emulator() == GuestShape.Emulator.ISOLATE;
    int asked = guest.pinned().size() + (ownEmulator ? 1 : 0);
    var found = own(host, shape.threads(), asked);
    if (found.cpus.size() < asked) {
      return new Lacks(
          1, new Verdict.Short("dedicated cpus" + where, asked, found.cpus.size(), ""));
    }
    long pageKib = 0;
    if (guest.pages().pages() == GuestShape.Pages.UNASKED) {
      long freeMib = freeMib(host);
      if (guest.ramMib() > freeMib) {
        return new Lacks(2, new Verdict.Short("ram" + where, guest.ramMib(), freeMib, "MiB"));
      }
    } else {
      var pages = pages(guest, host);
      pageKib = pages.kib;
      if (pages.kib == 0) {
        String words = "pages" + where;
        return new Lacks(2, new Verdict.Short(words, guest.ramMib(), pages.freeMib, "MiB"));
      }
    }
    var pins = new ArrayList<GuestPlacement.Pin>();
    for (int i = 0; i < guest.pinned().size(); i++) {
      pins.add(new GuestPlacement.Pin(guest.pinned().get(i), found.cpus.get(i)));
    }
    return new Fits(
        new GuestPlacement.Cell(
            host.id(),
            guest.cpus(),
            guest.ramMib(),
            pageKib,
            pins,
            floating > 0 ? parts.topology().shared(host) : List.of(),
            List.copyOf(found.idle)),
        ownEmulator ? Optional.of(found.cpus.getLast()) : Optional.empty());
  }

  private long freeShared(HostTopology.Cell host) {
    int shared = parts.topology().shared(host).size();
    long used = 0;
    for (GuestPlacement placement : parts.placements()) {
      for (GuestPlacement.Cell cell : placement.cells()) {
        used += cell.hostCell() == host.id() ? cell.floatingCount() : 0;
      }
    }
    return Math.min(shared, (long) Math.floor(shared * parts.cpuRatio()) - used);
  }

  private static final class Own {
    final List<Integer> cpus = new ArrayList<>();
    final TreeSet<Integer> idle = new TreeSet<>();
  }

  /**
   * The first free CPUs, on the freest cores: so that siblings go to one guest. Fewer than asked
   * when there are no more.
   */
  private Own own(HostTopology.Cell host, Threads threads, int asked) {
    var own = new Own();
    var dedicated = new HashSet<>(parts.topology().dedicated());
    var cores = new ArrayList<List<Integer>>();
    for (List<Integer> core : host.cores()) {
      List<Integer> free =
          core.stream().filter(cpu -> dedicated.contains(cpu) && !taken.contains(cpu)).toList();
      boolean fit =
          switch (threads) {
            case PREFER -> true;
            case ISOLATE -> free.size() == core.size();
            case REQUIRE -> free.size() > 1;
          };
      if (fit && !free.isEmpty()) {
        cores.add(free);
      }
    }
    cores.sort(Comparator.comparingInt(core -> -core.size())); // stable: by number among equals
    for (List<Integer> core : cores) {
      for (int i = 0; i < core.size() && own.cpus.size() < asked; i++) {
        own.cpus.add(core.get(i));
        if (threads == Threads.ISOLATE) {
          own.idle.addAll(core.subList(1, core.size()));
          break;
        }
      }
    }
    return own;
  }

  private long freeMib(HostTopology.Cell host) {
    long used = 0;
    for (GuestPlacement placement : parts.placements()) {
      for (GuestPlacement.Cell cell : placement.cells()) {
        used += cell.hostCell() == host.id() ? cell.ramMib() : 0;
      }
    }
    return Math.min(host.ramMib(), (long) Math.floor(host.ramMib() * parts.ramRatio()) - used);
  }

  /**
   * @param kib of the largest pages that do; 0: none
   * @param freeMib most that any pages that were asked for have left
   */
  private record Found(long kib, long freeMib) {}

  private Found pages(GuestShape.Cell guest, HostTopology.Cell host) {
    long most = 0;
    long smallest = host.pages().isEmpty() ? 0 : host.pages().getFirst().sizeKib();
    for (HostTopology.Pages pages : host.pages().reversed()) {
      boolean meant =
          switch (guest.pages().pages()) {
            case SMALL -> pages.sizeKib() == smallest;
            case LARGE -> pages.sizeKib() > smallest;
            case EXACT -> pages.sizeKib() == guest.pages().kib();
            case ANY, UNASKED -> true;
          };
      if (meant) {
        long free = pages.count() - usedPages(host, pages.sizeKib());
        most = Math.max(most, free * pages.sizeKib() / 1024);
        long kib = guest.ramMib() * 1024;
        if (kib % pages.sizeKib() == 0 && kib / pages.sizeKib() <= free) {
          return new Found(pages.sizeKib(), most);
        }
      }
    }
    return new Found(0, most);
  }

  private long usedPages(HostTopology.Cell host, long sizeKib) {
    long used = 0;
    for (GuestPlacement placement : parts.placements()) {
      for (GuestPlacement.Cell cell : placement.cells()) {
        boolean here = cell.hostCell() == host.id() && cell.pageKib() == sizeKib;
        used += here ? cell.pageCount() : 0;
      }
    }
    return used;
  }
}
