package io.troupe.actors.scheduler.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.troupe.actors.scheduler.HostRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * A condition on hosts as Nova's JsonFilter writes it: {@code ["OPERATOR", argument …]} with the
 * operators {@code = < > in <= >= not or and}. Arguments are literals, conditions, and {@code
 * "$attribute"}, a word of {@link HostAttributes} with dots between its parts; one the host does
 * not have is left out. A comparison holds of its first argument against each other one, and of
 * fewer than two it is false. Values of different kinds are equal to nothing and in no order.
 */
public final class JsonQuery {
  private static final Set<String> OPERATORS =
      Set.of("=", "<", ">", "in", "<=", ">=", "not", "or", "and");
  private static final int DEEPEST = 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .build();

  private final JsonNode query;

  private JsonQuery(JsonNode query) {
    this.query = query;
  }

  /** Empty when the text is no query. */
  public static Optional<JsonQuery> read(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node != null && isQuery(node) ? Optional.of(new JsonQuery(node)) : Optional.empty();
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }

  private static boolean isQuery(JsonNode node) {
    if (!node.isArray()) {
      return false;
    }
    if (node.isEmpty()) {
      return true;
    }
    if (!node.get(0).isTextual() || !OPERATORS.contains(node.get(0).textValue())) {
      return false;
    }
    for (int i = 1; i < node.size(); i++) {
      if (node.get(i).isContainerNode() && !isQuery(node.get(i))) {
        return false;
      }
    }
    return true;
  }

  boolean holds(HostRow host) {
    return isTrue(value(query, host));
  }

  /** A boolean, or after {@code not} a list of them. */
  private static Object value(JsonNode node, HostRow host) {
    if (node.isEmpty()) {
      return true;
    }
    var arguments = new ArrayList<Object>();
    for (int i = 1; i < node.size(); i++) {
      argument(node.get(i), host).ifPresent(arguments::add);
    }
    return switch (node.get(0).textValue()) {
      case "=" -> compare(arguments, order -> order == 0);
      case "<" -> compare(arguments, order -> order < 0);
      case ">" -> compare(arguments, order -> order > 0);
      case "<=" -> compare(arguments, order -> order <= 0);
      case ">=" -> compare(arguments, order -> order >= 0);
      case "in" ->
          arguments.size() > 1
              && arguments.subList(1, arguments.size()).stream()
                  .anyMatch(other -> order(arguments.getFirst(), other).equals(Optional.of(0)));
      case "not" -> arguments.stream().map(argument -> !isTrue(argument)).toList();
      case "or" -> arguments.stream().anyMatch(JsonQuery::isTrue);
      default -> arguments.stream().allMatch(JsonQuery::isTrue);
    };
  }

  private static Optional<Object> argument(JsonNode node, HostRow host) {
    if (node.isArray()) {
      return Optional.of(value(node, host));
    }
    if (node.isTextual() && node.textValue().startsWith("$")) {
      return HostAttributes.value(host, node.textValue().substring(1).replace('.', ':'));
    }
    if (node.isTextual()) {
      return Optional.of(node.textValue()).filter(text -> !text.isEmpty()).map(text -> text);
    }
    if (node.isNumber()) {
      return Optional.of(node.doubleValue());
    }
    return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
  }

  private static boolean compare(List<Object> arguments, IntPredicate holds) {
    return arguments.size() > 1
        && arguments.subList(1, arguments.size()).stream()
            .allMatch(other -> order(arguments.getFirst(), other).filter(holds::test).isPresent());
  }

  private static Optional<Integer> order(Object one, Object other) {
    if (one instanceof Number left && other instanceof Number right) {
      return Optional.of(Double.compare(left.doubleValue() + 0.0, right.doubleValue() + 0.0));
    }
    if (one instanceof String left && other instanceof String right) {
      return Optional.of(left.compareTo(right));
    }
    return one instanceof Boolean left && other instanceof Boolean right
        ? Optional.of(Boolean.compare(left, right))
        : Optional.empty();
  }

  /** As in Python: nothing, 0 and the empty text are false; a list is true if one of it is. */
  private static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      case List<?> all -> all.stream().anyMatch(JsonQuery::isTrue);
      default -> true;
    };
  }
}
