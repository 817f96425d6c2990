package io.troupe.node.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.jmx.DescribedMBean;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.openmbean.ArrayType;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.TabularType;
import org.junit.jupiter.api.Test;

/** Every bean explains itself, and the page says what the beans say. */
class BeansPageTest {
  private static final Path PAGE = Path.of("..", "docs", "jmx.md");
  private static final String BEGIN = "<!-- beans: made by BeansPageTest -->\n";
  private static final String END = "<!-- end of beans -->";

  @Test
  void everyPartOfEveryBeanIsDescribed() {
    NodeBeans.TYPES.forEach(
        (type, as) -> {
          var missing = new ArrayList<String>();
          var info = info(as);
          require(missing, type, info.getDescription());
          for (var one : info.getAttributes()) {
            require(missing, one.getName(), one.getDescription());
          }
          for (var one : info.getOperations()) {
            require(missing, one.getName(), one.getDescription());
            if (one.getImpact() == MBeanOperationInfo.UNKNOWN) {
              missing.add(one.getName() + ": impact");
            }
            for (var parameter : one.getSignature()) {
              require(
                  missing, one.getName() + " " + parameter.getName(), parameter.getDescription());
              if (parameter.getName().matches("p[0-9]+|arg[0-9]+")) {
                missing.add(one.getName() + ": name of a parameter");
              }
            }
          }

          assertThat(missing).as("parts of %s without a description", type).isEmpty();
        });
  }

  @Test
  void thePageShowsTheBeansAsTheyAre() throws IOException {
    var page = Files.readString(PAGE);
    var shown = page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
    var actual =
        NodeBeans.TYPES.entrySet().stream()
            .map(one -> section(one.getKey(), info(one.getValue())))
            .collect(Collectors.joining());
    var draft = Path.of("target", "jmx-beans.md");
    Files.createDirectories(draft.getParent());
    Files.writeString(draft, actual);

    assertThat(shown)
        .as("docs/jmx.md; node/target/jmx-beans.md has what belongs there")
        .isEqualTo(actual);
  }

  private static void require(List<String> missing, String part, String description) {
    if (description == null || description.isBlank()) {
      missing.add(part);
    }
  }

  private static String section(String type, MBeanInfo info) {
    var text = new StringBuilder("\n### " + type + "\n\n" + info.getDescription() + "\n\n");
    text.append("| attribute | type | |\n|---|---|---|\n");
    for (var one : byName(info.getAttributes())) {
      text.append(
          "| `%s` | %s | %s |\n"
              .formatted(
                  one.getName(),
                  type((OpenType<?>) one.getDescriptor().getFieldValue("openType")),
                  one.getDescription()));
    }
    if (info.getOperations().length > 0) {
      text.append("\n| operation | returns | |\n|---|---|---|\n");
      for (var one : byName(info.getOperations())) {
        text.append(
            "| `%s` | %s | %s%s |\n"
                .formatted(
                    call(one),
                    type((OpenType<?>) one.getDescriptor().getFieldValue("openType")),
                    one.getImpact() == MBeanOperationInfo.ACTION ? "**Changes.** " : "",
                    described(one)));
      }
    }
    return text.toString();
  }

  /** The JVM gives a class's methods in any order. */
  private static <F extends MBeanFeatureInfo> List<F> byName(F[] features) {
    return Arrays.stream(features).sorted(Comparator.comparing(MBeanFeatureInfo::getName)).toList();
  }

  private static String call(MBeanOperationInfo operation) {
    return operation.getName()
        + Arrays.stream(operation.getSignature())
            .map(one -> one.getName())
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String described(MBeanOperationInfo operation) {
    return operation.getDescription()
        + Arrays.stream(operation.getSignature())
            .map(one -> " `" + one.getName() + "`: " + one.getDescription())
            .collect(Collectors.joining());
  }

  private static String type(OpenType<?> type) {
    return switch (type) {
      case ArrayType<?> list -> "list of " + type(list.getElementOpenType());
      case TabularType table ->
          "map of "
              + type(table.getRowType().getType("key"))
              + " to "
              + type(table.getRowType().getType("value"));
      case CompositeType record -> {
        Map<String, String> fields = new TreeMap<>();
        record.keySet().forEach(name -> fields.put(name, type(record.getType(name))));
        yield fields.entrySet().stream()
            .map(one -> one.getKey() + ": " + one.getValue())
            .collect(Collectors.joining(", ", "{", "}"));
      }
      default -> type.getClassName().replaceAll(".*\\.", "").toLowerCase(java.util.Locale.ROOT);
    };
  }

  private static <T> MBeanInfo info(Class<T> type) {
    var nothing =
        type.cast(
            Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, _) -> {
                  throw new UnsupportedOperationException(method.getName());
                }));
    return DescribedMBean.of(nothing, type).getMBeanInfo();
  }
}
