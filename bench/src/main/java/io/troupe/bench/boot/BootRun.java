package io.troupe.bench.boot;

import io.troupe.bench.cloud.Answer;
import io.troupe.bench.cloud.Compute;
import java.io.IOException;
import java.util.List;
import java.util.Queue;

/**
 * One run: warm up, boot under load, list and show, delete. Every boot is a virtual thread that
 * reads like a user's script: request, look until ACTIVE, note the time.
 */
final class BootRun {
  private static final int LIST_PAGE = 1000; // servers; the API's usual upper limit

  private final Compute compute;
  private final BootPlan plan;
  private final Failures failures = new Failures();

  BootRun(Compute compute, BootPlan plan) {
    this.compute = compute;
    this.plan = plan;
  }

  BootReport run() throws InterruptedException {
    warmUp();
    var boots = new BootPhase(compute, plan, "", failures);
    var cpuBefore = Cpu.usedNanos();
    boots.run(plan.load());
    var cpuSeconds = (Cpu.usedNanos() - cpuBefore) / 1e9;
    var failedBoots = failures.total();

    var list = new Timings();
    var listed = measureLists(list);
    var show = new Timings();
    measureShows(boots.created(), show);

    var deletes = new DeletePhase(compute, plan, failures);
    if (!plan.keep()) {
      deletes.run(boots.created());
    }
    return new BootReport(
        compute.endpoint(),
        plan.load().toString(),
        plan.flavor(),
        plan.network(),
        Runtime.getRuntime().availableProcessors(),
        boots.summary(failedBoots),
        boots.toAccepted(),
        boots.toActive(),
        listed,
        list.summary(),
        show.summary(),
        deletes.summary(),
        cpuSeconds,
        failures.byReason());
  }

  private void warmUp() throws InterruptedException {
    if (plan.warmUpBoots() > 0) {
      var forgotten = new Failures();
      var warmUp = new BootPhase(compute, plan, "warm-", forgotten);
      warmUp.run(new Load.InFlight(Math.min(plan.load().width(), 64), plan.warmUpBoots()));
      new DeletePhase(compute, plan, forgotten).run(warmUp.created());
    }
  }

  private int measureLists(Timings timings) {
    var listed = 0;
    for (int i = 0; i < plan.lists(); i++) {
      listed =
          measure("GET /servers/detail", timings, () -> compute.list(LIST_PAGE))
              .json()
              .path("servers")
              .size();
    }
    return listed;
  }

  private void measureShows(Queue<String> created, Timings timings) {
    for (var id : List.copyOf(created).subList(0, Math.min(plan.shows(), created.size()))) {
      measure("GET /servers/<id>", timings, () -> compute.show(id));
    }
  }

  private Answer measure(String what, Timings timings, Call call) {
    var begin = System.nanoTime();
    try {
      var answer = call.send();
      if (answer.status() == 200) {
        timings.record(System.nanoTime() - begin);
      } else {
        failures.add(what, answer.refusal());
      }
      return answer;
    } catch (IOException broken) {
      failures.add(what, broken.toString());
      return new Answer(0, java.util.Optional.empty(), new byte[0]);
    }
  }

  private interface Call {
    Answer send() throws IOException;
  }
}
