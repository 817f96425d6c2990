package io.troupe.actors;

import java.util.function.Function;

/**
 * What became of a request: a value, or the reason why it was refused. A refusal changed nothing.
 * Never crosses the wire itself; each actor's reply type does.
 */
public sealed interface Answer<T> {
  record Accepted<T>(T value) implements Answer<T> {}

  record Rejected<T>(Rejection reason) implements Answer<T> {}

  static <T> Answer<T> of(T value) {
    return new Accepted<>(value);
  }

  static <T> Answer<T> refuse(Rejection reason) {
    return new Rejected<>(reason);
  }

  default <R> Answer<R> map(Function<? super T, ? extends R> change) {
    return switch (this) {
      case Accepted<T>(var value) -> new Accepted<>(change.apply(value));
      case Rejected<T>(var reason) -> new Rejected<>(reason);
    };
  }
}
