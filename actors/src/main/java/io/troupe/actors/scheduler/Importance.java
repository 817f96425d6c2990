package io.troupe.actors.scheduler;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * How important an instance is where room is short, as its flavor says.
 *
 * @param preemptible whether it may be evicted for one of higher priority
 * @param priority higher goes first; 0 where the flavor says none
 */
public record Importance(boolean preemptible, int priority) {
  /** Extra spec: {@code true} or {@code false}. */
  public static final String PREEMPTIBLE = "troupe:preemptible";

  /** Extra spec: a whole number of up to nine digits. */
  public static final String PRIORITY = "troupe:priority";

  /** What a priority looks like. */
  public static final Pattern NUMBER = Pattern.compile("-?\\d{1,9}");

  /**
   * What the extra specs of a flavor say. One that nobody could have written since they are checked
   * counts as not said.
   */
  public static Importance of(Map<String, String> extraSpecs) {
    return new Importance(
        "true".equals(extraSpecs.get(PREEMPTIBLE)), priority(extraSpecs.get(PRIORITY)));
  }

  private static int priority(String text) {
    return text != null && NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
  }
}
