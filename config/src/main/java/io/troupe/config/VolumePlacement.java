package io.troupe.config;

/** When a volume gets its place. */
public enum VolumePlacement {
  /** When a server first has it: then it lies where the server is. */
  ON_USE("on-use"),
  /** When it is created, as in Cinder: servers that have it go where it lies. */
  ON_CREATION("on-creation");

  private final String word;

  VolumePlacement(String word) {
    this.word = word;
  }

  /**
   * As it is configured.
   *
   * @throws IllegalArgumentException when there is no such word
   */
  public static VolumePlacement of(String word) {
    for (VolumePlacement placement : values()) {
      if (placement.word.equals(word)) {
        return placement;
      }
    }
    throw new IllegalArgumentException(
        "volumes placement must be on-use or on-creation, not " + word);
  }

  public String word() {
    return word;
  }
}
