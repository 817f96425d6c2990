package io.troupe.bench.boot;

import io.troupe.bench.cloud.Compute;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Deletes servers and waits for each until it is not found any more. */
final class DeletePhase {
  private static final int MOST_AT_ONCE = 64;

  private final Compute compute;
  private final BootPlan plan;
  private final Failures failures;
  private final PollPace pace;
  private final Timings toAccepted = new Timings();
  private final Timings toGone = new Timings();
  private final AtomicInteger gone = new AtomicInteger();
  private double seconds;

  DeletePhase(Compute compute, BootPlan plan, Failures failures) {
    this.compute = compute;
    this.plan = plan;
    this.failures = failures;
    this.pace = new PollPace(plan.poll().toNanos());
  }

  void run(Collection<String> servers) throws InterruptedException {
    var ids = List.copyOf(servers);
    var begin = System.nanoTime();
    Crew.work(
        Math.min(plan.load().width(), MOST_AT_ONCE), ids.size(), number -> delete(ids.get(number)));
    seconds = (System.nanoTime() - begin) / 1e9;
  }

  private void delete(String id) {
    try {
      var begin = System.nanoTime();
      var answer = compute.delete(id);
      if (answer.status() != 204) {
        failures.add("DELETE", answer.refusal());
        return;
      }
      var accepted = System.nanoTime();
      toAccepted.record(accepted - begin);
      awaitGone(id, begin, accepted);
    } catch (IOException broken) {
      failures.add("delete", broken.toString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitGone(String id, long begin, long accepted)
      throws IOException, InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pace.firstNanos());
    while (true) {
      var answer = compute.show(id);
      var now = System.nanoTime();
      if (answer.status() == 404) {
        toGone.record(now - begin);
        pace.learn(now - accepted);
        gone.incrementAndGet();
        return;
      }
      if (answer.status() != 200) {
        failures.add("GET while deleting", answer.refusal());
        return;
      }
      if (now - accepted > plan.patience().toNanos()) {
        failures.add("never gone", "still " + answer.json().path("server").path("status").asText());
        return;
      }
      TimeUnit.NANOSECONDS.sleep(pace.nextNanos(now - accepted));
    }
  }

  BootReport.Deletes summary() {
    return new BootReport.Deletes(
        gone.get(),
        seconds,
        seconds == 0 ? 0 : gone.get() / seconds,
        toAccepted.summary(),
        toGone.summary());
  }
}
