package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import io.troupe.core.jmx.Description.Impact;
import java.util.Map;

@Description(
    "The cluster's one scheduler, on whichever node it is; its counts begin anew when it moves.")
public interface SchedulerMXBean {
  @Description("When it started on the node it is on now (UTC, ISO 8601).")
  String getSince();

  @Description("Hosts it knows.")
  int getHosts();

  @Description("Decisions since it started: placements, preemptions and refusals.")
  long getDecisions();

  @Description("Decisions that found a host.")
  long getPlaced();

  @Description("Decisions that found no host.")
  long getNoValidHost();

  @Description("Decisions that named preemptible instances which have to leave for the request.")
  long getPreemptions();

  @Description("Decisions per second over the last ten seconds.")
  double getDecisionsPerSecond();

  @Description("For each filter, how many hosts it removed in the decisions that found no host.")
  Map<String, Long> getRefusalsByFilter();

  @Description(
      "Claims that a host refused although the scheduler had sent the instance there, because another"
          + " was faster.")
  long getConflicts();

  @Description("Whether placements are held back.")
  boolean isPaused();

  @Description("Placements that are held back now.")
  int getWaiting();

  @Description(
      value =
          "Holds placements back: new instances are accepted and wait, each until its boot deadline."
              + " Ends with resume only: it lasts when the scheduler moves to another node, and over a"
              + " restart of all.",
      impact = Impact.CHANGES)
  void pause();

  @Description(
      value = "Ends a pause; what waited is placed at once. Harmless without one.",
      impact = Impact.CHANGES)
  void resume();

  @Description(
      "Settings that were changed while it runs, by name; what is not named is as it is configured.")
  Map<String, String> getChangedSettings();

  @Description(
      value =
          "Changes the policy: filter, chance, simple, packing, striping, load-aware or fixed. Lasts over"
              + " a restart.",
      impact = Impact.CHANGES)
  void changePolicy(@Description("Its name.") String policy);

  @Description(
      value = "Changes a weigher's multiplier. Lasts over a restart.",
      impact = Impact.CHANGES)
  void changeMultiplier(
      @Description("Its option, such as ram_weight_multiplier.") String option,
      @Description("The new value.") double value);

  @Description(
      value = "Changes the set of filters that are asked. Lasts over a restart.",
      impact = Impact.CHANGES)
  void changeFilters(@Description("Their names, separated by commas.") String names);

  @Description(
      value = "Takes all changes of settings back: everything is as it is configured.",
      impact = Impact.CHANGES)
  void resetSettings();
}
