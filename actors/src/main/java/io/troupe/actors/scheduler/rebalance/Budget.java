package io.troupe.actors.scheduler.rebalance;

/**
 * What a plan may cost.
 *
 * @param moves at most
 * @param gib that all moves together carry from host to host, at most
 */
public record Budget(int moves, long gib) {
  public Budget {
    if (moves < 0 || gib < 0) {
      throw new IllegalArgumentException(
          "a budget must not be negative: " + moves + " moves, " + gib + " GiB");
    }
  }

  boolean allows(long more) {
    return moves > 0 && more <= gib;
  }

  Budget less(long spent) {
    return new Budget(moves - 1, gib - spent);
  }
}
