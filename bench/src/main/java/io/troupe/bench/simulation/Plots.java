package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.bench.simulation.Samples.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/** The pictures of a simulation. */
final class Plots {
  private static final int BARS = 10;

  private Plots() {}

  /** As what pictures are written. */
  enum Format {
    svg,
    png,
    both
  }

  /** Writes four pictures into the directory, which is made where it is missing. */
  static void write(Path directory, Format format, Simulation simulation) throws IOException {
    Files.createDirectories(directory);
    var samples = simulation.samples().taken();
    var charts = new LinkedHashMap<String, Chart>();
    charts.put(
        "utilisation",
        lines("Utilisation: claimed of what can be claimed", samples, Sample::utilisation));
    charts.put(
        "fragmentation",
        lines(
            "Fragmentation: free, but too little for the largest request",
            samples,
            Sample::fragmentation));
    charts.put(
        "stranded",
        lines("Stranded: free where another resource has run out", samples, Sample::stranded));
    charts.put("hosts", hosts(simulation.hosts()));
    for (var chart : charts.entrySet()) {
      if (format != Format.png) {
        var svg = new SvgCanvas(chart.getValue().title());
        chart.getValue().draw(svg);
        Files.writeString(directory.resolve(chart.getKey() + ".svg"), svg.end());
      }
      if (format != Format.svg) {
        var png = new PngCanvas();
        chart.getValue().draw(png);
        png.end(directory.resolve(chart.getKey() + ".png"));
      }
    }
  }

  private static Chart lines(String title, List<Sample> samples, Summary.Figure figure) {
    return new Chart.Lines(
        title,
        samples.stream().map(Sample::at).toList(),
        figure.apply(samples.getFirst()).sequencedKeySet().stream()
            .map(
                resource ->
                    new Chart.Line(
                        resource,
                        samples.stream()
                            .map(sample -> figure.apply(sample).get(resource))
                            .toList()))
            .toList());
  }

  /** How many hosts are how full of RAM at the end. */
  private static Chart hosts(SimulatedHosts hosts) {
    int[] counts = new int[BARS];
    hosts.rows().forEach(host -> counts[Math.min(BARS - 1, (int) (BARS * full(host)))]++);
    double all = Math.max(1, IntStream.of(counts).sum());
    var labels = new ArrayList<String>();
    var shares = new ArrayList<Double>();
    for (int i = 0; i < BARS; i++) {
      labels.add(100 / BARS * i + "–" + 100 / BARS * (i + 1) + " %");
      shares.add(counts[i] / all);
    }
    return new Chart.Bars("Hosts by RAM claimed at the end", "RAM claimed", labels, shares);
  }

  private static double full(HostRow host) {
    double claimed = host.claimed().ramMib();
    double capacity = claimed + host.freeRamMib();
    return capacity <= 0 ? 1 : Math.clamp(claimed / capacity, 0.0, 1.0);
  }
}
