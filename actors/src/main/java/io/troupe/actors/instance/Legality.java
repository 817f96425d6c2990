package io.troupe.actors.instance;

import static io.troupe.actors.instance.VmState.ACTIVE;
import static io.troupe.actors.instance.VmState.ERROR;
import static io.troupe.actors.instance.VmState.PAUSED;
import static io.troupe.actors.instance.VmState.RESCUED;
import static io.troupe.actors.instance.VmState.RESIZED;
import static io.troupe.actors.instance.VmState.SHELVED;
import static io.troupe.actors.instance.VmState.SHELVED_OFFLOADED;
import static io.troupe.actors.instance.VmState.SOFT_DELETED;
import static io.troupe.actors.instance.VmState.STOPPED;
import static io.troupe.actors.instance.VmState.SUSPENDED;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Participant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What an instance may be asked, as two tables: {@link #vmStates}, in which resting states, and
 * {@link #mayBeginDuring}, beside which work in progress. A lock is a third rule before both; that
 * there is a host, and that the instance was active once, come after them. Source: Nova's compute
 * API.
 */
final class Legality {
  private static final Set<VmState> ANY = EnumSet.complementOf(EnumSet.of(VmState.DELETED));

  private Legality() {}

  /** The first table: in which resting states {@code action} is legal. */
  static Set<VmState> vmStates(Action action) {
    return switch (action) {
      case DELETE, FORCE_DELETE -> ANY;
      case RESTORE -> Set.of(SOFT_DELETED);
      case START -> Set.of(STOPPED);
      case STOP -> Set.of(ACTIVE, ERROR);
      case REBOOT_SOFT, PAUSE, SUSPEND, SET_PASSWORD, FORCE_COMPLETE -> Set.of(ACTIVE);
      case REBOOT_HARD -> Set.of(ACTIVE, STOPPED, PAUSED, SUSPENDED, ERROR);
      case UNPAUSE -> Set.of(PAUSED);
      case RESUME -> Set.of(SUSPENDED);
      case RESCUE, EVACUATE, REBUILD -> Set.of(ACTIVE, STOPPED, ERROR);
      case UNRESCUE -> Set.of(RESCUED);
      case RESIZE, MIGRATE -> Set.of(ACTIVE, STOPPED);
      case CONFIRM_RESIZE, REVERT_RESIZE -> Set.of(RESIZED);
      case LIVE_MIGRATE -> Set.of(ACTIVE, PAUSED);
      case CREATE_IMAGE,
          CREATE_BACKUP,
          SHELVE,
          UPDATE_METADATA,
          DELETE_METADATA,
          UPDATE_TAGS,
          UPDATE_TAG,
          DELETE_TAGS,
          DELETE_TAG ->
          Set.of(ACTIVE, PAUSED, SUSPENDED, STOPPED);
      case SHELVE_OFFLOAD -> Set.of(SHELVED);
      case UNSHELVE -> Set.of(SHELVED, SHELVED_OFFLOADED);
      case TRIGGER_CRASH_DUMP -> Set.of(ACTIVE, PAUSED, RESCUED, RESIZED, ERROR);
      case ATTACH_VOLUME, DETACH_VOLUME ->
          Set.of(ACTIVE, PAUSED, STOPPED, RESIZED, SOFT_DELETED, SHELVED, SHELVED_OFFLOADED);
      case SWAP_VOLUME -> Set.of(ACTIVE, PAUSED, RESIZED);
      case ATTACH_INTERFACE, DETACH_INTERFACE -> Set.of(ACTIVE, PAUSED, STOPPED);
      case ATTACH_SHARE, DETACH_SHARE -> Set.of(STOPPED);
      case ABORT_LIVE_MIGRATION,
          READ_CONSOLE,
          OPEN_CONSOLE,
          UPDATE,
          LOCK,
          UNLOCK,
          RESET_STATE,
          INJECT_NETWORK_INFO ->
          ANY;
    };
  }

  /** The second table: whether {@code action} may begin while {@code task} is being done. */
  static boolean mayBeginDuring(Action action, TaskState task) {
    return switch (action) {
      case DELETE, FORCE_DELETE -> true; // delete wins over everything
      case EVACUATE -> task != TaskState.DELETING && task != TaskState.SOFT_DELETING;
      case RESET_STATE ->
          switch (task) {
            // Broken off, a boot would leave behind what it took; it has its own deadline.
            case SCHEDULING, NETWORKING, BLOCK_DEVICE_MAPPING, SPAWNING, DELETING -> false;
            default -> true;
          };
      case READ_CONSOLE,
          UPDATE,
          UPDATE_METADATA,
          DELETE_METADATA,
          UPDATE_TAGS,
          UPDATE_TAG,
          DELETE_TAGS,
          DELETE_TAG,
          LOCK,
          UNLOCK,
          INJECT_NETWORK_INFO ->
          true;
      case OPEN_CONSOLE -> task != TaskState.DELETING && task != TaskState.MIGRATING;
      case ABORT_LIVE_MIGRATION, FORCE_COMPLETE -> task == TaskState.MIGRATING;
      case REBOOT_HARD ->
          switch (task) {
            case REBOOTING,
                REBOOT_PENDING,
                REBOOT_STARTED,
                REBOOTING_HARD,
                PAUSING,
                UNPAUSING,
                SUSPENDING,
                RESUMING ->
                true;
            default -> false;
          };
      default -> false;
    };
  }

  /** Whether nothing need be in progress; aborting a migration makes sense only during one. */
  static boolean mayBeginAtRest(Action action) {
    return action != Action.ABORT_LIVE_MIGRATION && action != Action.FORCE_COMPLETE;
  }

  /** Whether a lock keeps everybody but administrators from it. */
  static boolean isStoppedByLock(Action action) {
    return switch (action) {
      case LOCK,
          UNLOCK,
          EVACUATE,
          CREATE_IMAGE,
          CREATE_BACKUP,
          RESET_STATE,
          READ_CONSOLE,
          OPEN_CONSOLE,
          UPDATE,
          UPDATE_TAGS,
          UPDATE_TAG,
          DELETE_TAGS,
          DELETE_TAG ->
          false;
      default -> true;
    };
  }

  /** Whether it needs an instance that was active once. */
  static boolean needsLaunch(Action action) {
    return switch (action) {
      case DELETE,
          FORCE_DELETE,
          UPDATE,
          UPDATE_METADATA,
          DELETE_METADATA,
          UPDATE_TAGS,
          UPDATE_TAG,
          DELETE_TAGS,
          DELETE_TAG,
          LOCK,
          UNLOCK,
          RESET_STATE,
          INJECT_NETWORK_INFO ->
          false;
      default -> true;
    };
  }

  /** Whether it is put to the instance's host, and so needs one. */
  static boolean needsHost(Action action) {
    return switch (action) {
      case RESTORE, UNSHELVE, EVACUATE, ATTACH_VOLUME, DETACH_VOLUME -> false;
      default -> needsLaunch(action);
    };
  }

  /** Why {@code origin} may not begin {@code action} now; empty when it may. */
  static Optional<Rejection> refusal(
      InstanceState state, Action action, UserCommand.Origin origin) {
    var id = state.id().toString();
    if (state.lock().isPresent() && isStoppedByLock(action) && !origin.admin()) {
      return Optional.of(new Rejection.Locked(id));
    }
    if (!vmStates(action).contains(state.vmState())) {
      return wrong(action, id, "vm_state", state.vmState().word());
    }
    var task = state.taskState();
    var free =
        state.operation().isEmpty()
            ? mayBeginAtRest(action)
            : task.map(now -> mayBeginDuring(action, now))
                .orElseGet(
                    () ->
                        isForAnyTime(action)
                            && !(action == Action.EVACUATE && mustEndBeforeEvacuation(state)));
    if (!free) {
      return wrong(action, id, "task_state", task.map(TaskState::word).orElse("None"));
    }
    if (needsHost(action) && state.host().isEmpty()) {
      return Optional.of(new Rejection.NotReady(id));
    }
    if (needsLaunch(action) && state.launchedAt().isEmpty()) {
      return wrong(action, id, "launched_at", "None");
    }
    return Optional.empty();
  }

  /** A boot has moments without a task state, in which it is in progress all the same. */
  private static boolean isForAnyTime(Action action) {
    return EnumSet.allOf(TaskState.class).stream()
        .filter(task -> task != TaskState.DELETING && task != TaskState.SOFT_DELETING)
        .allMatch(task -> mayBeginDuring(action, task));
  }

  /**
   * What a reset has broken off may have given the quota back, and an evacuation does not ask for
   * it. What is about to be attached was taken for the instance, and would be left to nobody; so
   * would what is on its way out, and a volume would be detaching for ever.
   */
  private static boolean mustEndBeforeEvacuation(InstanceState state) {
    return state
        .operation()
        .filter(
            operation ->
                switch (operation.kind()) {
                  case RESET_TO_ACTIVE,
                      RESET_TO_ERROR,
                      ATTACH_VOLUME,
                      DETACH_VOLUME,
                      ATTACH_INTERFACE,
                      DETACH_INTERFACE ->
                      true;
                  // It may take hours until the guest has copied all; the rest takes a moment.
                  case SWAP_VOLUME ->
                      operation
                          .current()
                          .filter(step -> step.kind().asked() == Participant.VOLUME)
                          .isPresent();
                  default -> false;
                })
        .isPresent();
  }

  private static Optional<Rejection> wrong(Action action, String id, String attribute, String is) {
    return Optional.of(new Rejection.WrongState(action.word(), id, attribute, is));
  }
}
