package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A file of arrivals and departures, read line by line so that a long one need not fit in memory;
 * docs/simulator.md lists the fields.
 */
final class Trace {
  private static final double FOREVER = 1e12;

  private final Path file;
  private final Fleet fleet;

  Trace(Path file, Fleet fleet) {
    this.file = file;
    this.fleet = fleet;
  }

  /** What is done with each step. */
  interface Reader {
    void read(Step step) throws IOException;
  }

  /**
   * @throws InputException at the first line that is wrong
   * @throws IOException when the file cannot be read, or from the reader
   */
  void forEach(Reader reader) throws IOException {
    var reading = new Reading();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String line = lines.readLine();
      for (int number = 1; line != null; number++) {
        if (!line.isBlank()) {
          reader.read(reading.step(Input.line(file.toString(), number, line)));
        }
        line = lines.readLine();
      }
    } catch (CharacterCodingException e) {
      throw new InputException(file.toString(), 1, "", "is not UTF-8");
    }
  }

  /**
   * What there is to come.
   *
   * @param from seconds, of the first line
   * @param to seconds, of the last line
   * @param smallest of each resource the least that anybody asks, 0 when nobody asks any
   * @param largest of each resource the most that anybody asks
   * @param kinds of instances that ask for more than an amount
   */
  record Outlook(
      long arrivals,
      long departures,
      double from,
      double to,
      Resources smallest,
      Resources largest,
      Kinds kinds) {}

  /** Reads all of it, so that a mistake is found before anything is decided. */
  Outlook outlook() throws IOException {
    var seen = new Seen();
    for (Fleet.Member host : fleet.hosts()) {
      host.residents().forEach(resident -> seen.ask(resident.spec()));
    }
    forEach(seen);
    return seen.outlook();
  }

  private static final class Seen implements Reader {
    private long arrivals;
    private long departures;
    private double from = Double.NaN;
    private double to;
    private Resources smallest = Resources.NONE;
    private Resources largest = Resources.NONE;
    private final Kinds.Seen kinds = new Kinds.Seen();

    @Override
    public void read(Step step) {
      from = Double.isNaN(from) ? step.at() : from;
      to = step.at();
      switch (step) {
        case Step.Arrival arrival -> {
          arrivals++;
          ask(arrival.spec());
        }
        case Step.Departure _ -> departures++;
      }
    }

    void ask(RequestSpec spec) {
      kinds.add(spec);
      Resources asked = spec.resources();
      smallest =
          new Resources(
              (int) least(smallest.vcpus(), asked.vcpus()),
              least(smallest.ramMib(), asked.ramMib()),
              least(smallest.diskGib(), asked.diskGib()));
      largest = largest.larger(asked);
    }

    private static long least(long one, long other) {
      return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }

    Outlook outlook() {
      return new Outlook(
          arrivals,
          departures,
          Double.isNaN(from) ? 0 : from,
          to,
          smallest,
          largest,
          kinds.kinds());
    }
  }

  /** One pass over the file, with what must be so from line to line. */
  private final class Reading {
    private final Requests requests = fleet.requests();
    private final Set<String> known = new HashSet<>();
    private double now;

    Reading() {
      for (Fleet.Member host : fleet.hosts()) {
        host.residents().forEach(resident -> known.add(resident.name()));
      }
    }

    Step step(Input line) {
      var fields =
          line.object(
              Requests.fields("at", "id", "count", "lifetime", "all_or_nothing", "departs"));
      double at = fields.required("at").number(0, FOREVER);
      if (at < now) {
        throw fields.required("at").wrong("is before the line above, which is at " + now);
      }
      now = at;
      return fields.optional("departs").isPresent() ? departure(at, line) : arrival(at, fields);
    }

    private Step departure(double at, Input line) {
      Input departs = line.object("at", "departs").required("departs");
      if (!known.contains(departs.text())) {
        throw departs.wrong("there was no request or instance '" + departs.text() + "' before");
      }
      return new Step.Departure(at, departs.text());
    }

    private Step arrival(double at, Input.Members fields) {
      String name = fields.required("id").text();
      RequestSpec spec = requests.spec(name, fields);
      var lifetime = fields.optional("lifetime");
      var arrival =
          new Step.Arrival(
              at,
              name,
              spec,
              fields.optional("count").map(count -> (int) count.whole(1, 1000)).orElse(1),
              lifetime.isEmpty()
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(lifetime.get().number(0, FOREVER)),
              fields.optional("all_or_nothing").map(Input::flag).orElse(false));
      for (String one : arrival.count() == 1 ? List.of(name) : with(name, arrival.names())) {
        if (!known.add(one)) {
          throw fields.required("id").wrong("there was a request or instance '" + one + "' before");
        }
      }
      return arrival;
    }

    private static List<String> with(String name, List<String> others) {
      var all = new java.util.ArrayList<>(others);
      all.add(name);
      return all;
    }
  }
}
