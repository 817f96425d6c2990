package io.troupe.node.jmx;

import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.Hosts;
import io.troupe.actors.drain.Drains;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.core.jmx.Beans;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.MBeanServer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;

/** Every bean of a node; what counts something is a gauge in {@code /metrics} as well. */
public final class NodeBeans {
  /** The beans by type, in the order in which they are shown. */
  public static final Map<String, Class<?>> TYPES = types();

  private NodeBeans() {}

  private static Map<String, Class<?>> types() {
    Map<String, Class<?>> types = new LinkedHashMap<>();
    types.put("Cluster", ClusterMXBean.class);
    types.put("Shards", ShardsMXBean.class);
    types.put("Scheduler", SchedulerMXBean.class);
    types.put("Hosts", HostsMXBean.class);
    types.put("Drivers", DriversMXBean.class);
    types.put("Journal", JournalMXBean.class);
    types.put("Operations", OperationsMXBean.class);
    types.put("Logging", LoggingMXBean.class);
    return types;
  }

  /**
   * @return close it when the node stops
   */
  public static Beans register(
      MBeanServer server,
      ActorSystem<?> system,
      String clusterName,
      Entities entities,
      Catalog catalog,
      Hosts hosts,
      InstanceIndex index,
      MeterRegistry metrics,
      Clock clock) {
    var asker = new Asker(system);
    var cluster = new ClusterBean(system, clusterName);
    var operations = new OperationsBean(index, clock);
    metrics.gauge("troupe.cluster.members", cluster, bean -> bean.getMembers().size());
    metrics.gauge("troupe.cluster.unreachable", cluster, bean -> bean.getUnreachable().size());
    metrics.gauge("troupe.operations.running", operations, OperationsBean::getInProgress);
    metrics.gauge("troupe.operations.overdue", operations, OperationsBean::getOverdue);
    return new Beans(server, Cluster.get(system).selfMember().address().hostPort())
        .add("Cluster", cluster, ClusterMXBean.class)
        .add("Shards", new ShardsBean(system, asker), ShardsMXBean.class)
        .add("Scheduler", new SchedulerBean(entities, asker, catalog, clock), SchedulerMXBean.class)
        .add("Hosts", new HostsBean(hosts, new Drains(catalog, hosts, clock)), HostsMXBean.class)
        .add("Drivers", new DriversBean(catalog, entities, asker), DriversMXBean.class)
        .add("Journal", new JournalBean(metrics), JournalMXBean.class)
        .add("Operations", operations, OperationsMXBean.class)
        .add("Logging", new LoggingBean(), LoggingMXBean.class);
  }
}
