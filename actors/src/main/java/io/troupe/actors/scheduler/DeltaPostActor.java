package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Where the hosts of one node leave their words for the scheduler. The first of a while is passed
 * on at once; what follows soon is collected and sent as one, since a message to another node costs
 * more than what it says. Of each host only the newest row goes, with everything that was settled
 * since. The order of each host's messages stays: what is no delta goes after all that came before
 * it.
 */
public final class DeltaPostActor extends AbstractBehavior<Object> {
  /**
   * How often words go at most. A claim's may wait, since a promise covers the host until it is
   * heard; room that was given back on a busy node is known this much later.
   */
  static final Duration BETWEEN = Duration.ofMillis(50);

  /** Some 100 KiB, far below what one message may have. */
  static final int HOSTS_AT_MOST = 250;

  private record Send() {}

  private final RecipientRef<SchedulerActor.Message> scheduler;
  private final TimerScheduler<Object> timers;
  private final SequencedMap<HostId, SchedulerActor.HostDelta> waiting = new LinkedHashMap<>();

  public static Behavior<SchedulerActor.Message> create(
      RecipientRef<SchedulerActor.Message> scheduler) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(timers -> new DeltaPostActor(scheduler, timers, context)))
        .narrow();
  }

  private DeltaPostActor(
      RecipientRef<SchedulerActor.Message> scheduler,
      TimerScheduler<Object> timers,
      ActorContext<Object> context) {
    super(context);
    this.scheduler = scheduler;
    this.timers = timers;
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Object> on(Object message) {
    switch (message) {
      case SchedulerActor.HostDelta delta -> take(delta);
      case Send() -> send();
      case SchedulerActor.HostDeltas(var deltas, _) -> {
        send();
        send(deltas);
      }
      case SchedulerActor.Message other -> {
        send();
        scheduler.tell(other);
      }
      default -> throw new IllegalArgumentException("not for the scheduler: " + message);
    }
    return this;
  }

  private void take(SchedulerActor.HostDelta delta) {
    waiting.merge(delta.row().id(), delta, DeltaPostActor::together);
    if (!timers.isTimerActive(Send.class) || waiting.size() >= HOSTS_AT_MOST) {
      send();
    }
  }

  private static SchedulerActor.HostDelta together(
      SchedulerActor.HostDelta earlier, SchedulerActor.HostDelta later) {
    List<InstanceId> settled = new ArrayList<>(earlier.settled());
    settled.addAll(later.settled());
    List<String> volumes = new ArrayList<>(earlier.settledVolumes());
    volumes.addAll(later.settledVolumes());
    return new SchedulerActor.HostDelta(later.row(), settled, volumes, later.connection());
  }

  private void send() {
    if (waiting.isEmpty()) {
      return;
    }
    timers.startSingleTimer(Send.class, new Send(), BETWEEN);
    send(List.copyOf(waiting.values()));
    waiting.clear();
  }

  private void send(List<SchedulerActor.HostDelta> deltas) {
    scheduler.tell(
        new SchedulerActor.HostDeltas(deltas, Optional.of(getContext().getSelf().narrow())));
  }
}
