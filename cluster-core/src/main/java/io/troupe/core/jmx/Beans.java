package io.troupe.core.jmx;

import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The MBeans of one node, {@code io.troupe:type=…}, from the node's start to its end. */
public final class Beans implements AutoCloseable {
  public static final String DOMAIN = "io.troupe";

  private static final Logger LOG = LoggerFactory.getLogger(Beans.class);

  private final MBeanServer server;
  private final String node;
  private final List<ObjectName> registered = new ArrayList<>();

  /**
   * @param node tells nodes in one JVM apart: the first has the plain names, a second one's have
   *     {@code ,node="…"} as well
   */
  public Beans(MBeanServer server, String node) {
    this.server = server;
    this.node = node;
  }

  /** The name of a bean where a JVM is one node. */
  public static ObjectName name(String type) {
    return named(DOMAIN + ":type=" + type);
  }

  public <T> Beans add(String type, T bean, Class<T> as) {
    var name = name(type);
    if (server.isRegistered(name)) {
      name = named(name + ",node=" + ObjectName.quote(node));
    }
    try {
      server.registerMBean(DescribedMBean.of(bean, as), name);
      registered.add(name);
    } catch (JMException e) {
      throw new IllegalStateException(name + " cannot be registered: " + e.getMessage(), e);
    }
    return this;
  }

  @Override
  public void close() {
    for (ObjectName name : registered) {
      try {
        server.unregisterMBean(name);
      } catch (JMException e) {
        LOG.warn("{} cannot be unregistered: {}", name, e.toString());
      }
    }
    registered.clear();
  }

  private static ObjectName named(String text) {
    try {
      return new ObjectName(text);
    } catch (JMException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
