package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A number for a host as OpenNebula's {@code SCHED_RANK} writes it: {@code + - * /}, unary minus,
 * brackets, numbers and attributes, of which those that the host lacks or that are no number count
 * 0; division by 0 gives 0. Multiplication binds tighter than addition. Attributes are those of
 * {@link NebulaAttributes}.
 */
public final class Rank {
  private final ToDoubleFunction<HostRow> value;

  private Rank(ToDoubleFunction<HostRow> value) {
    this.value = value;
  }

  /** Empty when the text is no rank. */
  public static Optional<Rank> read(String text) {
    try {
      var words = new Words(text);
      ToDoubleFunction<HostRow> value = sum(words, 0);
      words.requireEnd();
      return Optional.of(new Rank(value));
    } catch (Words.Unreadable _) {
      return Optional.empty();
    }
  }

  /** Higher is better. */
  public double of(HostRow host) {
    return value.applyAsDouble(host);
  }

  private static ToDoubleFunction<HostRow> sum(Words words, int depth) {
    ToDoubleFunction<HostRow> left = product(words, depth);
    while (words.isNext("+") || words.isNext("-")) {
      boolean plus = words.take().equals("+");
      ToDoubleFunction<HostRow> one = left;
      ToDoubleFunction<HostRow> other = product(words, depth);
      left =
          plus
              ? host -> one.applyAsDouble(host) + other.applyAsDouble(host)
              : host -> one.applyAsDouble(host) - other.applyAsDouble(host);
    }
    return left;
  }

  private static ToDoubleFunction<HostRow> product(Words words, int depth) {
    ToDoubleFunction<HostRow> left = factor(words, depth);
    while (words.isNext("*") || words.isNext("/")) {
      boolean times = words.take().equals("*");
      ToDoubleFunction<HostRow> one = left;
      ToDoubleFunction<HostRow> other = factor(words, depth);
      left =
          times
              ? host -> one.applyAsDouble(host) * other.applyAsDouble(host)
              : host -> quotient(one.applyAsDouble(host), other.applyAsDouble(host));
    }
    return left;
  }

  private static double quotient(double one, double other) {
    return other == 0 ? 0 : one / other;
  }

  private static ToDoubleFunction<HostRow> factor(Words words, int depth) {
    words.requireDepth(depth);
    if (words.isNext("-")) {
      words.take();
      ToDoubleFunction<HostRow> inner = factor(words, depth + 1);
      return host -> -inner.applyAsDouble(host);
    }
    if (words.isNext("(")) {
      words.take();
      ToDoubleFunction<HostRow> inner = sum(words, depth + 1);
      words.take(")");
      return inner;
    }
    String word = words.take();
    if (word.matches("\\d{1,15}(\\.\\d{1,9})?")) {
      double number = Double.parseDouble(word);
      return _ -> number;
    }
    if (!word.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new Words.Unreadable();
    }
    return host -> NebulaAttributes.number(host, word);
  }
}
