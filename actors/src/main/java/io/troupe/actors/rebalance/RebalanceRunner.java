package io.troupe.actors.rebalance;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Instances;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.actors.catalog.RebalanceRun.State;
import io.troupe.actors.catalog.RebalanceRun.Step;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.UserCommand.Origin;
import io.troupe.actors.scheduler.rebalance.RebalancePlan;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the moves of a plan, a few at a time, and writes down what becomes of them. Each is a live
 * migration to the host that the plan names, judged by the scheduler and claimed by the host like
 * any other; one that is refused has failed and the rest goes on. The record is in the catalog, so
 * every node can show and stop it. When this node dies, what is under way comes to its end and
 * nothing more is begun: a new plan is worth more than the rest of an old one.
 */
public final class RebalanceRunner {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceRunner.class);

  private final Catalog catalog;
  private final Instances instances;
  private final Clock clock;
  private final Executor later;

  public RebalanceRunner(Catalog catalog, Instances instances, Clock clock) {
    this(catalog, instances, clock, Duration.ofSeconds(1));
  }

  /**
   * @param pause between two looks at the moves that are under way
   */
  RebalanceRunner(Catalog catalog, Instances instances, Clock clock, Duration pause) {
    this.catalog = catalog;
    this.instances = instances;
    this.clock = clock;
    this.later = CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The one that is carried out, or was last. */
  public CompletionStage<Optional<RebalanceRun>> current() {
    return catalog.refresh(RebalanceRun.class).thenApply(_ -> found());
  }

  private Optional<RebalanceRun> found() {
    return catalog.find(RebalanceRun.class, RebalanceRun.KEY);
  }

  /**
   * Begins. {@link Rejection.Conflict} while another one runs.
   *
   * @param origin who asked; an administrator
   */
  public CompletionStage<Answer<RebalanceRun>> start(RebalanceRun run, Origin origin) {
    return current()
        .thenCompose(
            before -> {
              if (before.isEmpty()) {
                return catalog.create(run);
              }
              return change(
                  now ->
                      now.isOver() || now.status(clock.instant()).equals("interrupted")
                          ? Answer.of(run)
                          : Answer.refuse(
                              new Rejection.Conflict(
                                  "Rebalancing %s is %s."
                                      .formatted(now.id(), now.status(clock.instant())))));
            })
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Accepted<RebalanceRun>) {
                LOG.info(
                    "rebalancing {}: {} moves, {} at once, goal {}",
                    run.id(),
                    run.steps().size(),
                    run.atOnce(),
                    run.goal());
                CompletableFuture.runAsync(() -> look(run.id(), origin));
              }
              return answer;
            });
  }

  /**
   * Nothing more is begun. {@link Rejection.NotFound} when nothing was ever carried out, {@link
   * Rejection.Conflict} when it is over; may be repeated while it stops.
   */
  public CompletionStage<Answer<RebalanceRun>> stop() {
    return current()
        .thenCompose(
            run ->
                run.isEmpty()
                    ? CompletableFuture.completedFuture(
                        Answer.refuse(new Rejection.NotFound("Rebalancing", RebalanceRun.KEY)))
                    : change(
                        now ->
                            now.isOver()
                                ? Answer.refuse(
                                    new Rejection.Conflict(
                                        "Rebalancing %s is over.".formatted(now.id())))
                                : Answer.of(now.stopped(clock.instant()))));
  }

  private CompletionStage<Answer<RebalanceRun>> change(
      Function<RebalanceRun, Answer<RebalanceRun>> change) {
    return catalog.update(RebalanceRun.class, RebalanceRun.KEY, change);
  }

  /** One look at what is under way; another one follows until it is over. */
  private void look(String id, Origin origin) {
    current()
        .thenCompose(
            run ->
                run.filter(now -> now.id().equals(id) && !now.isOver()).isEmpty()
                    ? CompletableFuture.completedFuture(false)
                    : lookAt(run.get(), origin).thenApply(_ -> true))
        .whenComplete(
            (goesOn, failure) -> {
              if (failure != null) { // an entity that does not answer now: it is asked again
                LOG.warn("rebalancing {}: {}", id, failure.toString());
              }
              if (failure != null || goesOn) {
                later.execute(() -> look(id, origin));
              } else {
                LOG.info("rebalancing {} is over", id);
              }
            });
  }

  private CompletionStage<Void> lookAt(RebalanceRun run, Origin origin) {
    var moving = run.steps().stream().filter(step -> step.state() == State.MOVING).toList();
    var ends = new LinkedHashMap<Step, CompletableFuture<Optional<End>>>();
    for (Step step : moving) {
      ends.put(
          step,
          instances.get(step.instance()).thenApply(seen -> end(step, seen)).toCompletableFuture());
    }
    return CompletableFuture.allOf(ends.values().toArray(CompletableFuture[]::new))
        .thenCompose(
            _ -> {
              var over = new LinkedHashMap<InstanceId, Optional<String>>();
              ends.forEach(
                  (step, end) ->
                      end.join().ifPresent(one -> over.put(step.instance(), one.failure())));
              return goOn(run, over, origin);
            });
  }

  private record End(Optional<String> failure) {}

  /** Empty while the move is under way. */
  private static Optional<End> end(Step step, Optional<InstanceView> seen) {
    if (seen.isEmpty()) {
      return Optional.of(new End(Optional.of("it was deleted")));
    }
    InstanceView instance = seen.get();
    if (instance.taskState().isPresent()) {
      return Optional.empty();
    }
    return instance.host().filter(step.to()::equals).isPresent()
        ? Optional.of(new End(Optional.empty()))
        : Optional.of(new End(Optional.of(failure(instance))));
  }

  private static String failure(InstanceView instance) {
    return instance.migrations().isEmpty()
        ? "it was not moved"
        : "its live migration is %s; its events say why"
            .formatted(instance.migrations().getLast().status().word());
  }

  /** Writes down what is over and what begins, and begins it. */
  private CompletionStage<Void> goOn(
      RebalanceRun run, Map<InstanceId, Optional<String>> over, Origin origin) {
    UnaryOperator<RebalanceRun> next =
        now -> {
          RebalanceRun then = now;
          for (var end : over.entrySet()) {
            then = then.ended(end.getKey(), end.getValue(), clock.instant());
          }
          return then.begun(clock.instant());
        };
    boolean quiet = next.apply(run).steps().equals(run.steps());
    if (quiet && run.updatedAt().plus(RebalanceRun.SILENCE.dividedBy(3)).isAfter(clock.instant())) {
      return CompletableFuture.<Void>completedFuture(null);
    }
    return change(
            now ->
                now.id().equals(run.id())
                    ? Answer.of(next.apply(now).touched(clock.instant()))
                    : Answer.refuse(new Rejection.Conflict("another one has taken its place")))
        .thenCompose(
            written ->
                switch (written) {
                  case Answer.Accepted<RebalanceRun>(var now) -> begin(run, now, origin);
                  case Answer.Rejected<RebalanceRun>(var reason) ->
                      throw new IllegalStateException("not written down: " + reason);
                });
  }

  private CompletionStage<Void> begin(RebalanceRun before, RebalanceRun now, Origin origin) {
    var all = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < now.steps().size(); i++) {
      Step step = now.steps().get(i);
      if (step.state() == State.MOVING && before.steps().get(i).state() == State.WAITING) {
        all.add(begin(step, origin).toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> begin(Step step, Origin origin) {
    var own = new Origin(OperationId.fresh(), origin.userId(), origin.projectId(), origin.admin());
    return instances
        .command(
            step.instance(),
            new UserCommand.LiveMigrate(
                own, Optional.of(step.to()), false, MoveTicket.Storage.UNKNOWN))
        .thenCompose(
            answer ->
                answer instanceof Answer.Rejected<InstanceView>(var reason)
                    ? refused(step, reason)
                    : CompletableFuture.<Void>completedFuture(null));
  }

  private CompletionStage<Void> refused(Step step, Rejection reason) {
    return change(
            now ->
                Answer.of(
                    now.ended(step.instance(), Optional.of("refused: " + reason), clock.instant())))
        .thenAccept(_ -> {});
  }

  /** The steps of a plan, none of them begun. */
  public static List<Step> steps(RebalancePlan plan) {
    return plan.moves().stream()
        .map(
            move ->
                new Step(move.instance(), move.from(), move.to(), move.gib(), State.WAITING, ""))
        .toList();
  }
}
