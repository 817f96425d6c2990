package io.troupe.node.jmx;

import io.troupe.core.jmx.Beans;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.AttributeNotFoundException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

/** Questions to beans in words of a command line. */
public final class BeanCalls {
  private final MBeanServerConnection beans;

  public BeanCalls(MBeanServerConnection beans) {
    this.beans = beans;
  }

  @FunctionalInterface
  private interface Call<T> {
    T make() throws JMException, IOException;
  }

  public Object get(String bean, String attribute) throws BeanClient.Failed, IOException {
    var name = name(bean);
    return made(bean, () -> beans.getAttribute(name, attribute));
  }

  /** What cannot be had now says why in its place. */
  public Map<String, Object> getAll(String bean) throws BeanClient.Failed, IOException {
    var name = name(bean);
    var info = made(bean, () -> beans.getMBeanInfo(name));
    var values = new LinkedHashMap<String, Object>();
    for (var attribute : byName(info.getAttributes())) {
      try {
        values.put(attribute.getName(), get(bean, attribute.getName()));
      } catch (BeanClient.Failed failed) {
        values.put(attribute.getName(), failed.getMessage());
      }
    }
    return values;
  }

  public Object call(String bean, String operation, List<String> arguments)
      throws BeanClient.Failed, IOException {
    var name = name(bean);
    var info = made(bean, () -> beans.getMBeanInfo(name));
    var found =
        Arrays.stream(info.getOperations())
            .filter(one -> one.getName().equals(operation))
            .findFirst()
            .orElseThrow(
                () ->
                    new BeanClient.Failed(
                        bean + " has no operation " + operation + "; there are " + names(info)));
    var parameters = found.getSignature();
    if (parameters.length != arguments.size()) {
      throw new BeanClient.Failed("it is called as: call " + bean + " " + signature(found, " "));
    }
    var values = new Object[parameters.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(parameters[i], arguments.get(i));
    }
    var types = Arrays.stream(parameters).map(MBeanParameterInfo::getType).toArray(String[]::new);
    return made(bean, () -> beans.invoke(name, operation, values, types));
  }

  private static String names(MBeanInfo info) {
    return Arrays.stream(info.getOperations()).map(MBeanFeatureInfo::getName).toList().toString();
  }

  private static Object value(MBeanParameterInfo parameter, String argument)
      throws BeanClient.Failed {
    try {
      return switch (parameter.getType()) {
        case "java.lang.String" -> argument;
        case "int", "java.lang.Integer" -> Integer.valueOf(argument);
        case "long", "java.lang.Long" -> Long.valueOf(argument);
        case "double", "java.lang.Double" -> Double.valueOf(argument);
        case "boolean", "java.lang.Boolean" ->
            switch (argument) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new NumberFormatException();
            };
        default ->
            throw new BeanClient.Failed(
                parameter.getName() + " is of type " + parameter.getType() + ", which has no text");
      };
    } catch (NumberFormatException _) {
      throw new BeanClient.Failed(
          parameter.getName() + " must be of type " + parameter.getType() + ", was " + argument);
    }
  }

  /** Every bean of a domain, for a person. */
  public String overview(String domain) throws BeanClient.Failed, IOException {
    var text = new StringBuilder();
    for (var bean : infos(domain).entrySet()) {
      var info = bean.getValue();
      text.append(bean.getKey()).append(": ").append(info.getDescription()).append('\n');
      var lines = new ArrayList<List<String>>();
      for (var one : byName(info.getAttributes())) {
        lines.add(List.of("  get  " + one.getName(), one.getDescription()));
      }
      for (var one : byName(info.getOperations())) {
        lines.add(List.of("  call " + signature(one, " "), one.getDescription()));
      }
      text.append(BeanValue.aligned(lines)).append("\n\n");
    }
    return text.toString().stripTrailing();
  }

  /** The same for a program. */
  public List<Map<String, Object>> describe(String domain) throws BeanClient.Failed, IOException {
    var all = new ArrayList<Map<String, Object>>();
    for (var bean : infos(domain).entrySet()) {
      var info = bean.getValue();
      all.add(
          ordered(
              "bean", bean.getKey(),
              "description", info.getDescription(),
              "attributes",
                  byName(info.getAttributes()).stream()
                      .map(
                          one ->
                              ordered(
                                  "name", one.getName(),
                                  "type", one.getType(),
                                  "description", one.getDescription()))
                      .toList(),
              "operations",
                  byName(info.getOperations()).stream().map(BeanCalls::described).toList()));
    }
    return all;
  }

  /** The JVM gives a class's methods in any order. */
  private static <F extends MBeanFeatureInfo> List<F> byName(F[] features) {
    return Arrays.stream(features).sorted(Comparator.comparing(MBeanFeatureInfo::getName)).toList();
  }

  private static Map<String, Object> described(MBeanOperationInfo operation) {
    return ordered(
        "name", operation.getName(),
        "changes", operation.getImpact() != MBeanOperationInfo.INFO,
        "description", operation.getDescription(),
        "parameters",
            Arrays.stream(operation.getSignature())
                .map(
                    one ->
                        ordered(
                            "name", one.getName(),
                            "type", one.getType(),
                            "description", one.getDescription()))
                .toList());
  }

  private static Map<String, Object> ordered(Object... pairs) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static String signature(MBeanOperationInfo operation, String between) {
    return operation.getName()
        + Arrays.stream(operation.getSignature())
            .map(one -> between + one.getName().toUpperCase(java.util.Locale.ROOT))
            .collect(Collectors.joining());
  }

  private Map<String, MBeanInfo> infos(String domain) throws BeanClient.Failed, IOException {
    var infos = new TreeMap<String, MBeanInfo>();
    for (ObjectName name : beans.queryNames(name(domain + ":*"), null)) {
      var shown = name.equals(Beans.name(type(name))) ? type(name) : name.toString();
      infos.put(shown, made(shown, () -> beans.getMBeanInfo(name)));
    }
    if (infos.isEmpty()) {
      throw new BeanClient.Failed("this process is no node of Troupe, or has not started yet");
    }
    return infos;
  }

  private static String type(ObjectName name) {
    var type = name.getKeyProperty("type");
    return type == null ? "" : type;
  }

  private static ObjectName name(String bean) throws BeanClient.Failed {
    try {
      return bean.contains(":") ? new ObjectName(bean) : Beans.name(bean);
    } catch (MalformedObjectNameException | IllegalArgumentException _) {
      throw new BeanClient.Failed(bean + " is no name of a bean");
    }
  }

  private static <T> T made(String bean, Call<T> call) throws BeanClient.Failed, IOException {
    try {
      return call.make();
    } catch (InstanceNotFoundException _) {
      throw new BeanClient.Failed("there is no bean " + bean + "; 'list' shows all");
    } catch (AttributeNotFoundException e) {
      throw new BeanClient.Failed(bean + " has no such attribute; 'list' shows all");
    } catch (RuntimeMBeanException | MBeanException e) {
      throw new BeanClient.Failed(e.getCause().getMessage());
    } catch (SecurityException e) {
      throw new BeanClient.Failed("not allowed: " + e.getMessage());
    } catch (JMException e) {
      throw new BeanClient.Failed(bean + ": " + e.getMessage());
    }
  }
}
