package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.MoveTicket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every vm state × task state × action, printed and compared with the page; task states that all
 * actions treat alike share a table. After a wanted change, {@code -Dtroupe.update=true} writes the
 * page anew.
 */
class LegalityTest {
  private static final Path PAGE = Path.of("../docs/states.md");
  private static final UserCommand.Origin OWNER = Examples.origin("req-new");
  private static final UserCommand.Origin ADMIN = Examples.adminOrigin("req-new");

  @Test
  void thePageSaysWhatTheCodeDoes() throws IOException {
    var page = page();

    if (Boolean.getBoolean("troupe.update")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).hasContent(page);
  }

  /** What the page says is what a command meets, for the commands that are built. */
  @Test
  void commandsMeetTheirAction() {
    for (var entry : commands().entrySet()) {
      for (VmState vmState : VmState.values()) {
        if (vmState == VmState.DELETED) {
          continue;
        }
        for (var inProgress : somethingInProgress()) {
          var drafted = Draft.of(vmState).doing(inProgress).state();
          var state =
              entry.getKey() == Action.DETACH_VOLUME || entry.getKey() == Action.SWAP_VOLUME
                  ? drafted.evolve(
                      new InstanceEvent.VolumesChanged(
                          List.of(Examples.volume(1)), false, Examples.NOW))
                  : drafted;
          var refusal = Legality.refusal(state, entry.getKey(), OWNER);
          var decision = state.decide(entry.getValue(), Examples.NOW, OperationSettings.DEFAULT);

          var refused =
              decision instanceof Decision.Reject(var why)
                  ? Optional.of(why)
                  : Optional.<Rejection>empty();
          assertThat(refused).as("%s %s %s", entry, vmState, inProgress).isEqualTo(refusal);
        }
      }
    }
  }

  @Test
  void ofADeletedOneNothingIsLeft() {
    for (UserCommand command : commands().values()) {
      var decision =
          Draft.of(VmState.DELETED)
              .state()
              .decide(command, Examples.NOW, OperationSettings.DEFAULT);

      assertThat(decision)
          .isInstanceOfSatisfying(
              Decision.Reject.class,
              reject -> assertThat(reject.reason()).isInstanceOf(Rejection.NotFound.class));
    }
  }

  @Test
  void aLockIsTheFirstThingSaid() {
    var locked = Draft.of(VmState.ACTIVE).locked().state();

    assertThat(Legality.refusal(locked, Action.START, OWNER))
        .contains(new Rejection.Locked(locked.id().toString()));
    assertThat(Legality.refusal(locked, Action.START, ADMIN))
        .containsInstanceOf(Rejection.WrongState.class);
    assertThat(Legality.refusal(locked, Action.STOP, ADMIN)).isEmpty();
    assertThat(Legality.refusal(locked, Action.DELETE, OWNER))
        .containsInstanceOf(Rejection.Locked.class);
  }

  @Test
  void whatWasNeverActiveCannotBeAskedToWork() {
    var failedBoot = Life.inError().state();

    assertThat(Legality.refusal(failedBoot, Action.STOP, OWNER))
        .contains(new Rejection.NotReady(failedBoot.id().toString()));
    assertThat(Legality.refusal(failedBoot, Action.EVACUATE, OWNER))
        .contains(
            new Rejection.WrongState(
                "evacuate", failedBoot.id().toString(), "launched_at", "None"));
    assertThat(Legality.refusal(failedBoot, Action.DELETE, OWNER)).isEmpty();
  }

  private static Map<Action, UserCommand> commands() {
    var commands = new LinkedHashMap<Action, UserCommand>();
    commands.put(Action.DELETE, new UserCommand.Delete(OWNER));
    commands.put(Action.FORCE_DELETE, new UserCommand.ForceDelete(OWNER));
    commands.put(Action.RESTORE, new UserCommand.Restore(OWNER));
    commands.put(Action.START, new UserCommand.Start(OWNER));
    commands.put(Action.STOP, new UserCommand.Stop(OWNER));
    commands.put(Action.REBOOT_SOFT, new UserCommand.Reboot(OWNER, true));
    commands.put(Action.REBOOT_HARD, new UserCommand.Reboot(OWNER, false));
    commands.put(Action.PAUSE, new UserCommand.Pause(OWNER));
    commands.put(Action.UNPAUSE, new UserCommand.Unpause(OWNER));
    commands.put(Action.SUSPEND, new UserCommand.Suspend(OWNER));
    commands.put(Action.RESUME, new UserCommand.Resume(OWNER));
    commands.put(Action.TRIGGER_CRASH_DUMP, new UserCommand.TriggerCrashDump(OWNER));
    commands.put(Action.SET_PASSWORD, new UserCommand.SetPassword(OWNER, "pw"));
    commands.put(Action.RESCUE, new UserCommand.Rescue(OWNER, Examples.boot(0).image()));
    commands.put(Action.UNRESCUE, new UserCommand.Unrescue(OWNER));
    commands.put(
        Action.ATTACH_VOLUME, new UserCommand.AttachVolume(OWNER, Examples.volumeChoice(2)));
    commands.put(
        Action.DETACH_VOLUME, new UserCommand.DetachVolume(OWNER, Examples.volume(1).id()));
    commands.put(
        Action.SWAP_VOLUME,
        new UserCommand.SwapVolume(
            OWNER, Examples.volume(1).id(), Examples.volumeChoice(2).volumeId()));
    commands.put(
        Action.ATTACH_INTERFACE,
        new UserCommand.AttachInterface(
            OWNER, new NetworkChoice.OnNetwork("net-7", Optional.empty()), Optional.empty()));
    commands.put(
        Action.DETACH_INTERFACE, new UserCommand.DetachInterface(OWNER, Examples.nic(0).portId()));
    commands.put(Action.CREATE_IMAGE, new UserCommand.CreateImage(OWNER, Examples.image("snap")));
    commands.put(
        Action.CREATE_BACKUP, new UserCommand.CreateBackup(OWNER, Optional.empty(), "daily", 0));
    commands.put(Action.REBUILD, new UserCommand.Rebuild(OWNER, Examples.rebuild("img-2")));
    commands.put(Action.SHELVE, new UserCommand.Shelve(OWNER, Examples.image("snap")));
    commands.put(Action.SHELVE_OFFLOAD, new UserCommand.ShelveOffload(OWNER));
    commands.put(
        Action.UNSHELVE,
        new UserCommand.Unshelve(OWNER, Optional.empty(), Optional.empty(), Optional.empty()));
    commands.put(Action.UPDATE, new UserCommand.Revise(OWNER, Revision.ofName("another")));
    commands.put(Action.UPDATE_METADATA, new UserCommand.MergeMetadata(OWNER, Map.of("k", "v"), 9));
    commands.put(Action.DELETE_METADATA, new UserCommand.DeleteMetadata(OWNER, "role"));
    commands.put(Action.UPDATE_TAGS, new UserCommand.ReplaceTags(OWNER, List.of("t")));
    commands.put(Action.UPDATE_TAG, new UserCommand.AddTag(OWNER, "t"));
    commands.put(Action.DELETE_TAGS, new UserCommand.DeleteTags(OWNER));
    commands.put(Action.DELETE_TAG, new UserCommand.DeleteTag(OWNER, "blue"));
    commands.put(Action.LOCK, new UserCommand.LockIt(OWNER, Optional.empty()));
    commands.put(Action.UNLOCK, new UserCommand.Unlock(OWNER));
    commands.put(
        Action.RESET_STATE,
        new UserCommand.ResetState(OWNER, UserCommand.ResetState.Resting.ERROR));
    commands.put(Action.RESIZE, new UserCommand.Resize(OWNER, MoveLife.LARGE, Optional.empty()));
    commands.put(Action.MIGRATE, new UserCommand.Migrate(OWNER, Optional.empty()));
    commands.put(
        Action.LIVE_MIGRATE,
        new UserCommand.LiveMigrate(OWNER, Optional.empty(), false, MoveTicket.Storage.UNKNOWN));
    commands.put(Action.EVACUATE, new UserCommand.Evacuate(OWNER, Optional.empty(), false, false));
    return commands;
  }

  private static List<Optional<OperationKind>> somethingInProgress() {
    return Stream.concat(
            Stream.of(Optional.<OperationKind>empty()),
            Stream.of(OperationKind.values()).map(Optional::of))
        .toList();
  }

  // ---- the page

  private static String page() {
    var page = new StringBuilder(INTRODUCTION);
    var tables = new LinkedHashMap<String, List<String>>();
    for (TaskState task : TaskState.values()) {
      tables
          .computeIfAbsent(table(Optional.of(task)), _ -> new ArrayList<>())
          .add("`" + task.word() + "`");
    }
    page.append("## With nothing in progress\n\n").append(table(Optional.empty()));
    tables.forEach(
        (table, tasks) ->
            page.append("\n## While ")
                .append(String.join(", ", tasks))
                .append("\n\n")
                .append(table));
    page.append(WITH_A_LOCK);
    page.append(list(action -> Legality.isStoppedByLock(action)));
    return page.toString();
  }

  private static String table(Optional<TaskState> task) {
    var table = new StringBuilder();
    var states = Stream.of(VmState.values()).filter(state -> state != VmState.DELETED).toList();
    var head = new StringJoiner(" | ", "| ", " |\n").add("action");
    states.forEach(state -> head.add(state.word()));
    table.append(head).append("|---".repeat(states.size() + 1)).append("|\n");
    var alike = new LinkedHashMap<String, List<String>>();
    for (Action action : Action.values()) {
      var row = new StringJoiner(" | ", " | ", " |\n");
      states.forEach(state -> row.add(cell(state, task, action)));
      alike.computeIfAbsent(row.toString(), _ -> new ArrayList<>()).add(name(action));
    }
    alike.forEach((row, names) -> table.append("| ").append(String.join(", ", names)).append(row));
    return table.toString();
  }

  private static String cell(VmState vmState, Optional<TaskState> task, Action action) {
    if (!Legality.vmStates(action).contains(vmState)) {
      return "vm";
    }
    var free =
        task.map(now -> Legality.mayBeginDuring(action, now))
            .orElseGet(() -> Legality.mayBeginAtRest(action));
    return free ? "yes" : "task";
  }

  private static String list(java.util.function.Predicate<Action> which) {
    return Arrays.stream(Action.values())
            .filter(which)
            .map(LegalityTest::name)
            .distinct()
            .collect(Collectors.joining(", "))
        + ".\n";
  }

  private static String name(Action action) {
    return switch (action) {
      case REBOOT_SOFT -> "reboot SOFT";
      case REBOOT_HARD -> "reboot HARD";
      default -> action.word();
    };
  }

  private static final String INTRODUCTION =
      """
      # States and actions

      What an instance says to each action, by its resting state (`vm_state`) and by what is being done to it (`task_state`). This
      page is written by a test from the code, `LegalityTest`; it cannot go stale. To change it, change the code and run the test
      with `-Dtroupe.update=true`. Actions with the same answers share a row, task states with the same answers a table.

      | answer | meaning |
      |---|---|
      | yes | accepted; an operation in progress ends there, or goes on where the action only changes a value |
      | vm | 409, `while it is in vm_state …` |
      | task | 409, `while it is in task_state …` |

      Checked in this order: the lock, `vm_state`, `task_state`, then that there is a host, and that the instance was active once
      (what was not can be deleted, described, locked and reset, no more). A deleted instance is 404. Delete wins over everything:
      not even a reset or an evacuation breaks it off. Nor does a reset break off a boot, which has its own deadline. Not every action is built yet; those that are not answer 501.

      """;

  private static final String WITH_A_LOCK =
      """

      ## With a lock

      A lock stops everybody but administrators, with 409 `Instance … is locked`, from: \
      """;

  /** An instance on a host, as it may be found. */
  private record Draft(VmState vmState, Optional<OperationKind> inProgress, boolean isLocked) {
    static Draft of(VmState vmState) {
      return new Draft(vmState, Optional.empty(), false);
    }

    Draft doing(Optional<OperationKind> kind) {
      return new Draft(vmState, kind, isLocked);
    }

    Draft locked() {
      return new Draft(vmState, inProgress, true);
    }

    InstanceState state() {
      var from = Life.active().state();
      var operation =
          inProgress.map(
              kind ->
                  Operation.begin(
                          new OperationId("req-running"),
                          kind,
                          Examples.NOW.plusSeconds(60),
                          Power.askForTheTruth(),
                          Optional.empty())
                      .onHost(from.host()));
      return new InstanceState(
          from.id(),
          from.phase(),
          from.refusal(),
          from.request(),
          vmState,
          from.power(),
          from.host(),
          from.zone(),
          from.generation(),
          from.nics(),
          from.fault(),
          from.createdAt(),
          from.updatedAt(),
          from.launchedAt(),
          from.terminatedAt(),
          operation,
          from.trails(),
          isLocked ? Optional.of(new Lock(Lock.By.OWNER, Optional.empty())) : Optional.empty(),
          Optional.empty(),
          from.moves(),
          Optional.empty(),
          List.of());
    }
  }
}
