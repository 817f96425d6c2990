package io.troupe.actors.instance;

import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.core.value.HostId;
import io.troupe.core.value.PowerState;
import java.util.Optional;

/** In which vm state an instance comes to rest. */
final class Ending {
  private Ending() {}

  /** After an operation with nothing left to do; {@code state} is the one it leaves behind. */
  static VmState vmState(InstanceState state, Operation operation) {
    if (isInDoubt(state, operation)) {
      return VmState.ERROR;
    }
    return switch (operation.kind()) {
      case BOOT -> afterBoot(state, operation.failure().isPresent());
      case ADOPT ->
          operation.failure().isPresent() || state.phase() == InstanceState.Phase.REFUSED
              ? VmState.DELETED
              : afterPower(state.power());
      case DELETE -> VmState.DELETED;
      case REBUILD -> operation.failure().isPresent() ? VmState.ERROR : afterPower(state.power());
      case SHELVE ->
          operation.failure().isPresent() && state.shelf().isEmpty()
              ? afterPower(state.power())
              : shelved(state);
      case SHELVE_OFFLOAD -> shelved(state);
      case UNSHELVE -> operation.failure().isPresent() ? shelved(state) : afterPower(state.power());
      case START, REBOOT_SOFT, REBOOT_HARD, STOP, PAUSE, UNPAUSE, SUSPEND, RESUME ->
          afterPower(state.power());
      case RESCUE -> afterRescue(state, operation);
      case UNRESCUE ->
          operation.failure().isPresent() ? state.vmState() : afterPower(state.power());
      case CRASH_DUMP,
          SET_PASSWORD,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          SWAP_VOLUME,
          ATTACH_INTERFACE,
          DETACH_INTERFACE,
          CREATE_IMAGE,
          BACKUP ->
          afterReport(state.vmState(), state.power());
      case SOFT_DELETE ->
          operation.failure().isPresent()
              ? unlessRefused(state, settled(state, afterRescue(state, operation)))
              : VmState.SOFT_DELETED;
      case RESTORE -> unlessRefused(state, afterPower(state.power()));
      case RESIZE, MIGRATE ->
          state.moves().open().filter(Move::arrived).isPresent()
              ? VmState.RESIZED
              : afterPower(state.power());
      case CONFIRM_RESIZE ->
          operation.failure().isPresent() && waitsAtTheSource(state)
              ? VmState.RESIZED
              : afterPower(state.power());
      case REVERT_RESIZE ->
          state.moves().open().filter(Move::arrived).isPresent()
              ? VmState.RESIZED
              : afterPower(state.power());
      case LIVE_MIGRATE -> afterReport(state.vmState(), state.power());
      case EVACUATE ->
          operation.failure().isPresent()
              ? afterFailedEvacuation(state, operation)
              : afterPower(state.power());
      case RESET_TO_ACTIVE ->
          unlessRefused(state, state.host().isPresent() ? VmState.ACTIVE : onNoHost(state));
      case RESET_TO_ERROR -> unlessRefused(state, VmState.ERROR);
    };
  }

  /** Undone if it failed; else it is not known from which disk the guest runs. */
  private static VmState afterRescue(InstanceState state, Operation operation) {
    return operation.rescueImage().isPresent()
        ? VmState.RESCUED
        : afterReport(state.vmState(), state.power());
  }

  /** A rescue that it broke off may have been carried out, on the host that still has it. */
  private static VmState afterFailedEvacuation(InstanceState state, Operation operation) {
    var stays = state.moves().open().filter(move -> !move.arrived()).isPresent();
    return stays && operation.rescueImage().isPresent() ? VmState.RESCUED : VmState.ERROR;
  }

  /** What has left its host for good is not active because somebody says so. */
  private static VmState onNoHost(InstanceState state) {
    return state.shelf().isPresent() ? VmState.SHELVED_OFFLOADED : VmState.ERROR;
  }

  private static VmState shelved(InstanceState state) {
    return state.host().isPresent() ? VmState.SHELVED : VmState.SHELVED_OFFLOADED;
  }

  /** Broken off, and both hosts may have it: somebody has to look at it. */
  private static boolean isInDoubt(InstanceState state, Operation operation) {
    return state.other().isPresent()
        && switch (operation.kind()) {
          case LIVE_MIGRATE, SOFT_DELETE, RESET_TO_ACTIVE, RESET_TO_ERROR -> true;
          default -> false;
        };
  }

  private static boolean waitsAtTheSource(InstanceState state) {
    return state.moves().open().filter(Move::waitsAtTheSource).isPresent();
  }

  /** A soft delete first gives up what a resize can be reverted to; failed, it is not resized. */
  private static VmState settled(InstanceState state, VmState after) {
    return after == VmState.RESIZED ? afterPower(state.power()) : after;
  }

  /** What the quota does not count can only be soft-deleted. */
  private static VmState unlessRefused(InstanceState state, VmState wanted) {
    return state.refusal().isPresent() ? VmState.SOFT_DELETED : wanted;
  }

  /**
   * Why it has failed after all; empty when what the hypervisor said last is what was wanted,
   * whatever was thought on the way.
   */
  static Optional<Failure> failure(InstanceState state, Operation operation) {
    if (operation.kind() == OperationKind.LIVE_MIGRATE
        && operation.failure().isEmpty()
        && state.moves().open().filter(move -> move.cancelled() && !move.arrived()).isPresent()) {
      return Optional.of(new Failure(409, "Live migration was aborted.", ""));
    }
    if (operation.kind() == OperationKind.RESET_TO_ACTIVE
        && operation.failure().isEmpty()
        && state.host().isEmpty()) {
      var why = "Instance %s is on no host: it cannot be active.".formatted(state.id());
      return Optional.of(new Failure(409, why, ""));
    }
    if (operation.kind() == OperationKind.REVERT_RESIZE
        && operation.failure().isEmpty()
        && waitsAtTheSource(state)) {
      return Optional.of(
          new Failure(
              500,
              "The guest could not be removed from host %s and is still there."
                  .formatted(state.host().map(HostId::value).orElse("?")),
              ""));
    }
    return state.refusal().isEmpty() && Power.isWanted(operation.kind(), state.power())
        ? Optional.empty()
        : operation.failure();
  }

  private static VmState afterBoot(InstanceState state, boolean failed) {
    if (state.phase() == InstanceState.Phase.REFUSED) {
      return VmState.DELETED;
    }
    return failed ? VmState.ERROR : VmState.ACTIVE;
  }

  /**
   * A power operation ends in what the hypervisor said last, whether it succeeded or not. A guest
   * that is gone does not run.
   */
  static VmState afterPower(PowerState power) {
    return switch (power) {
      case RUNNING -> VmState.ACTIVE;
      case SHUTDOWN, CRASHED, NOSTATE -> VmState.STOPPED;
      case PAUSED -> VmState.PAUSED;
      case SUSPENDED -> VmState.SUSPENDED;
    };
  }

  /**
   * After the guest has changed by itself. An instance in error stays there: somebody has to look
   * at it.
   */
  static VmState afterReport(VmState before, PowerState power) {
    return switch (before) {
      case ACTIVE, STOPPED, PAUSED, SUSPENDED -> afterPower(power);
      default -> before;
    };
  }
}
