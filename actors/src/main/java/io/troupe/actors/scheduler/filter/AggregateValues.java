package io.troupe.actors.scheduler.filter;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** The values of one aggregate metadata key: each aggregate's value is a list split at commas. */
public final class AggregateValues {
  private AggregateValues() {}

  /** Every single value, sorted so that texts made of them are stable. */
  public static Set<String> of(Collection<String> lists) {
    var values = new TreeSet<String>();
    for (String list : lists) {
      for (String value : list.split(",", -1)) {
        values.add(value.strip());
      }
    }
    return values;
  }
}
