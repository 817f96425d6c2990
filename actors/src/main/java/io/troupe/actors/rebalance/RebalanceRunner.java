package io.troupe.actors.rebalance;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Instances;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.RebalanceRun;
import io.troupe.actors.catalog.RebalanceRun.State;
import io.troupe.actors.catalog.RebalanceRun.Step;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.scheduler.rebalance.RebalancePlan;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the moves of a plan, a few at a time, and writes down what becomes of them. Each is a live
 * migration to the host that the plan names, judged by the scheduler and claimed by the host like
 * any other; one that is refused has failed and the rest goes on. The record is in the catalog, so
 * every node can show and stop it; {@link RebalanceActor} has it looked at. A look may be broken
 * off anywhere and done again, also by two at once: the record has one writer at a time, and an
 * operation has one effect.
 */
public final class RebalanceRunner {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceRunner.class);

  private final Catalog catalog;
  private final Instances instances;
  private final Clock clock;

  public RebalanceRunner(Catalog catalog, Instances instances, Clock clock) {
    this.catalog = catalog;
    this.instances = instances;
    this.clock = clock;
  }

  /** The one that is carried out, or was last. */
  public CompletionStage<Optional<RebalanceRun>> current() {
    return catalog.refresh(RebalanceRun.class).thenApply(_ -> known());
  }

  /** The same as this node knows it. */
  Optional<RebalanceRun> known() {
    return catalog.find(RebalanceRun.class, RebalanceRun.KEY);
  }

  /** Begins. {@link Rejection.Conflict} while another one runs. */
  public CompletionStage<Answer<RebalanceRun>> start(RebalanceRun run) {
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

  /** One look at what is under way. Fails when the record cannot be written; look again then. */
  CompletionStage<Void> look(RebalanceRun run) {
    var moving =
        run.steps().stream()
            .filter(step -> step.state() == State.MOVING)
            .map(Step::instance)
            .toList();
    // First the operations: the instance as it is after the end of one knows of that end.
    return all(moving, instances::operations)
        .thenCompose(
            operations ->
                all(moving, instances::get)
                    .thenCompose(
                        seen -> goOn(run, new Carrying.Look(seen, operations, clock.instant()))));
  }

  /** One that does not answer is as if it had not been asked: it holds up nobody else. */
  private static <T> CompletionStage<Map<InstanceId, T>> all(
      List<InstanceId> ids, Function<InstanceId, CompletionStage<T>> ask) {
    var answers = new LinkedHashMap<InstanceId, CompletableFuture<Optional<T>>>();
    ids.forEach(
        id ->
            answers.put(
                id,
                ask.apply(id)
                    .thenApply(Optional::of)
                    .exceptionally(
                        failure -> {
                          LOG.warn("instance {}, to be moved: {}", id, failure.toString());
                          return Optional.empty();
                        })
                    .toCompletableFuture()));
    return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              var all = new LinkedHashMap<InstanceId, T>();
              answers.forEach((id, answer) -> answer.join().ifPresent(one -> all.put(id, one)));
              return all;
            });
  }

  /** Writes down what is over and what begins, and only then begins it. */
  private CompletionStage<Void> goOn(RebalanceRun run, Carrying.Look look) {
    boolean quiet = Carrying.next(run, look, OperationId::fresh).steps().equals(run.steps());
    if (quiet && run.updatedAt().plus(RebalanceRun.SILENCE.dividedBy(3)).isAfter(look.now())) {
      return send(run, look);
    }
    return change(run, now -> Carrying.next(now, look, OperationId::fresh).touched(clock.instant()))
        .thenCompose(
            written -> {
              if (written.filter(RebalanceRun::isOver).isPresent()) {
                LOG.info("rebalancing {} is over", run.id());
              }
              return written
                  .map(now -> send(now, look))
                  .orElseGet(() -> CompletableFuture.<Void>completedFuture(null));
            });
  }

  /** Empty when another one has taken its place. */
  private CompletionStage<Optional<RebalanceRun>> change(
      RebalanceRun run, UnaryOperator<RebalanceRun> change) {
    return change(
            now ->
                now.id().equals(run.id())
                    ? Answer.of(change.apply(now))
                    : Answer.refuse(new Rejection.Conflict("another one has taken its place")))
        .thenApply(
            answer ->
                answer instanceof Answer.Accepted<RebalanceRun>(var written)
                    ? Optional.of(written)
                    : Optional.empty());
  }

  private CompletionStage<Void> send(RebalanceRun run, Carrying.Look look) {
    return CompletableFuture.allOf(
        Carrying.toSend(run, look).stream()
            .map(step -> send(run, step).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> send(RebalanceRun run, Step step) {
    return instances
        .command(step.instance(), Carrying.command(run, step))
        .thenCompose(
            answer ->
                answer instanceof Answer.Rejected<InstanceView>(var reason)
                        && !Carrying.isForNow(reason)
                    ? change(
                            run,
                            now ->
                                now.ended(
                                    step.instance(),
                                    Optional.of("refused: " + reason),
                                    clock.instant()))
                        .thenAccept(_ -> {})
                    : CompletableFuture.<Void>completedFuture(null));
  }

  /** The steps of a plan, none of them begun. */
  public static List<Step> steps(RebalancePlan plan) {
    return plan.moves().stream()
        .map(move -> Step.waiting(move.instance(), move.from(), move.to(), move.gib()))
        .toList();
  }
}
