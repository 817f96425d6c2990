package io.troupe.bench.scheduler;

import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.HostTable;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.Scheduling;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision in steady state: 32 kinds of request in turn, each placed instance is counted on its
 * host before the next decision, and the oldest promise is settled, so the table changes under the
 * plan as it does in service. Budget of the decision: 3, 10, 50 and 200 µs at 1,000, 10,000,
 * 100,000 and 1,000,000 hosts.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SchedulerDecision {
  private static final long SEED = 20_261_120;
  private static final int PROMISES = 256;

  private record Promise(HostId host, InstanceId instance) {}

  @Param({"100", "1000", "10000", "100000", "1000000"})
  int hosts;

  private HostTable table;
  private List<RequestSpec> kinds;
  private Queue<Promise> promises;
  private RequestSpec tooMuch;
  private long number;

  @Setup
  public void fleet() {
    var fleet = new Fleet(SEED);
    table = fleet.hosts(hosts);
    kinds = fleet.requests();
    tooMuch = Fleet.tooMuch();
    promises = new ArrayDeque<>();
  }

  /** The decision alone; what came of the one before is booked in between. */
  @State(Scope.Thread)
  public static class Between {
    private RequestSpec request;
    private Optional<Decision> last = Optional.empty();

    @Setup(Level.Invocation)
    public void book(SchedulerDecision bench) {
      last.ifPresent(decision -> bench.book(request, decision));
      request = bench.next();
    }
  }

  @Benchmark
  public Decision decideOnly(Between between) {
    Decision decision = decide(between.request);
    between.last = Optional.of(decision);
    return decision;
  }

  @Benchmark
  public Decision decide() {
    RequestSpec request = next();
    Decision decision = decide(request);
    book(request, decision);
    return decision;
  }

  private RequestSpec next() {
    return Fleet.again(kinds.get((int) (number % kinds.size())), number);
  }

  private Decision decide(RequestSpec request) {
    return Scheduling.decide(table, request, SchedulerSettings.DEFAULT, number++);
  }

  private void book(RequestSpec request, Decision decision) {
    switch (decision) {
      case Decision.Placed(var candidates, var seed) -> {
        HostId host = candidates.getFirst().host();
        table.consume(host, request);
        promises.add(new Promise(host, request.instance()));
        if (promises.size() > PROMISES) {
          Promise oldest = promises.remove();
          table.settle(oldest.host, oldest.instance);
        }
      }
      case Decision.NoValidHost(var explanation, _) ->
          throw new IllegalStateException("the fleet is too small: " + explanation.message());
    }
  }

  /** A request that fits nowhere: the price of the reasons. */
  @Benchmark
  public Decision refuse() {
    return Scheduling.decide(table, tooMuch, SchedulerSettings.DEFAULT, number++);
  }
}
