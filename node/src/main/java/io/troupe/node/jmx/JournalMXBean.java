package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import java.util.List;

@Description("What the journal costs the entities on this node; every node has figures of its own.")
public interface JournalMXBean {
  /**
   * From handing an event over to being told that it is safe. Percentiles and the maximum are of
   * the last two minutes.
   */
  record Latency(
      String entity,
      long writes,
      double meanMillis,
      double medianMillis,
      double p99Millis,
      double maxMillis) {}

  @Description(
      "For each type of entity: writes since the node started, and their latency in ms with the wait"
          + " for a batch; percentiles and maximum are of the last two minutes.")
  List<Latency> getPersistLatency();

  @Description("Writes that the journal has not confirmed yet.")
  int getBacklog();
}
