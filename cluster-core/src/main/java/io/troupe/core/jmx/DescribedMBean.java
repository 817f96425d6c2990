package io.troupe.core.jmx;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Optional;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.StandardMBean;

/**
 * An MXBean whose descriptions, parameter names and impacts come from the {@link Description}s on
 * its interface. Being an MXBean, it gives records and lists as open types, which every JMX client
 * can read without our classes.
 */
public final class DescribedMBean extends StandardMBean {

  private DescribedMBean(Object bean, Class<Object> type) {
    super(bean, type, true);
  }

  /**
   * @param type the bean's interface; no two of its operations have the same name and number of
   *     parameters
   */
  @SuppressWarnings("unchecked")
  public static <T> DescribedMBean of(T bean, Class<T> type) {
    return new DescribedMBean(bean, (Class<Object>) type);
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    return text(Optional.ofNullable(getMBeanInterface().getAnnotation(Description.class)));
  }

  @Override
  protected String getDescription(MBeanAttributeInfo attribute) {
    var getter = (attribute.isIs() ? "is" : "get") + attribute.getName();
    return text(method(getter, 0).map(found -> found.getAnnotation(Description.class)));
  }

  @Override
  protected String getDescription(MBeanOperationInfo operation) {
    return text(description(operation));
  }

  @Override
  protected int getImpact(MBeanOperationInfo operation) {
    return description(operation)
        .map(
            described ->
                switch (described.impact()) {
                  case READS -> MBeanOperationInfo.INFO;
                  case CHANGES -> MBeanOperationInfo.ACTION;
                })
        .orElse(MBeanOperationInfo.UNKNOWN);
  }

  @Override
  protected String getDescription(
      MBeanOperationInfo operation, MBeanParameterInfo parameter, int place) {
    return text(parameter(operation, place).map(found -> found.getAnnotation(Description.class)));
  }

  @Override
  protected String getParameterName(
      MBeanOperationInfo operation, MBeanParameterInfo parameter, int place) {
    return parameter(operation, place).map(Parameter::getName).orElseGet(parameter::getName);
  }

  private Optional<Description> description(MBeanOperationInfo operation) {
    return method(operation.getName(), operation.getSignature().length)
        .map(found -> found.getAnnotation(Description.class));
  }

  private Optional<Parameter> parameter(MBeanOperationInfo operation, int place) {
    return method(operation.getName(), operation.getSignature().length)
        .map(found -> found.getParameters()[place]);
  }

  private Optional<Method> method(String name, int parameters) {
    return Arrays.stream(getMBeanInterface().getMethods())
        .filter(one -> one.getName().equals(name) && one.getParameterCount() == parameters)
        .findFirst();
  }

  /** Empty where nobody described the part; a test holds that there is no such part. */
  private static String text(Optional<Description> description) {
    return description.map(Description::value).orElse("");
  }
}
