package io.troupe.actors.instance;

import io.troupe.actors.operation.Leave;
import io.troupe.actors.operation.LiveMigrate;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Reset;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What has to be done with an open move by an operation that is not about it, such as a soft delete
 * or a reset: the instance stays with the host that has it, and nothing is left on the other one.
 * Unless it was about to leave that host: the host may have been told already, and what it no
 * longer has cannot be stayed with. So it is left for good, and the other one has the instance. So
 * too after a revert of which nobody knows how far it has come.
 */
record Settling(InstanceState state) {
  /** First that, then {@code steps}. */
  List<Step> before(List<Step> steps) {
    var open = state.moves().open();
    var all = new ArrayList<>(leaving());
    if (open.isEmpty() || !all.isEmpty()) {
      if (!all.isEmpty()) {
        all.addAll(withTheDiskOfBefore());
      }
      all.addAll(steps);
      return all;
    }
    if (mayBeOnItsWay()) {
      all.addAll(LiveMigrate.breakOff()); // what is left where comes out then
    } else if (open.get().isOnOneHost()) {
      if (isBeingResized()) {
        all.add(Step.of(StepKind.POWER_OFF));
        all.add(Step.of(StepKind.RESIZE));
      }
      all.add(Step.of(StepKind.CLAIM));
      if (isBeingResized()) {
        all.add(Step.of(StepKind.TAKE_OVER));
      }
    } else if (open.get().other().isPresent()) {
      if (mayStillWaitAtTheSource()) {
        all.add(Step.of(StepKind.INSPECT));
      }
      all.addAll(Leave.there());
    } else if (isBringingBackTheDisk()) {
      all.add(Step.of(StepKind.RESIZE));
    }
    all.addAll(steps);
    return all;
  }

  /** Nothing is at the other host any more, and the guest here may be without its disk just now. */
  private boolean isBringingBackTheDisk() {
    return state
        .operation()
        .flatMap(Operation::current)
        .filter(Step.of(StepKind.RESIZE)::equals)
        .isPresent();
  }

  /** A resize to be settled; not what is being taken away from the source already. */
  private boolean mayStillWaitAtTheSource() {
    var begun =
        state
            .operation()
            .flatMap(Operation::current)
            .filter(
                step ->
                    step.equals(Step.there(StepKind.DESTROY))
                        || step.equals(Step.there(StepKind.RELEASE_CLAIM))
                        || step.equals(Step.there(StepKind.CONDEMN)));
    return state.moves().open().filter(Move::waitsAtTheSource).isPresent() && begun.isEmpty();
  }

  /** Whether {@code operation} now asks if the host that has the instance has its guest too. */
  static boolean asksBeforeLeaving(Operation operation) {
    return operation.todo().size() > 1
        && operation.todo().getFirst().equals(Step.of(StepKind.INSPECT))
        && operation.todo().get(1).equals(Step.there(StepKind.DESTROY));
  }

  /** It has not: the guest that waits at the source is the only one. */
  List<Step> goesBack(Operation operation) {
    var all = new ArrayList<>(Leave.here());
    all.addAll(withTheDiskOfBefore());
    all.addAll(operation.todo().subList(1 + Leave.there().size(), operation.todo().size()));
    return all;
  }

  /** Of a guest that waits at the source of a resize, and is gone back to. */
  private List<Step> withTheDiskOfBefore() {
    return state
        .moves()
        .open()
        .filter(move -> move.waitsAtTheSource() && state.growsDisk(move))
        .map(_ -> List.of(Step.of(StepKind.RESIZE)))
        .orElse(List.of());
  }

  /** Nobody can say: both hosts keep what they have, and the instance is counted. */
  static List<Step> staysOnBoth() {
    return Reset.steps();
  }

  /** Where the instance is from now on, when such an operation has done {@code step}. */
  Optional<InstanceEvent.Turn> turn(Step step) {
    var settles =
        state.operation().map(Operation::kind).stream()
            .anyMatch(
                kind ->
                    kind == OperationKind.SOFT_DELETE
                        || kind == OperationKind.RESET_TO_ACTIVE
                        || kind == OperationKind.RESET_TO_ERROR);
    var hasLeft = step.kind() == StepKind.RELEASE_CLAIM || step.kind() == StepKind.CONDEMN;
    return state
        .moves()
        .open()
        .filter(move -> settles && hasLeft && !step.isThere() && move.other().isPresent())
        .map(move -> move.arrived() ? InstanceEvent.Turn.RETURNED : InstanceEvent.Turn.ARRIVED);
  }

  /** Whether a guest is left, or will be when all is settled. */
  boolean keepsGuest() {
    var isBeingMade =
        state
            .operation()
            .filter(one -> one.kind() != OperationKind.REBUILD) // has the old one until then
            .flatMap(Operation::current)
            .filter(step -> step.kind() == StepKind.SPAWN)
            .isPresent();
    var waitsAtTheSource =
        state.moves().open().filter(Move::arrived).flatMap(Move::other).isPresent();
    return state.host().isPresent() && !isBeingMade && (leaving().isEmpty() || waitsAtTheSource);
  }

  /** What is being done to leave the host that has the instance. */
  private List<Step> leaving() {
    var begun =
        state.operation().stream()
            .filter(one -> !Rebuild.isUndone(one)) // it stays where it is
            .flatMap(one -> one.todo().stream().takeWhile(Settling::isLeaving))
            .toList();
    return begun.isEmpty() && state.moves().open().filter(Move::doubted).isPresent()
        ? Leave.here()
        : begun;
  }

  private static boolean isLeaving(Step step) {
    return !step.isThere()
        && switch (step.kind()) {
          case DESTROY, RELEASE_CLAIM, CONDEMN, KEEP_VOLUMES -> true;
          default -> false;
        };
  }

  /** A live migration that is under way, or that nobody knows the end of. */
  private boolean mayBeOnItsWay() {
    var move = state.moves().open().orElseThrow();
    var isLive =
        state.moves().migrations().stream()
            .anyMatch(
                one ->
                    one.operation().equals(move.operation())
                        && one.type() == Migration.Type.LIVE_MIGRATION);
    var mayBeThere = move.other().isPresent(); // else that host has been left already
    return isLive && !move.arrived() && move.ticket().isPresent() && mayBeThere;
  }

  /** It may be of another size already than it was, or is to be again. */
  private boolean isBeingResized() {
    return state
        .operation()
        .filter(
            one -> one.kind() == OperationKind.RESIZE || one.kind() == OperationKind.REVERT_RESIZE)
        .isPresent();
  }
}
