package io.troupe.bench.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.bench.simulation.Samples.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * What a simulation comes to.
 *
 * @param asked instances
 * @param refusedBy for each filter how often it removed the last hosts of a request
 * @param tried claims
 * @param conflicts claims that a host did not grant
 * @param samples over time, the end last
 */
record Summary(
    int hosts,
    long arrivals,
    long asked,
    long placed,
    Map<String, Long> refusedBy,
    long tried,
    long conflicts,
    List<Sample> samples) {
  /** One of the figures of a sample. */
  interface Figure extends Function<Sample, SequencedMap<String, Double>> {}

  private static final ObjectMapper JSON = new ObjectMapper();

  static Summary of(Fleet fleet, Trace.Outlook outlook, Simulation simulation) {
    return new Summary(
        fleet.hosts().size(),
        outlook.arrivals(),
        simulation.placed() + simulation.unplaced(),
        simulation.placed(),
        simulation.refusedBy(),
        simulation.hosts().tried(),
        simulation.hosts().refused(),
        simulation.samples().taken());
  }

  /** Of the claims that were tried, 0 to 1. */
  double conflictRate() {
    return tried == 0 ? 0 : (double) conflicts / tried;
  }

  String text() {
    var text = new StringBuilder();
    line(text, "hosts          %,d", hosts);
    line(text, "asked          %,d instances by %,d requests", asked, arrivals);
    line(text, "placed         %,d (%.2f %%)", placed, asked == 0 ? 100 : 100.0 * placed / asked);
    line(text, "no valid host  %,d%s", asked - placed, refusedBy.isEmpty() ? "" : ", at last by");
    refusedBy.forEach((filter, count) -> line(text, "               %,d %s", count, filter));
    line(
        text,
        "claims         %,d, of which %,d met a conflict (%.3f %%)",
        tried,
        conflicts,
        100 * conflictRate());
    line(text, "at the end     %,d instances", samples.getLast().instances());
    line(text, "");
    line(text, "%-15s%-17s %10s %10s %10s", "", "", "at the end", "mean", "peak");
    table(text, "utilisation", Sample::utilisation);
    table(text, "fragmentation", Sample::fragmentation);
    table(text, "stranded", Sample::stranded);
    return text.toString();
  }

  private void table(StringBuilder text, String name, Figure figure) {
    String head = name;
    for (String resource : resources(figure)) {
      line(
          text,
          "%-15s%-17s %8.2f %% %8.2f %% %8.2f %%",
          head,
          resource,
          100 * last(figure, resource),
          100 * mean(figure, resource),
          100 * peak(figure, resource));
      head = "";
    }
  }

  private Set<String> resources(Figure figure) {
    return figure.apply(samples.getLast()).sequencedKeySet();
  }

  private double last(Figure figure, String resource) {
    return figure.apply(samples.getLast()).get(resource);
  }

  private double mean(Figure figure, String resource) {
    return samples.stream().mapToDouble(one -> figure.apply(one).get(resource)).average().orElse(0);
  }

  private double peak(Figure figure, String resource) {
    return samples.stream().mapToDouble(one -> figure.apply(one).get(resource)).max().orElse(0);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  /** The same figures for a program to read. */
  String json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("hosts", hosts)
        .put("requests", arrivals)
        .put("asked", asked)
        .put("placed", placed)
        .put("claims", tried)
        .put("conflicts", conflicts)
        .put("conflict_rate", conflictRate())
        .put("instances", samples.getLast().instances());
    ObjectNode refused = json.putObject("refused_by");
    refusedBy.forEach(refused::put);
    add(json, "utilisation", Sample::utilisation);
    add(json, "fragmentation", Sample::fragmentation);
    add(json, "stranded", Sample::stranded);
    return json.toPrettyString() + "\n";
  }

  private void add(ObjectNode json, String name, Figure figure) {
    ObjectNode all = json.putObject(name);
    for (String resource : resources(figure)) {
      all.putObject(resource)
          .put("end", last(figure, resource))
          .put("mean", mean(figure, resource))
          .put("peak", peak(figure, resource));
    }
  }
}
