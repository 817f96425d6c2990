package io.troupe.actors.scheduler.filter;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/**
 * The small language of extra specs: {@code OPERATOR VALUE}, separated by blanks. Without a known
 * operator the whole text is compared for equality. Source: Nova's extra specs operators.
 */
final class Expression {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  private Expression() {}

  /** Whether a host's {@code value} satisfies {@code expression}; a text is no number, so never. */
  static boolean matches(String value, String expression) {
    List<String> words = List.of(BLANKS.split(expression.strip()));
    List<String> operands = words.subList(1, words.size());
    return switch (words.getFirst()) {
      case "=", ">=" ->
          number(value, operands, order -> order >= 0); // "=" means this, historically
      case "<=" -> number(value, operands, order -> order <= 0);
      case "==" -> number(value, operands, order -> order == 0);
      case "!=" -> number(value, operands, order -> order != 0);
      case "s==" -> text(value, operands, order -> order == 0);
      case "s!=" -> text(value, operands, order -> order != 0);
      case "s<" -> text(value, operands, order -> order < 0);
      case "s<=" -> text(value, operands, order -> order <= 0);
      case "s>" -> text(value, operands, order -> order > 0);
      case "s>=" -> text(value, operands, order -> order >= 0);
      case "<in>" -> !operands.isEmpty() && value.contains(operands.getFirst());
      case "<all-in>" -> !operands.isEmpty() && operands.stream().allMatch(value::contains);
      case "<or>" -> oneOf(value, operands);
      default -> value.equals(expression);
    };
  }

  private static boolean number(String value, List<String> operands, IntPredicate holds) {
    OptionalDouble left = parse(value);
    OptionalDouble right = operands.isEmpty() ? OptionalDouble.empty() : parse(operands.getFirst());
    return left.isPresent()
        && right.isPresent()
        && holds.test(Double.compare(left.getAsDouble() + 0.0, right.getAsDouble() + 0.0));
  }

  private static boolean text(String value, List<String> operands, IntPredicate holds) {
    return !operands.isEmpty() && holds.test(value.compareTo(operands.getFirst()));
  }

  /** {@code A <or> B <or> C}, the leading operator already taken. */
  private static boolean oneOf(String value, List<String> operands) {
    for (int i = 0; i < operands.size(); i += 2) {
      if (operands.get(i).equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static OptionalDouble parse(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalDouble.of(Double.parseDouble(text))
        : OptionalDouble.empty();
  }
}
