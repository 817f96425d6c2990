package io.troupe.bench.boot;

import io.troupe.bench.cloud.Compute;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Boots servers under a load and waits for each until it is ACTIVE, failed, or out of time. */
final class BootPhase {
  private final Compute compute;
  private final BootPlan plan;
  private final String label;
  private final Failures failures;
  private final PollPace pace;

  private final Timings toAccepted = new Timings();
  private final Timings toActive = new Timings();
  private final Queue<String> created = new ConcurrentLinkedQueue<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLong polls = new AtomicLong();
  private final AtomicLong lastActive = new AtomicLong(Long.MIN_VALUE);
  private long firstBegin;

  BootPhase(Compute compute, BootPlan plan, String label, Failures failures) {
    this.compute = compute;
    this.plan = plan;
    this.label = label;
    this.failures = failures;
    this.pace = new PollPace(plan.poll().toNanos());
  }

  /** Returns when every boot has ended one way or the other. */
  void run(Load load) throws InterruptedException {
    firstBegin = System.nanoTime();
    switch (load) {
      case Load.InFlight(var inFlight, var boots) ->
          Crew.work(inFlight, boots, number -> boot(number, System.nanoTime()));
      case Load.Rate rate -> runAtRate(rate);
    }
  }

  private void runAtRate(Load.Rate rate) throws InterruptedException {
    try (var boots = new Crew.Open()) {
      for (int number = 0; number < rate.boots(); number++) {
        var intended = firstBegin + (long) (number * 1e9 / rate.perSecond());
        sleepUntil(intended);
        if (underWay.get() >= rate.maxInFlight()) {
          begun.incrementAndGet();
          failures.add("not sent", "more boots under way than --max-in-flight");
        } else {
          var current = number;
          underWay.incrementAndGet();
          boots.start(
              () -> {
                boot(current, intended);
                underWay.decrementAndGet();
              });
        }
      }
    }
  }

  private void boot(int number, long intended) {
    begun.incrementAndGet();
    try {
      var answer = compute.create(plan.server(), plan.namePrefix() + label + number);
      if (answer.status() != 202) {
        failures.add("POST /servers", answer.refusal());
        return;
      }
      var accepted = System.nanoTime();
      toAccepted.record(accepted - intended);
      var id = answer.json().path("server").path("id").asText();
      created.add(id);
      awaitActive(id, intended, accepted);
    } catch (IOException broken) {
      failures.add("boot", broken.toString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitActive(String id, long intended, long accepted)
      throws IOException, InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pace.firstNanos());
    while (true) {
      var answer = compute.show(id);
      var now = System.nanoTime();
      polls.incrementAndGet();
      if (answer.status() != 200) {
        failures.add("GET while building", answer.refusal());
        return;
      }
      var server = answer.json().path("server");
      switch (server.path("status").asText()) {
        case "ACTIVE" -> {
          toActive.record(now - intended);
          pace.learn(now - accepted);
          active.incrementAndGet();
          lastActive.accumulateAndGet(now, Math::max);
          return;
        }
        case "ERROR" -> {
          failures.add("ERROR", server.path("fault").path("message").asText("no fault shown"));
          return;
        }
        default -> {
          if (now - accepted > plan.patience().toNanos()) {
            failures.add(
                "never ACTIVE",
                "still " + server.path("status").asText() + " after " + plan.patience());
            return;
          }
          TimeUnit.NANOSECONDS.sleep(pace.nextNanos(now - accepted));
        }
      }
    }
  }

  private static void sleepUntil(long nanoTime) {
    for (long left; (left = nanoTime - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  Queue<String> created() {
    return created;
  }

  BootReport.Latency toAccepted() {
    return toAccepted.summary();
  }

  BootReport.Latency toActive() {
    return toActive.summary();
  }

  BootReport.Boots summary(int failed) {
    var seconds = active.get() == 0 ? 0 : (lastActive.get() - firstBegin) / 1e9;
    return new BootReport.Boots(
        begun.get(),
        active.get(),
        failed,
        seconds,
        seconds == 0 ? 0 : active.get() / seconds,
        polls.get());
  }
}
