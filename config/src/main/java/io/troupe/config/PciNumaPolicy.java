package io.troupe.config;

/** How near to a guest's NUMA cells its PCI devices have to be; Nova's words in lower case. */
public enum PciNumaPolicy {
  /** In one of its cells. */
  REQUIRED,
  /** In one of its cells if that can be had, else anywhere. */
  PREFERRED,
  /** In one of its cells, or in one that is not known. */
  LEGACY,
  /** In the same processor package as one of its cells. */
  SOCKET;

  /**
   * By its word.
   *
   * @throws IllegalArgumentException when there is no such policy
   */
  public static PciNumaPolicy of(String word) {
    for (PciNumaPolicy policy : values()) {
      if (policy.word().equals(word)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(
        "there is no PCI NUMA policy '"
            + word
            + "'; there are required, preferred, legacy and socket");
  }

  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
