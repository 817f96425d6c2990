package io.troupe.bench.boot;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Failures counted by reason. What differs from one server to the next is masked, so that equal
 * reasons meet.
 */
final class Failures {
  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern NUMBER = Pattern.compile("(?<=[ =-])\\d+(?=[ ,;:)'\"]|$)");
  private static final int LONGEST = 200; // characters; a reason is a line, not a stack trace
  private static final int MOST_REASONS = 50;

  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /**
   * @param step the call or state that went wrong, never masked
   */
  void add(String step, String reason) {
    var masked = NUMBER.matcher(UUID.matcher(reason).replaceAll("<id>")).replaceAll("<n>");
    var line = step + ": " + masked.lines().findFirst().orElse("");
    var key = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    counts.merge(
        counts.containsKey(key) || counts.size() < MOST_REASONS ? key : "other", 1, Integer::sum);
  }

  Map<String, Integer> byReason() {
    return new TreeMap<>(counts);
  }

  int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
