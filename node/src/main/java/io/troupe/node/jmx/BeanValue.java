package io.troupe.node.jmx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** A value of a bean for people and for programs: open types, lists, maps and plain values. */
public final class BeanValue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private BeanValue() {}

  /** A list of records is a table with a heading, a map or record a line for each entry. */
  public static String text(Object value) {
    return switch (plain(value)) {
      case List<?> rows when !rows.isEmpty() && rows.getFirst() instanceof Map<?, ?> first ->
          table(new ArrayList<>(first.keySet()), rows);
      case List<?> list -> list.stream().map(BeanValue::cell).collect(Collectors.joining("\n"));
      case Map<?, ?> map -> entries(map);
      case Object one -> cell(one);
    };
  }

  /** What fits in a line first, then what is a table or a map itself, each under its name. */
  private static String entries(Map<?, ?> map) {
    var lines = new ArrayList<List<String>>();
    var blocks = new StringBuilder();
    map.forEach(
        (key, value) -> {
          if (isBlock(value)) {
            blocks.append('\n').append(key).append(":\n").append(text(value).indent(2));
          } else {
            lines.add(List.of(cell(key), cell(value)));
          }
        });
    return (aligned(lines) + blocks).strip();
  }

  private static boolean isBlock(Object value) {
    return switch (value) {
      case Map<?, ?> map -> !map.isEmpty();
      case List<?> list -> !list.isEmpty() && list.getFirst() instanceof Map<?, ?>;
      default -> false;
    };
  }

  private static String table(List<?> columns, List<?> rows) {
    var lines = new ArrayList<List<String>>();
    lines.add(columns.stream().map(BeanValue::cell).toList());
    for (Object row : rows) {
      lines.add(columns.stream().map(column -> cell(((Map<?, ?>) row).get(column))).toList());
    }
    return aligned(lines);
  }

  static String aligned(List<List<String>> lines) {
    var widths = new TreeMap<Integer, Integer>();
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        widths.merge(i, line.get(i).length(), Math::max);
      }
    }
    return lines.stream()
        .map(
            line -> {
              var text = new StringBuilder();
              for (int i = 0; i < line.size(); i++) {
                text.append(line.get(i)).repeat(" ", 2 + widths.get(i) - line.get(i).length());
              }
              return text.toString().stripTrailing();
            })
        .collect(Collectors.joining("\n"));
  }

  private static String cell(Object value) {
    return switch (value) {
      case Double number -> String.format(java.util.Locale.ROOT, "%.3f", number);
      case List<?> list when list.isEmpty() -> "-";
      case List<?> list -> list.stream().map(BeanValue::cell).collect(Collectors.joining(", "));
      case Map<?, ?> map when map.isEmpty() -> "-";
      case String text when text.isEmpty() -> "-";
      default -> String.valueOf(value);
    };
  }

  public static JsonNode json(Object value) {
    return switch (plain(value)) {
      case List<?> list -> {
        var array = JSON.arrayNode();
        list.forEach(one -> array.add(json(one)));
        yield array;
      }
      case Map<?, ?> map -> {
        var object = JSON.objectNode();
        map.forEach((key, one) -> object.set(String.valueOf(key), json(one)));
        yield object;
      }
      case Boolean truth -> JSON.booleanNode(truth);
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      case Object other -> JSON.textNode(other.toString());
    };
  }

  /** Open types as lists and maps; nothing is an empty text. */
  private static Object plain(Object value) {
    return switch (value) {
      case null -> "";
      case CompositeData record -> {
        var map = new LinkedHashMap<String, Object>();
        record.getCompositeType().keySet().forEach(key -> map.put(key, plain(record.get(key))));
        yield map;
      }
      case TabularData rows -> {
        var map = new TreeMap<String, Object>();
        for (Object row : rows.values()) {
          var entry = (CompositeData) row;
          map.put(String.valueOf(entry.get("key")), plain(entry.get("value")));
        }
        yield map;
      }
      case Map<?, ?> values -> {
        var map = new LinkedHashMap<Object, Object>();
        values.forEach((key, one) -> map.put(key, plain(one)));
        yield map;
      }
      case Collection<?> list -> list.stream().map(BeanValue::plain).toList();
      case Object array when array.getClass().isArray() -> {
        var list = new ArrayList<Object>();
        for (int i = 0; i < Array.getLength(array); i++) {
          list.add(plain(Array.get(array, i)));
        }
        yield list;
      }
      default -> value;
    };
  }
}
