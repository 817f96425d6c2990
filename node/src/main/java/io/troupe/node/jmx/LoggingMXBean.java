package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import io.troupe.core.jmx.Description.Impact;
import java.util.Map;

@Description("Log levels of this node, until it is started anew.")
public interface LoggingMXBean {
  @Description(
      "Loggers that have a level of their own; the others have that of the nearest parent.")
  Map<String, String> getLevels();

  @Description("The level that is in force for a logger.")
  String level(
      @Description("Name of a logger, such as io.troupe.actors; ROOT for all.") String logger);

  @Description(
      value = "Gives a logger a level of its own, or takes it back.",
      impact = Impact.CHANGES)
  void setLevel(
      @Description("Name of a logger, such as io.troupe.actors; ROOT for all.") String logger,
      @Description("TRACE, DEBUG, INFO, WARN, ERROR or OFF; empty for that of the parent.")
          String level);
}
