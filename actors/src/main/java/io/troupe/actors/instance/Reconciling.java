package io.troupe.actors.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.troupe.core.value.OperationId;
import java.util.Optional;
import java.util.UUID;

/**
 * What an instance makes of what its host sees while nothing is in progress. The guest is what is
 * true, so the instance follows it and nothing is done to the guest:
 *
 * <pre>
 *   ended by itself, crashed or was switched off by hand → STOPPED
 *   was started, paused or saved by hand                 → ACTIVE, PAUSED, SUSPENDED
 *   is gone                                              → ERROR with a fault; nothing is made anew
 *   is there again                                       → as it is, and the fault is over
 * </pre>
 *
 * <p>Of an instance in another state only the power state changes; one that a broken revert has
 * left in doubt asks its host whether the guest is there. What a host reports that is not the
 * instance's, or of a guest of another generation, changes nothing. See docs/adr/0019.
 */
final class Reconciling {
  private final Moment moment;
  private final InstanceState state;

  Reconciling(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  /** Also of a known power state, when the vm state does not go with it, as after a reset. */
  Decision reported(GuestReported report) {
    if (isFoundElsewhere(report)) {
      return Decision.accept(
          new InstanceEvent.PowerChanged(
              state.power(),
              state.vmState(),
              report.reason(),
              Optional.of(Fault.ofMovedGuest(state.id(), report.host(), moment.now())),
              moment.now()));
    }
    var ours =
        state.operation().isEmpty()
            && !state.deleted()
            && state.host().filter(report.host()::equals).isPresent()
            && report.generation() >= state.guestGeneration()
            && report.generation() <= state.generation();
    if (!ours) {
      return Decision.nothing();
    }
    var doubted = state.moves().open().filter(Move::doubted);
    if (doubted.isPresent()) {
      return new MoveWishes(moment).askAgainAboutRevert(asking(doubted.get()));
    }
    var vmState = vmState(report);
    if (report.power() == state.power() && vmState == state.vmState()) {
      return Decision.nothing();
    }
    var fault =
        report.gone() && vmState == VmState.ERROR && state.vmState() != VmState.ERROR
            ? Optional.of(Fault.ofGoneGuest(state.id(), report.host(), moment.now()))
            : Optional.<Fault>empty();
    return Decision.accept(
        new InstanceEvent.PowerChanged(
            report.power(), vmState, report.reason(), fault, moment.now()));
  }

  /**
   * The guest that is gone from its host is on another one: somebody moved it there by hand. It is
   * said, once; who owns the instance is for an administrator to change.
   */
  private boolean isFoundElsewhere(GuestReported report) {
    return state.operation().isEmpty()
        && !report.gone()
        && state.host().filter(host -> !host.equals(report.host())).isPresent()
        && report.generation() == state.generation()
        && state
            .fault()
            .filter(Fault::isOfGoneGuest)
            .filter(fault -> !fault.isOfGuestOn(report.host()))
            .isPresent();
  }

  /** The same for the same report that comes twice, another one each time that it asks. */
  private OperationId asking(Move move) {
    var name = "%s %s %d".formatted(state.id(), move.operation(), state.generation());
    return new OperationId("req-" + UUID.nameUUIDFromBytes(name.getBytes(UTF_8)));
  }

  private VmState vmState(GuestReported report) {
    if (state.vmState() == VmState.ERROR) {
      var wasGone = state.fault().filter(Fault::isOfGoneGuest).isPresent();
      return wasGone && !report.gone() ? Ending.afterPower(report.power()) : VmState.ERROR;
    }
    return switch (state.vmState()) {
      case ACTIVE, STOPPED, PAUSED, SUSPENDED ->
          report.gone() ? VmState.ERROR : Ending.afterPower(report.power());
      default -> state.vmState();
    };
  }
}
