package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.bench.simulation.Samples.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The pictures of a simulation. */
final class Plots {
  private static final int BARS = 10;

  private Plots() {}

  /** Writes four SVG files into the directory, which is made where it is missing. */
  static void write(Path directory, Simulation simulation) throws IOException {
    Files.createDirectories(directory);
    var samples = simulation.samples().taken();
    Files.writeString(
        directory.resolve("utilisation.svg"),
        lines("Utilisation: claimed of what can be claimed", samples, Sample::utilisation));
    Files.writeString(
        directory.resolve("fragmentation.svg"),
        lines(
            "Fragmentation: free, but too little for the largest request",
            samples,
            Sample::fragmentation));
    Files.writeString(
        directory.resolve("stranded.svg"),
        lines("Stranded: free where another resource has run out", samples, Sample::stranded));
    Files.writeString(directory.resolve("hosts.svg"), hosts(simulation.hosts()));
  }

  private static String lines(
      String title, List<Sample> samples, Function<Sample, List<Double>> figure) {
    return Chart.lines(
        title,
        samples.stream().map(Sample::at).toList(),
        IntStream.range(0, Samples.RESOURCES.size())
            .mapToObj(
                r ->
                    new Chart.Line(
                        Samples.RESOURCES.get(r),
                        samples.stream().map(sample -> figure.apply(sample).get(r)).toList()))
            .toList());
  }

  /** How many hosts are how full of RAM at the end. */
  private static String hosts(SimulatedHosts hosts) {
    int[] counts = new int[BARS];
    hosts.rows().forEach(host -> counts[Math.min(BARS - 1, (int) (BARS * full(host)))]++);
    double all = Math.max(1, IntStream.of(counts).sum());
    var labels = new ArrayList<String>();
    var shares = new ArrayList<Double>();
    for (int i = 0; i < BARS; i++) {
      labels.add(100 / BARS * i + "–" + 100 / BARS * (i + 1) + " %");
      shares.add(counts[i] / all);
    }
    return Chart.bars("Hosts by RAM claimed at the end", "RAM claimed", labels, shares);
  }

  private static double full(HostRow host) {
    double claimed = host.claimed().ramMib();
    double capacity = claimed + host.freeRamMib();
    return capacity <= 0 ? 1 : Math.clamp(claimed / capacity, 0.0, 1.0);
  }
}
