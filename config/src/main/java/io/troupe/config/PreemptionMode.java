package io.troupe.config;

/** What becomes of preemptible instances when a request of higher priority needs their room. */
public enum PreemptionMode {
  /** They stay, and the request is refused. */
  OFF("off"),
  /** They are deleted for good. */
  DELETE("delete");

  private final String word;

  PreemptionMode(String word) {
    this.word = word;
  }

  /**
   * @throws IllegalArgumentException for another word, naming those that there are
   */
  static PreemptionMode of(String word) {
    for (PreemptionMode mode : values()) {
      if (mode.word.equals(word)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("scheduler preemption is off or delete, not " + word);
  }
}
