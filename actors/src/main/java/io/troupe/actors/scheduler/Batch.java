package io.troupe.actors.scheduler;

/**
 * Instances that are placed together or not at all.
 *
 * @param id the same for all of them
 * @param size how many they are, at least 1
 */
public record Batch(String id, int size) {
  public Batch {
    if (size < 1) {
      throw new IllegalArgumentException("a batch has at least one member: " + size);
    }
  }
}
