package io.troupe.actors.scheduler.filter;

import io.troupe.actors.scheduler.HostRow;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A condition on hosts as OpenNebula's {@code SCHED_REQUIREMENTS} writes it: {@code ATTRIBUTE
 * OPERATOR VALUE} with {@code = != > < @>}, joined by {@code & |}, with {@code !} and brackets; no
 * operator binds tighter than another, they are read from the left. Texts are compared by shell
 * pattern, {@code @>} asks whether a list has the value, and a comparison with an attribute that
 * the host lacks is false. Attributes are those of {@link NebulaAttributes}. An empty condition
 * holds.
 */
public final class Requirements {
  private final Predicate<HostRow> condition;

  private Requirements(Predicate<HostRow> condition) {
    this.condition = condition;
  }

  /** Empty when the text is no condition. */
  public static Optional<Requirements> read(String text) {
    if (text.isBlank()) {
      return Optional.of(new Requirements(_ -> true));
    }
    try {
      var words = new Words(text, "@>", "!=");
      Predicate<HostRow> condition = expression(words, 0);
      words.requireEnd();
      return Optional.of(new Requirements(condition));
    } catch (Words.Unreadable _) {
      return Optional.empty();
    }
  }

  boolean hold(HostRow host) {
    return condition.test(host);
  }

  private static Predicate<HostRow> expression(Words words, int depth) {
    Predicate<HostRow> left = term(words, depth);
    while (words.isNext("&") || words.isNext("|")) {
      boolean both = words.take().equals("&");
      Predicate<HostRow> right = term(words, depth);
      left = both ? left.and(right) : left.or(right);
    }
    return left;
  }

  private static Predicate<HostRow> term(Words words, int depth) {
    words.requireDepth(depth);
    if (words.isNext("!")) {
      words.take();
      return term(words, depth + 1).negate();
    }
    if (words.isNext("(")) {
      words.take();
      Predicate<HostRow> inner = expression(words, depth + 1);
      words.take(")");
      return inner;
    }
    String attribute = words.takeName();
    String operator = words.take();
    String value = words.takeValue();
    return switch (operator) {
      case "=" -> host -> any(host, attribute, found -> equal(found, value));
      case "!=" -> host -> all(host, attribute, found -> !equal(found, value));
      case ">" -> host -> any(host, attribute, found -> order(found, value) > 0);
      case "<" -> host -> any(host, attribute, found -> order(found, value) < 0);
      case "@>" ->
          host -> any(host, attribute, found -> List.of(found.split("[,\\s]+")).contains(value));
      default -> throw new Words.Unreadable();
    };
  }

  private static boolean any(HostRow host, String attribute, Predicate<String> fits) {
    return NebulaAttributes.of(host, attribute).stream().anyMatch(fits);
  }

  private static boolean all(HostRow host, String attribute, Predicate<String> fits) {
    List<String> found = NebulaAttributes.of(host, attribute);
    return !found.isEmpty() && found.stream().allMatch(fits);
  }

  private static boolean equal(String found, String pattern) {
    Optional<Double> one = number(found);
    Optional<Double> other = number(pattern);
    return one.isPresent() && other.isPresent()
        ? one.get().doubleValue() == other.get().doubleValue()
        : Pattern.matches(regex(pattern), found);
  }

  /** As fnmatch reads {@code * ?}; brackets are taken as they are. */
  private static String regex(String pattern) {
    var regex = new StringBuilder();
    for (char c : pattern.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return regex.toString();
  }

  private static int order(String found, String value) {
    Optional<Double> one = number(found);
    Optional<Double> other = number(value);
    return one.isPresent() && other.isPresent()
        ? Double.compare(one.get(), other.get())
        : found.compareTo(value);
  }

  private static Optional<Double> number(String text) {
    return text.matches("-?\\d{1,15}(\\.\\d{1,9})?")
        ? Optional.of(Double.valueOf(text))
        : Optional.empty();
  }
}
