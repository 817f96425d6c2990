package io.troupe.actors.catalog;

import java.time.Instant;

/** While it is there, the scheduler holds placements back. There is one or none. */
public record SchedulingPause(Instant since) implements CatalogEntry {
  public static final String KEY = "pause";

  @Override
  public String key() {
    return KEY;
  }
}
