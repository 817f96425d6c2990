package io.troupe.actors.rebalance;

import io.troupe.actors.catalog.RebalanceRun;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Has the plan that is carried out looked at, again and again. There is one in the cluster; it
 * keeps nothing that the next one would need.
 */
public final class RebalanceActor extends AbstractBehavior<RebalanceActor.Message> {
  public sealed interface Message {}

  private record Tick() implements Message {}

  private record Found(Optional<RebalanceRun> run, Optional<Throwable> failure)
      implements Message {}

  private record Looked(String id, Optional<Throwable> failure) implements Message {}

  /** Between two looks. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** Every so many times the catalog is read anew. */
  private static final int SELDOM = 5;

  private final RebalanceRunner runner;
  private boolean isLooking;
  private long ticks;

  public static Behavior<Message> create(RebalanceRunner runner) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(new Tick(), Duration.ZERO, PAUSE);
                  return new RebalanceActor(runner, context);
                }));
  }

  private RebalanceActor(RebalanceRunner runner, ActorContext<Message> context) {
    super(context);
    this.runner = runner;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Tick _ -> tick();
      case Found(var run, var failure) -> {
        failure.ifPresent(
            why ->
                getContext()
                    .getLog()
                    .warn("a rebalancing is looked for later: {}", why.toString()));
        run.ifPresent(this::look);
      }
      case Looked(var id, var failure) -> {
        isLooking = false;
        failure.ifPresent(
            why -> getContext().getLog().warn("rebalancing {}: {}", id, why.toString()));
      }
    }
    return this;
  }

  private void tick() {
    if (ticks++ % SELDOM == 0) {
      getContext()
          .pipeToSelf(
              runner.current(),
              (run, failure) ->
                  new Found(run == null ? Optional.empty() : run, Optional.ofNullable(failure)));
    } else {
      runner.known().ifPresent(this::look);
    }
  }

  private void look(RebalanceRun run) {
    if (isLooking || run.isOver()) {
      return;
    }
    isLooking = true;
    getContext()
        .pipeToSelf(
            runner.look(run), (_, failure) -> new Looked(run.id(), Optional.ofNullable(failure)));
  }
}
