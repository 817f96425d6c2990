package io.troupe.actors.scheduler.resource;

import io.troupe.core.value.Resources;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a flavor and its image ask in Placement's terms: the extra specs {@code resources:CLASS},
 * {@code trait:NAME}, the same with a suffix ({@code resources1:CLASS}), {@code group_policy}, and
 * the image's {@code trait:NAME} properties. vCPUs, RAM and disk go into {@link #resources}.
 *
 * @param plain what any part of the host may give
 * @param groups by suffix; one provider gives all that a group asks
 * @param isolated whether no two groups may have the same provider
 */
public record Wants(Group plain, SortedMap<String, Group> groups, boolean isolated) {
  public static final Wants NOTHING = new Wants(Group.EMPTY, new TreeMap<>(), false);

  private static final Pattern KEY =
      Pattern.compile("(resources|trait)([A-Za-z0-9_-]{1,64})?:([A-Z][A-Z0-9_]{0,254})");
  private static final Pattern AMOUNT = Pattern.compile("\\d{1,15}");
  private static final Set<String> MACHINE = Set.of("VCPU", "MEMORY_MB", "DISK_GB");

  /**
   * @param amounts above 0, by resource class, without those of the whole machine
   * @param onHost whether the host itself has to be the provider: it alone has vCPUs, RAM and disk
   */
  public record Group(
      SortedMap<String, Long> amounts,
      SortedSet<String> required,
      SortedSet<String> forbidden,
      boolean onHost) {
    static final Group EMPTY = new Group(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), false);
  }

  /** What cannot be read is not asked, as in Nova. */
  public static Wants of(Map<String, String> extraSpecs, Map<String, String> imageProperties) {
    if (!concerns(extraSpecs) && !concerns(imageProperties)) {
      return NOTHING;
    }
    var groups = new TreeMap<String, Group>();
    extraSpecs.forEach((key, value) -> take(groups, key, value));
    imageProperties.forEach(
        (key, value) -> {
          if (key.startsWith("trait:") && value.equals("required")) {
            take(groups, key, value);
          }
        });
    Group plain = Optional.ofNullable(groups.remove("")).orElse(Group.EMPTY);
    return new Wants(plain, groups, "isolate".equals(extraSpecs.get("group_policy")));
  }

  private static boolean concerns(Map<String, String> words) {
    for (String key : words.keySet()) {
      if (key.startsWith("resources") || key.startsWith("trait")) {
        return true;
      }
    }
    return false;
  }

  private static void take(Map<String, Group> groups, String key, String value) {
    Matcher parts = KEY.matcher(key);
    if (!parts.matches()) {
      return;
    }
    String suffix = Optional.ofNullable(parts.group(2)).orElse("");
    String name = parts.group(3);
    Group group =
        groups.getOrDefault(
            suffix, new Group(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), false));
    boolean onHost = group.onHost;
    if (parts.group(1).equals("trait")) {
      switch (value) {
        case "required" -> group.required.add(name);
        case "forbidden" -> group.forbidden.add(name);
        default -> {
          return;
        }
      }
    } else if (!AMOUNT.matcher(value).matches()) {
      return;
    } else if (MACHINE.contains(name)) {
      if (suffix.isEmpty()) {
        return; // it replaces what the flavor says
      }
      onHost = true;
    } else if (Long.parseLong(value) > 0) {
      group.amounts.put(name, Long.valueOf(value));
    }
    groups.put(suffix, new Group(group.amounts, group.required, group.forbidden, onHost));
  }

  /**
   * vCPUs, RAM and disk of a flavor with these extra specs: an amount without suffix replaces the
   * flavor's own, 0 asks for none; those of groups are added.
   */
  public static Resources resources(Resources own, Map<String, String> extraSpecs) {
    if (!concerns(extraSpecs)) {
      return own;
    }
    long vcpus = amount(extraSpecs, "VCPU").orElse((long) own.vcpus());
    long ramMib = amount(extraSpecs, "MEMORY_MB").orElse(own.ramMib());
    long diskGib = amount(extraSpecs, "DISK_GB").orElse(own.diskGib());
    for (var spec : extraSpecs.entrySet()) {
      Matcher parts = KEY.matcher(spec.getKey());
      if (parts.matches()
          && parts.group(1).equals("resources")
          && parts.group(2) != null
          && AMOUNT.matcher(spec.getValue()).matches()) {
        long more = Long.parseLong(spec.getValue());
        switch (parts.group(3)) {
          case "VCPU" -> vcpus += more;
          case "MEMORY_MB" -> ramMib += more;
          case "DISK_GB" -> diskGib += more;
          default -> {} // not of the whole machine
        }
      }
    }
    return new Resources((int) Math.min(vcpus, Integer.MAX_VALUE), ramMib, diskGib);
  }

  private static Optional<Long> amount(Map<String, String> extraSpecs, String resourceClass) {
    return Optional.ofNullable(extraSpecs.get("resources:" + resourceClass))
        .filter(value -> AMOUNT.matcher(value).matches())
        .map(Long::valueOf);
  }

  /** Whether it asks for amounts, so that a claim has to hold them. */
  public boolean takes() {
    return !plain.amounts.isEmpty() || !groups.isEmpty();
  }
}
