package io.troupe.config;

/** How much a storage pool has, as Cinder's back ends say it. */
public sealed interface PoolCapacity {
  /** GiB, before what is kept back and before any ratio. */
  record Gib(long amount) implements PoolCapacity {
    public Gib {
      if (amount < 0) {
        throw new IllegalArgumentException("a pool's capacity must not be negative: " + amount);
      }
    }
  }

  /** There is always more. */
  record Infinite() implements PoolCapacity {}

  /** Nobody can tell; it is tried. */
  record Unknown() implements PoolCapacity {}

  /**
   * As it is configured: a number of GiB, {@code infinite} or {@code unknown}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static PoolCapacity of(String text) {
    return switch (text) {
      case "infinite" -> new Infinite();
      case "unknown" -> new Unknown();
      default -> {
        if (!text.matches("\\d{1,9}")) {
          throw new IllegalArgumentException(
              "a pool's capacity is a number of GiB, infinite or unknown, not " + text);
        }
        yield new Gib(Long.parseLong(text));
      }
    };
  }
}
