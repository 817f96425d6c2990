package io.troupe.actors.scheduler.topology;

import io.troupe.actors.scheduler.topology.GuestShape.Cell;
import io.troupe.actors.scheduler.topology.GuestShape.Devices;
import io.troupe.actors.scheduler.topology.GuestShape.Emulator;
import io.troupe.actors.scheduler.topology.GuestShape.PageWish;
import io.troupe.actors.scheduler.topology.GuestShape.Pages;
import io.troupe.actors.scheduler.topology.GuestShape.Threads;
import io.troupe.config.PciNumaPolicy;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.CpuList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Reads a {@link GuestShape}. Source: Nova's {@code numa_get_constraints} and its kin. */
final class ShapeReader {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKMGT]?)i?(b|bit|B)?");
  private static final Pattern DEVICES = Pattern.compile("([^:,\\s]+):(\\d{1,4})");

  /** More cells than any host has. */
  private static final int MOST_CELLS = 64;

  /** More CPUs than any host has. */
  private static final int MOST_CPUS = 1 << 14;

  private final Resources own;
  private final Map<String, String> specs;
  private final Map<String, String> properties;

  /** Ends the reading; it never leaves this class. */
  private static final class Nonsense extends Exception {
    private final transient GuestShape.Unreadable what;

    Nonsense(String field, String reason) {
      super(reason, null, false, false);
      this.what = new GuestShape.Unreadable(field, reason);
    }
  }

  ShapeReader(Resources own, Map<String, String> specs, Map<String, String> properties) {
    this.own = own;
    this.specs = specs;
    this.properties = properties;
  }

  GuestShape.Reading read() {
    try {
      List<Integer> pinned = pinned();
      PageWish pages = pages();
      var shape =
          new GuestShape(
              own.vcpus(),
              own.ramMib(),
              cells(pinned, pages),
              threads(!pinned.isEmpty()),
              emulator(!pinned.isEmpty()),
              devices(),
              affinity());
      return new GuestShape.Asked(shape.takes() ? shape : GuestShape.NONE);
    } catch (Nonsense e) {
      return e.what;
    }
  }

  private Optional<String> spec(String word) {
    return Optional.ofNullable(specs.get("hw:" + word));
  }

  private Optional<String> property(String word) {
    return Optional.ofNullable(properties.get("hw_" + word));
  }

  // ---- CPUs

  private List<Integer> pinned() throws Nonsense {
    String flavors = spec("cpu_policy").orElse("");
    String images = property("cpu_policy").orElse("");
    requireOneOf("hw:cpu_policy", flavors, "", "shared", "dedicated", "mixed");
    requireOneOf("hw_cpu_policy", images, "", "shared", "dedicated", "mixed");
    boolean forbidden =
        flavors.equals("shared") && (images.equals("dedicated") || images.equals("mixed"))
            || flavors.equals("mixed") && images.equals("dedicated");
    if (forbidden) {
      throw new Nonsense("hw_cpu_policy", "the flavor's policy " + flavors + " does not allow it");
    }
    String policy = flavors.isEmpty() ? images : flavors;
    Optional<String> mask = spec("cpu_dedicated_mask");
    return switch (policy) {
      case "dedicated" -> all();
      case "mixed" -> masked(mask);
      default -> {
        if (mask.isPresent()) {
          throw new Nonsense("hw:cpu_dedicated_mask", "it goes with the policy mixed only");
        }
        yield List.of();
      }
    };
  }

  private List<Integer> all() throws Nonsense {
    requireNotTooMany();
    return IntStream.range(0, own.vcpus()).boxed().toList();
  }

  private List<Integer> masked(Optional<String> mask) throws Nonsense {
    String field = "hw:cpu_dedicated_mask";
    if (mask.isEmpty()) {
      throw new Nonsense(field, "the policy mixed needs it");
    }
    var some = new TreeSet<>(mask.get().startsWith("^") ? all() : List.<Integer>of());
    List<Integer> named =
        cpus(field, mask.get().startsWith("^") ? inverse(mask.get()) : mask.get());
    if (mask.get().startsWith("^")) {
      named.forEach(some::remove);
    } else {
      some.addAll(named);
    }
    if (some.isEmpty() || some.size() >= own.vcpus() || some.last() >= own.vcpus()) {
      throw new Nonsense(field, "it names some of the flavor's vCPUs, neither none nor all");
    }
    return List.copyOf(some);
  }

  private void requireNotTooMany() throws Nonsense {
    if (own.vcpus() > MOST_CPUS) {
      throw new Nonsense("vcpus", "no host has " + own.vcpus() + " CPUs");
    }
  }

  private static String inverse(String mask) {
    return mask.replace("^", "");
  }

  private static List<Integer> cpus(String field, String text) throws Nonsense {
    try {
      return CpuList.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Nonsense(field, e.getMessage());
    }
  }

  private Threads threads(boolean pins) throws Nonsense {
    String flavors = spec("cpu_thread_policy").orElse("");
    String images = property("cpu_thread_policy").orElse("");
    requireOneOf("hw:cpu_thread_policy", flavors, "", "prefer", "isolate", "require");
    requireOneOf("hw_cpu_thread_policy", images, "", "prefer", "isolate", "require");
    if (!flavors.isEmpty() && !images.isEmpty() && !flavors.equals(images)) {
      throw new Nonsense("hw_cpu_thread_policy", "the flavor's policy is " + flavors);
    }
    if (!pins && !(flavors + images).isEmpty()) {
      String field = flavors.isEmpty() ? "hw_cpu_thread_policy" : "hw:cpu_thread_policy";
      throw new Nonsense(field, "it goes with the policies dedicated and mixed only");
    }
    return switch (flavors.isEmpty() ? images : flavors) {
      case "isolate" -> Threads.ISOLATE;
      case "require" -> Threads.REQUIRE;
      default -> Threads.PREFER;
    };
  }

  private Emulator emulator(boolean pins) throws Nonsense {
    String policy = spec("emulator_threads_policy").orElse("");
    requireOneOf("hw:emulator_threads_policy", policy, "", "isolate", "share");
    if (policy.equals("isolate") && !pins) {
      throw new Nonsense("hw:emulator_threads_policy", "isolate needs pinned vCPUs");
    }
    return switch (policy) {
      case "isolate" -> Emulator.ISOLATE;
      case "share" -> Emulator.SHARE;
      default -> Emulator.WITH_VCPUS;
    };
  }

  private static void requireOneOf(String field, String word, String... words) throws Nonsense {
    if (!List.of(words).contains(word)) {
      throw new Nonsense(field, "there is no policy " + word);
    }
  }

  // ---- memory

  private PageWish pages() throws Nonsense {
    Optional<String> flavors = spec("mem_page_size");
    Optional<String> images = property("mem_page_size");
    PageWish wish = pages("hw:mem_page_size", flavors);
    if (images.isPresent()) {
      boolean open = wish.pages() == Pages.LARGE || wish.pages() == Pages.ANY;
      if (!open) {
        throw new Nonsense(
            "hw_mem_page_size", "the flavor has to leave it open: hw:mem_page_size large or any");
      }
      return pages("hw_mem_page_size", images);
    }
    return wish;
  }

  private static PageWish pages(String field, Optional<String> text) throws Nonsense {
    if (text.isEmpty()) {
      return PageWish.UNASKED;
    }
    switch (text.get()) {
      case "small" -> {
        return new PageWish(Pages.SMALL, 0);
      }
      case "large" -> {
        return new PageWish(Pages.LARGE, 0);
      }
      case "any" -> {
        return new PageWish(Pages.ANY, 0);
      }
      default -> {
        Matcher size = SIZE.matcher(text.get());
        if (!size.matches() || Long.parseLong(size.group(1)) == 0) {
          throw new Nonsense(field, "it is small, large, any or a size such as 2MB");
        }
        long factor =
            switch (size.group(2)) {
              case "M" -> 1 << 10;
              case "G" -> 1 << 20;
              case "T" -> 1 << 30;
              default -> 1;
            };
        return new PageWish(Pages.EXACT, Long.parseLong(size.group(1)) * factor);
      }
    }
  }

  // ---- cells

  private List<Cell> cells(List<Integer> pinned, PageWish pages) throws Nonsense {
    boolean flavors = specs.keySet().stream().anyMatch(key -> key.startsWith("hw:numa_"));
    boolean images = properties.keySet().stream().anyMatch(key -> key.startsWith("hw_numa_"));
    if (flavors && images) {
      throw new Nonsense("hw_numa_nodes", "the flavor says it already");
    }
    String prefix = images ? "hw_numa_" : "hw:numa_";
    Map<String, String> words = images ? properties : specs;
    String asked = words.get(prefix + "nodes");
    if (asked == null && (flavors || images)) {
      throw new Nonsense(prefix + "nodes", "it is needed beside the cells' CPUs and memory");
    }
    if (asked == null && pinned.isEmpty() && pages.pages() == Pages.UNASKED) {
      return List.of();
    }
    requireNotTooMany();
    int count = asked == null ? 1 : number(prefix + "nodes", asked);
    if (count < 1 || count > MOST_CELLS) {
      throw new Nonsense(prefix + "nodes", "it is a number from 1 to " + MOST_CELLS);
    }
    boolean uneven =
        words.keySet().stream()
            .anyMatch(key -> key.startsWith(prefix + "cpus.") || key.startsWith(prefix + "mem."));
    return uneven
        ? uneven(count, prefix, words, pinned, pages)
        : even(count, prefix, pinned, pages);
  }

  private List<Cell> even(int count, String prefix, List<Integer> pinned, PageWish pages)
      throws Nonsense {
    if (own.vcpus() % count != 0 || own.ramMib() % count != 0) {
      throw new Nonsense(
          prefix + "nodes",
          "%d vCPUs and %d MiB of RAM are not evenly divided among %d cells"
              .formatted(own.vcpus(), own.ramMib(), count));
    }
    int each = own.vcpus() / count;
    var cells = new ArrayList<Cell>();
    for (int c = 0; c < count; c++) {
      var cpus = IntStream.range(c * each, (c + 1) * each).boxed().toList();
      cells.add(cell(cpus, pinned, own.ramMib() / count, pages));
    }
    return cells;
  }

  private List<Cell> uneven(
      int count, String prefix, Map<String, String> words, List<Integer> pinned, PageWish pages)
      throws Nonsense {
    var cells = new ArrayList<Cell>();
    var seen = new TreeSet<Integer>();
    int placed = 0;
    long ramMib = 0;
    for (int c = 0; c < count; c++) {
      String cpus = words.get(prefix + "cpus." + c);
      String memory = words.get(prefix + "mem." + c);
      if (cpus == null || memory == null) {
        String missing = cpus == null ? "cpus." : "mem.";
        throw new Nonsense(
            prefix + missing + c, "every cell says its CPUs and its memory, or none");
      }
      List<Integer> own = cpus(prefix + "cpus." + c, cpus);
      long mib = number(prefix + "mem." + c, memory);
      if (own.isEmpty() || mib == 0) {
        throw new Nonsense(prefix + "nodes", "each cell has at least a vCPU and a MiB");
      }
      seen.addAll(own);
      placed += own.size();
      ramMib += mib;
      cells.add(cell(own, pinned, mib, pages));
    }
    if (words.containsKey(prefix + "cpus." + count) || words.containsKey(prefix + "mem." + count)) {
      throw new Nonsense(prefix + "nodes", "there is a cell " + count + " too many");
    }
    if (!List.copyOf(seen).equals(all()) || placed != seen.size()) {
      throw new Nonsense(
          prefix + "cpus.0", "each of the " + this.own.vcpus() + " vCPUs is in one of the cells");
    }
    if (ramMib != this.own.ramMib()) {
      throw new Nonsense(
          prefix + "mem.0",
          "the cells have %d MiB, the flavor %d".formatted(ramMib, this.own.ramMib()));
    }
    return cells;
  }

  private static Cell cell(List<Integer> cpus, List<Integer> pinned, long ramMib, PageWish pages) {
    return new Cell(cpus, cpus.stream().filter(pinned::contains).toList(), ramMib, pages);
  }

  private static int number(String field, String text) throws Nonsense {
    if (!NUMBER.matcher(text).matches()) {
      throw new Nonsense(field, "it is a whole number, not " + text);
    }
    return Integer.parseInt(text);
  }

  // ---- devices

  private List<Devices> devices() throws Nonsense {
    String field = "pci_passthrough:alias";
    String text = specs.get(field);
    if (text == null) {
      return List.of();
    }
    var counts = new LinkedHashMap<String, Integer>();
    for (String part : text.split(",", -1)) {
      Matcher devices = DEVICES.matcher(part.strip());
      if (!devices.matches() || Integer.parseInt(devices.group(2)) == 0) {
        throw new Nonsense(field, "it is NAME:COUNT, parted by commas, not " + text);
      }
      counts.merge(devices.group(1), Integer.parseInt(devices.group(2)), Integer::sum);
    }
    return counts.entrySet().stream()
        .map(alias -> new Devices(alias.getKey(), alias.getValue()))
        .toList();
  }

  private Optional<PciNumaPolicy> affinity() throws Nonsense {
    Optional<String> flavors = spec("pci_numa_affinity_policy");
    Optional<String> images = property("pci_numa_affinity_policy");
    if (flavors.isPresent() && images.isPresent() && !flavors.equals(images)) {
      throw new Nonsense("hw_pci_numa_affinity_policy", "the flavor's policy is " + flavors.get());
    }
    String field = flavors.isPresent() ? "hw:" : "hw_";
    Optional<String> word = flavors.or(() -> images);
    try {
      return word.map(PciNumaPolicy::of);
    } catch (IllegalArgumentException e) {
      throw new Nonsense(field + "pci_numa_affinity_policy", e.getMessage());
    }
  }
}
