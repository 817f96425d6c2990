package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import java.util.List;
import java.util.Map;

@Description("The hypervisor connections of the whole cloud and what their drivers are doing.")
public interface DriversMXBean {
  /**
   * @param uri without what may be secret
   * @param state {@code connecting}, {@code up}, {@code down} or {@code unknown}
   * @param error why it is down, empty otherwise
   * @param running commands the hypervisor is carrying out
   * @param waiting commands that wait for a place
   */
  record Connection(
      String id,
      String uri,
      boolean enabled,
      String state,
      String error,
      int hosts,
      int running,
      int waiting) {}

  @Description(
      "Every connection with its state, the error it has, its hosts and the commands in flight.")
  List<Connection> getConnections();

  @Description("How many connections are in each state.")
  Map<String, Integer> getCountByState();

  @Description("Commands in flight on all connections: running, and waiting for a place.")
  int getInFlight();
}
