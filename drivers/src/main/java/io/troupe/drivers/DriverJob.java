package io.troupe.drivers;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One command on its way through the driver actor, with everybody who waits for its answer. Only
 * {@link #requested} is asked from another thread, the one that runs it.
 */
final class DriverJob implements Cancellation {
  /** Where in a {@link CommandQueue} a job stands. */
  enum Place {
    IN_LANE,
    AT_HOST,
    FOR_PLACE,
    RUNNING,
    OVER
  }

  private DriverCommand command;
  private final List<ActorRef<DriverActor.Reply>> waiting = new ArrayList<>(1);
  private Instant deadline;
  private Place place = Place.OVER;
  private volatile String cancelledBecause = "";

  DriverJob(DriverCommand command, ActorRef<DriverActor.Reply> replyTo) {
    this.command = command;
    this.deadline = command.target().deadline();
    waiting.add(replyTo);
  }

  DriverCommand command() {
    return command;
  }

  InstanceId instance() {
    return command.target().instance();
  }

  String host() {
    return command.target().host();
  }

  boolean isSpawn() {
    return command instanceof DriverCommand.Spawn;
  }

  boolean goesBeside() {
    return command.goesBeside();
  }

  Place place() {
    return place;
  }

  void moveTo(Place next) {
    place = next;
  }

  boolean isRunning() {
    return place == Place.RUNNING;
  }

  Instant deadline() {
    return deadline;
  }

  List<ActorRef<DriverActor.Reply>> waiting() {
    return waiting;
  }

  /**
   * Whether {@code later} is this command once more: same instance, operation and kind. Host and
   * generation must agree too, since an operation may try its spawn on a second host while the
   * first one has not answered. And a swap of volumes that is taken back is two swaps, as a resize
   * that is taken back is two: the answer to the one would free the volume that the guest has, or
   * give it a size that it does not have.
   */
  boolean isRepeatedBy(DriverCommand later) {
    var target = command.target();
    var other = later.target();
    return command.getClass() == later.getClass()
        && target.operation().equals(other.operation())
        && target.host().equals(other.host())
        && target.generation() == other.generation()
        && !command.isTakenBackBy(later);
  }

  /**
   * Takes in a repetition: it gets this job's answer, and may have more time. If nothing has begun,
   * the repetition is what will be carried out, since its epoch may be newer.
   */
  void join(DriverCommand later, ActorRef<DriverActor.Reply> replyTo) {
    if (!isRunning()) {
      command = later;
    }
    if (!waiting.contains(replyTo)) {
      waiting.add(replyTo);
    }
    if (later.target().deadline().isAfter(deadline)) {
      deadline = later.target().deadline();
    }
  }

  /** Whether nobody needs this any more once the destroy has run. */
  boolean isSettledBy(DriverCommand.Destroy destroy) {
    return !(command instanceof DriverCommand.Destroy)
        && host().equals(destroy.target().host())
        && command.target().generation() <= destroy.target().generation();
  }

  void cancel(String because) {
    if (cancelledBecause.isEmpty()) {
      cancelledBecause = because;
    }
  }

  /** Why it was cancelled, if it was. */
  Optional<String> cancelled() {
    return Optional.of(cancelledBecause).filter(because -> !because.isEmpty());
  }

  @Override
  public boolean requested() {
    return !cancelledBecause.isEmpty();
  }

  @Override
  public String toString() {
    var target = command.target();
    return "%s instance=%s host=%s operation=%s"
        .formatted(
            command.getClass().getSimpleName(),
            target.instance(),
            target.host(),
            target.operation());
  }
}
