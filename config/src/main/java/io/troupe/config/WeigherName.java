package io.troupe.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The scheduler's weighers that can be chosen in {@code troupe.scheduler.enabled-weighers}, under
 * the names that Nova gives them, each with its multiplier's option and default.
 */
public enum WeigherName {
  RAM("RAMWeigher", "ram", 1.0),
  CPU("CPUWeigher", "cpu", 1.0),
  DISK("DiskWeigher", "disk", 1.0),
  IO_OPS("IoOpsWeigher", "io_ops", -1.0),
  NUM_INSTANCES("NumInstancesWeigher", "num_instances", 0.0),
  HYPERVISOR_VERSION("HypervisorVersionWeigher", "hypervisor_version", 1.0),
  /** Its multiplier counts negative: the more failures, the worse. */
  BUILD_FAILURE("BuildFailureWeigher", "build_failure", 1_000_000.0),
  SOFT_AFFINITY("ServerGroupSoftAffinityWeigher", "soft_affinity", 1.0),
  SOFT_ANTI_AFFINITY("ServerGroupSoftAntiAffinityWeigher", "soft_anti_affinity", 1.0),
  METRICS("MetricsWeigher", "metrics", 1.0),
  IMAGE_PROPERTIES("ImagePropertiesWeigher", "image_props", 0.0),
  /** There is one cell, so it gives every host the same and is never asked. */
  CROSS_CELL("CrossCellWeigher", "cross_cell_move", 1_000_000.0),
  /** Of the policy {@code simple}. */
  VCPUS_USED("VcpusUsedWeigher", "vcpus_used", 0.0),
  /** Of the policy {@code fixed}. */
  PRIORITY("PriorityWeigher", "priority", 0.0),
  /** Takes the place of all others where a request brings a rank. */
  RANK("RankWeigher", "rank", 1.0),
  PCI("PCIWeigher", "pci", 1.0);

  /** Nova's: all it has. */
  public static final Set<WeigherName> DEFAULT =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(VCPUS_USED, PRIORITY)));

  private final String word;
  private final String option;
  private final double usual;

  WeigherName(String word, String resource, double usual) {
    this.word = word;
    this.option = resource + "_weight_multiplier";
    this.usual = usual;
  }

  /** The weigher of that name, whatever the case of its letters. */
  public static WeigherName of(String word) {
    return Arrays.stream(values())
        .filter(name -> name.word.equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "scheduler enabled-weighers: there is no weigher "
                        + word
                        + "; known are "
                        + Arrays.stream(values())
                            .map(WeigherName::word)
                            .collect(Collectors.joining(", "))));
  }

  /** The name as Nova writes it. */
  public String word() {
    return word;
  }

  /** Nova's option, and the aggregate metadata key that overrides it for the aggregate's hosts. */
  public String option() {
    return option;
  }

  /** The same as our settings write it. */
  public String key() {
    return option.replace('_', '-');
  }

  /** The multiplier as it is applied, given as it is written. */
  public double signed(double multiplier) {
    return this == BUILD_FAILURE ? -multiplier : multiplier;
  }

  /** Every weigher's default multiplier. */
  public static Map<WeigherName, Double> defaults() {
    var all = new EnumMap<WeigherName, Double>(WeigherName.class);
    for (WeigherName name : values()) {
      all.put(name, name.usual);
    }
    return Collections.unmodifiableMap(all);
  }
}
