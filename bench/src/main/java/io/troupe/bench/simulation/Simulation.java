package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.Batch;
import io.troupe.actors.scheduler.PlacementReport;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Runs a trace against a fleet. What happens at the same time happens in this order: instances that
 * are built or go, then the lines of the trace as they stand.
 */
final class Simulation implements Trace.Reader {
  /**
   * How it is run.
   *
   * @param requesters schedulers that decide side by side, 1 or more
   * @param delay changes at hosts that each of them has not heard of yet
   * @param buildSeconds how long an instance counts as being built
   * @param explains whether each decision is written with all its reasons
   */
  record Options(long seed, int requesters, int delay, double buildSeconds, boolean explains) {}

  /** What becomes due by itself. */
  private record Due(double at, long order, InstanceId instance, boolean built) {}

  private final Options options;
  private final SimulatedHosts hosts;
  private final List<Requester> requesters = new ArrayList<>();
  private final Random random;
  private final DecisionLog log;
  private final Samples samples;
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingDouble(Due::at).thenComparingLong(Due::order));

  /** The instances of each request of more than one, until it departs. */
  private final Map<String, List<String>> several = new HashMap<>();

  private long order;
  private long placed;
  private long unplaced;
  private final Map<String, Long> refusedBy = new java.util.TreeMap<>();

  Simulation(Fleet fleet, Options options, Trace.Outlook outlook, DecisionLog log) {
    this.options = options;
    this.log = log;
    hosts = new SimulatedHosts(fleet);
    samples = new Samples(hosts, outlook);
    random = new Random(options.seed());
    for (int i = 0; i < options.requesters(); i++) {
      requesters.add(
          new Requester(
              hosts, fleet.settings(), options.delay(), options.explains(), random.nextLong()));
    }
    for (Fleet.Member host : fleet.hosts()) {
      for (Fleet.Resident resident : host.residents()) {
        resident.departs().ifPresent(at -> schedule(at, resident.spec().instance(), false));
      }
    }
  }

  SimulatedHosts hosts() {
    return hosts;
  }

  Samples samples() {
    return samples;
  }

  long placed() {
    return placed;
  }

  /** Instances for which there was no host. */
  long unplaced() {
    return unplaced;
  }

  /** For each filter how often a request that found no host lost its last hosts to it. */
  Map<String, Long> refusedBy() {
    return refusedBy;
  }

  @Override
  public void read(Step step) throws IOException {
    advance(step.at());
    switch (step) {
      case Step.Arrival arrival -> arrive(arrival);
      case Step.Departure departure -> {
        List<String> members = several.remove(departure.name());
        (members == null ? List.of(departure.name()) : members)
            .forEach(name -> leave(Requests.idOf(name)));
      }
    }
  }

  /** Takes the last sample, after the last line. */
  void end() {
    samples.last();
  }

  private void advance(double to) {
    while (!due.isEmpty() && due.peek().at() <= to) {
      samples.until(due.peek().at());
      Due next = due.remove();
      if (next.built()) {
        hosts.built(next.instance()).ifPresent(host -> tell(host, next.instance()));
      } else {
        leave(next.instance());
      }
    }
    samples.until(to);
  }

  private void schedule(double at, InstanceId instance, boolean built) {
    due.add(new Due(at, order++, instance, built));
  }

  private void leave(InstanceId instance) {
    hosts.release(instance).ifPresent(host -> tell(host, instance));
  }

  private void tell(HostId host, InstanceId settled) {
    var change = new Requester.Change(hosts.row(host), settled);
    requesters.forEach(requester -> requester.hear(change));
  }

  private void arrive(Step.Arrival arrival) throws IOException {
    List<String> names = arrival.names();
    if (arrival.count() > 1) {
      several.put(arrival.name(), names);
    }
    if (arrival.together() && arrival.count() > 1) {
      arriveTogether(arrival, names);
      return;
    }
    for (String name : names) {
      int number = requesters.size() == 1 ? 0 : random.nextInt(requesters.size());
      RequestSpec spec = arrival.spec().as(Requests.idOf(name));
      finish(arrival, name, spec, number, requesters.get(number).decide(spec));
    }
  }

  /** All are decided before the first claims, or none is placed: as the scheduler's actor does. */
  private void arriveTogether(Step.Arrival arrival, List<String> names) throws IOException {
    int number = requesters.size() == 1 ? 0 : random.nextInt(requesters.size());
    Requester requester = requesters.get(number);
    var batch = new Batch(arrival.name(), arrival.count());
    var specs = new ArrayList<RequestSpec>();
    var reports = new ArrayList<PlacementReport>();
    for (String name : names) {
      var spec = Requests.together(arrival.spec().as(Requests.idOf(name)), batch);
      specs.add(spec);
      reports.add(requester.decide(spec));
      if (Requester.best(reports.getLast()).isEmpty()) {
        for (int i = 0; i < specs.size(); i++) {
          requester.takeBack(reports.get(i), specs.get(i));
        }
        for (String member : names) {
          refuse(
              arrival,
              member,
              number,
              new Requester.Outcome(java.util.Optional.empty(), reports.getLast(), List.of()));
        }
        return;
      }
    }
    for (int i = 0; i < specs.size(); i++) {
      finish(arrival, names.get(i), specs.get(i), number, reports.get(i));
    }
  }

  private void finish(
      Step.Arrival arrival, String name, RequestSpec spec, int number, PlacementReport report)
      throws IOException {
    var outcome = requesters.get(number).claim(hosts, spec, report);
    outcome.conflicts().forEach(conflict -> tell(conflict.host(), spec.instance()));
    if (outcome.host().isEmpty()) {
      refuse(arrival, name, number, outcome);
      return;
    }
    HostId host = outcome.host().get().host();
    tell(host, spec.instance());
    placed++;
    log.write(arrival.at(), arrival.name(), name, number, outcome);
    if (options.buildSeconds() > 0) {
      schedule(arrival.at() + options.buildSeconds(), spec.instance(), true);
    } else {
      hosts.built(spec.instance()).ifPresent(at -> tell(at, spec.instance()));
    }
    arrival
        .lifetime()
        .ifPresent(seconds -> schedule(arrival.at() + seconds, spec.instance(), false));
  }

  private void refuse(Step.Arrival arrival, String name, int number, Requester.Outcome outcome)
      throws IOException {
    unplaced++;
    var removals = outcome.report().removed().removals();
    if (!removals.isEmpty()) {
      refusedBy.merge(removals.getLast().filter(), 1L, Long::sum);
    }
    log.write(arrival.at(), arrival.name(), name, number, outcome);
  }
}
