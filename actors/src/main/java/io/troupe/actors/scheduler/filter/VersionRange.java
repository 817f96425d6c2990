package io.troupe.actors.scheduler.filter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of versions as images write it: comparisons joined by commas, such as {@code >=6.0,<6.2};
 * all must hold. Source: Nova's {@code img_hv_requested_version}.
 */
final class VersionRange {
  private static final Pattern COMPARISON =
      Pattern.compile("(<=|>=|==|!=|<|>)\\s*(\\d{1,6})(?:\\.(\\d{1,3}))?(?:\\.(\\d{1,3}))?");

  private VersionRange() {}

  /**
   * Whether the version is in the range; one that cannot be read holds for none.
   *
   * @param version 1000000 × major + 1000 × minor + release
   */
  static boolean contains(String range, long version) {
    for (String part : range.split(",", -1)) {
      Matcher comparison = COMPARISON.matcher(part.strip());
      if (!comparison.matches() || !holds(comparison, version)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Matcher comparison, long version) {
    long bound =
        1_000_000 * number(comparison.group(2))
            + 1000 * number(comparison.group(3))
            + number(comparison.group(4));
    return switch (comparison.group(1)) {
      case "<" -> version < bound;
      case "<=" -> version <= bound;
      case ">" -> version > bound;
      case ">=" -> version >= bound;
      case "==" -> version == bound;
      default -> version != bound;
    };
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  static String text(long version) {
    return version / 1_000_000 + "." + version / 1000 % 1000 + "." + version % 1000;
  }
}
