package io.troupe.node.jmx;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value that is asked for at most once in a while: a client that reads all attributes of a bean
 * gets them from one answer, and ten watching clients cost as much as one. What failed is asked
 * again by the next caller.
 */
final class Cached<T> {
  private record Value<T>(T value, long atNanos) {}

  private final long maxAgeNanos;
  private final Supplier<T> source;
  private Optional<Value<T>> last = Optional.empty();

  Cached(Duration maxAge, Supplier<T> source) {
    this.maxAgeNanos = maxAge.toNanos();
    this.source = source;
  }

  synchronized T get() {
    if (last.filter(one -> System.nanoTime() - one.atNanos() < maxAgeNanos).isEmpty()) {
      var value = source.get();
      last = Optional.of(new Value<>(value, System.nanoTime()));
    }
    return last.get().value();
  }

  /** After a change: the next caller sees its effect. */
  synchronized void forget() {
    last = Optional.empty();
  }
}
