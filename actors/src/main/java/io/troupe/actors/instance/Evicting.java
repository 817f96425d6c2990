package io.troupe.actors.instance;

import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.scheduler.Importance;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import java.util.Optional;

/**
 * What a preemptible instance does when it is told to leave: the delete that its owner could have
 * asked for, whatever its state and its lock. While an operation of its own is in progress it does
 * nothing yet; it will be told again. What was resized to a flavor that is not preemptible stays,
 * though a claim of the former one may be left.
 */
final class Evicting {
  private final Moment moment;
  private final InstanceState state;

  Evicting(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision on(Eviction eviction) {
    var isOver =
        !state.visible()
            || state.deleted()
            || state.operation().isPresent()
            || !state.standsBy(eviction.host(), eviction.generation())
            || !Importance.of(moment.request().flavor().extraSpecs()).preemptible()
            || isKnown(eviction);
    return isOver
        ? Decision.nothing()
        : switch (eviction.mode()) {
          case OFF -> Decision.nothing();
          case DELETE -> delete(eviction);
        };
  }

  private boolean isKnown(Eviction eviction) {
    var notice = eviction.notice(state.id());
    return state.trails().stream().anyMatch(trail -> trail.id().equals(notice));
  }

  private Decision delete(Eviction eviction) {
    var graceful = eviction.graceMillis() > 0 && state.power() == PowerState.RUNNING;
    var delete = new Wishes(moment).deleteForGood(origin(eviction.leave(state.id())));
    return (graceful ? gracefully(delete, eviction.graceMillis()) : delete).after(notice(eviction));
  }

  private static Decision gracefully(Decision delete, long graceMillis) {
    return delete instanceof Decision.Accept(var events)
        ? new Decision.Accept(
            events.stream()
                .map(
                    event ->
                        event instanceof InstanceEvent.OperationBegan began
                            ? gracefully(began, graceMillis)
                            : event)
                .toList())
        : delete;
  }

  private InstanceEvent notice(Eviction eviction) {
    var origin = origin(eviction.notice(state.id()));
    return new InstanceEvent.Evicted(origin, eviction.by(), moment.now());
  }

  private static InstanceEvent gracefully(InstanceEvent.OperationBegan began, long graceMillis) {
    return new InstanceEvent.OperationBegan(
        began.origin(),
        began.kind(),
        Delete.gracefully(began.todo()),
        began.deadline().plusMillis(graceMillis),
        began.rescueImage(),
        Optional.of(new Purpose.Evicted(graceMillis)),
        began.at());
  }

  /** Nobody's in particular, and an administrator's: a lock does not hold it up. */
  private UserCommand.Origin origin(OperationId operation) {
    return new UserCommand.Origin(operation, "", moment.request().project().value(), true);
  }
}
