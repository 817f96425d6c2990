package io.troupe.node.jmx;

import io.troupe.core.jmx.Beans;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.remote.MBeanServerForwarder;
import javax.security.auth.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the MBean server for clients from elsewhere.
 *
 * <ul>
 *   <li>Everybody who has come in may read attributes and call what changes nothing.
 *   <li>{@code readwrite} may also call the other operations of our beans and of the JVM's own
 *       ({@code java.lang}), each of which is logged with the caller's name.
 *   <li>Nobody may make, register or remove beans, or call those of other domains: with some of
 *       them (diagnostic commands) one can load code or write files.
 * </ul>
 */
final class Gate implements InvocationHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private static final Set<String> READING =
      Set.of(
          "getAttribute",
          "getAttributes",
          "getDefaultDomain",
          "getDomains",
          "getMBeanCount",
          "getMBeanInfo",
          "getObjectInstance",
          "isInstanceOf",
          "isRegistered",
          "queryMBeans",
          "queryNames",
          "addNotificationListener",
          "removeNotificationListener",
          // asked by the connector itself, to read arguments; a client cannot call them
          "getClassLoader",
          "getClassLoaderFor",
          "getClassLoaderRepository");

  private static final Set<String> CHANGEABLE = Set.of(Beans.DOMAIN, "java.lang");

  private final MBeanServer beans;

  private Gate(MBeanServer beans) {
    this.beans = beans;
  }

  static MBeanServerForwarder before(MBeanServer beans) {
    return (MBeanServerForwarder)
        Proxy.newProxyInstance(
            Gate.class.getClassLoader(),
            new Class<?>[] {MBeanServerForwarder.class},
            new Gate(beans));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "getMBeanServer" -> {
        return beans;
      }
      case "setMBeanServer" -> { // the connector says what we know
        return null;
      }
      case "invoke" -> requireCallable((ObjectName) arguments[0], (String) arguments[1]);
      case "setAttribute", "setAttributes" -> requireWriter((ObjectName) arguments[0], "set");
      default -> {
        if (!READING.contains(method.getName()) && method.getDeclaringClass() != Object.class) {
          throw new SecurityException(method.getName() + " is not allowed to anybody");
        }
      }
    }
    try {
      return method.invoke(beans, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void requireCallable(ObjectName bean, String operation) throws JMException {
    var ours = bean.getDomain().equals(Beans.DOMAIN);
    var reads =
        Arrays.stream(beans.getMBeanInfo(bean).getOperations())
            .filter(one -> one.getName().equals(operation))
            .allMatch(one -> one.getImpact() == MBeanOperationInfo.INFO);
    if (!ours || !reads) {
      requireWriter(bean, operation);
    }
  }

  private static void requireWriter(ObjectName bean, String what) {
    if (!CHANGEABLE.contains(bean.getDomain())) {
      throw new SecurityException("beans of domain " + bean.getDomain() + " can only be read");
    }
    var caller = caller();
    if (caller.role() != PasswordFile.Role.READWRITE) {
      throw new SecurityException(caller.getName() + " may only read");
    }
    LOG.warn("JMX: {} calls {} of {}", caller.getName(), what, bean);
  }

  private static PasswordFile.Administrator caller() {
    var subject = Subject.current();
    return subject == null
        ? refuse()
        : subject.getPrincipals(PasswordFile.Administrator.class).stream()
            .findFirst()
            .orElseGet(Gate::refuse);
  }

  private static PasswordFile.Administrator refuse() {
    throw new SecurityException("nobody has come in");
  }
}
