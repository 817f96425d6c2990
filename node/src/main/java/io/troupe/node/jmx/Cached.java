package io.troupe.node.jmx;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value that is asked for at most once in a while: a client that reads all attributes of a bean
 * gets them from one answer, and ten watching clients cost as much as one. A failure is kept as
 * long: who reads ten attributes waits once for somebody who does not answer.
 */
final class Cached<T> {
  private record Value<T>(Supplier<T> value, long atNanos) {}

  private final long maxAgeNanos;
  private final Supplier<T> source;
  private Optional<Value<T>> last = Optional.empty();

  Cached(Duration maxAge, Supplier<T> source) {
    this.maxAgeNanos = maxAge.toNanos();
    this.source = source;
  }

  synchronized T get() {
    if (last.filter(one -> System.nanoTime() - one.atNanos() < maxAgeNanos).isEmpty()) {
      var value = ask();
      last = Optional.of(new Value<>(value, System.nanoTime()));
    }
    return last.get().value().get();
  }

  private Supplier<T> ask() {
    try {
      var value = source.get();
      return () -> value;
    } catch (IllegalStateException e) {
      return () -> {
        throw new IllegalStateException(e.getMessage());
      };
    }
  }

  /** After a change: the next caller sees its effect. */
  synchronized void forget() {
    last = Optional.empty();
  }
}
