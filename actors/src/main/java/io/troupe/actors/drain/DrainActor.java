package io.troupe.actors.drain;

import io.troupe.actors.catalog.HostDrain;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Has every drained host looked at, again and again. There is one in the cluster; it keeps nothing
 * that the next one would need.
 */
public final class DrainActor extends AbstractBehavior<DrainActor.Message> {
  public sealed interface Message {}

  private record Tick() implements Message {}

  private record Found(List<HostDrain> drains, Optional<Throwable> failure) implements Message {}

  private record Looked(HostId host, Optional<Throwable> failure) implements Message {}

  /** Between two looks at a host that is being drained. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** Every so many times the catalog is read anew, and hosts are looked at where nothing moves. */
  static final int SELDOM = 5;

  private final DrainRunner runner;
  private final Set<HostId> looking = new HashSet<>();
  private long ticks;

  public static Behavior<Message> create(DrainRunner runner) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(new Tick(), Duration.ZERO, PAUSE);
                  return new DrainActor(runner, context);
                }));
  }

  private DrainActor(DrainRunner runner, ActorContext<Message> context) {
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
      case Found(var drains, var failure) -> {
        failure.ifPresent(
            why -> getContext().getLog().warn("drains are looked for later: {}", why.toString()));
        drains.forEach(this::look);
      }
      case Looked(var host, var failure) -> {
        looking.remove(host);
        failure.ifPresent(
            why -> getContext().getLog().warn("host {}, to be drained: {}", host, why.toString()));
      }
    }
    return this;
  }

  private void tick() {
    if (ticks++ % SELDOM == 0) {
      getContext()
          .pipeToSelf(
              runner.current(),
              (drains, failure) ->
                  new Found(drains == null ? List.of() : drains, Optional.ofNullable(failure)));
    } else {
      runner.known().stream()
          .filter(one -> one.status().equals("draining") || one.stopped())
          .forEach(this::look);
    }
  }

  private void look(HostDrain drain) {
    if (looking.add(drain.host())) {
      getContext()
          .pipeToSelf(
              runner.look(drain),
              (_, failure) -> new Looked(drain.host(), Optional.ofNullable(failure)));
    }
  }
}
