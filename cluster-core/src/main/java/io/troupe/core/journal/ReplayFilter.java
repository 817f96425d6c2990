package io.troupe.core.journal;

/** What a recovery does with events of two writers; the same for every plug-in. */
final class ReplayFilter {
  static final String KEY = "pekko.persistence.journal-plugin-fallback.replay-filter.mode";

  private ReplayFilter() {}
}
