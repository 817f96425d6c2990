package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.OperationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every vm state × operation in progress × command, printed and compared with the page. After a
 * wanted change, {@code -Dtroupe.update=true} writes the page anew.
 */
class LegalityTest {
  private static final Path PAGE = Path.of("../docs/states.md");

  private static final UserCommand.Origin ORIGIN = Examples.origin("req-new");

  private static final Map<String, UserCommand> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("start", new UserCommand.Start(ORIGIN));
    COMMANDS.put("stop", new UserCommand.Stop(ORIGIN));
    COMMANDS.put("reboot SOFT", new UserCommand.Reboot(ORIGIN, true));
    COMMANDS.put("reboot HARD", new UserCommand.Reboot(ORIGIN, false));
    COMMANDS.put("rename", new UserCommand.Rename(ORIGIN, "another name"));
    COMMANDS.put("delete", new UserCommand.Delete(ORIGIN));
  }

  @Test
  void thePageSaysWhatTheCodeDoes() throws IOException {
    var page = page();

    if (Boolean.getBoolean("troupe.update")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).hasContent(page);
  }

  private static String page() {
    var page = new StringBuilder(INTRODUCTION);
    var head = new StringJoiner(" | ", "| ", " |\n").add("vm_state").add("in progress");
    COMMANDS.keySet().forEach(head::add);
    page.append(head).append("|---".repeat(COMMANDS.size() + 2)).append("|\n");
    for (VmState vmState : VmState.values()) {
      for (var inProgress : inProgress(vmState)) {
        var row = new StringJoiner(" | ", "| ", " |\n");
        row.add(vmState.word()).add(inProgress.map(LegalityTest::name).orElse("–"));
        COMMANDS.values().forEach(command -> row.add(cell(vmState, inProgress, command)));
        page.append(row);
      }
    }
    return page.toString();
  }

  private static List<Optional<OperationKind>> inProgress(VmState vmState) {
    return vmState == VmState.DELETED
        ? List.of(Optional.empty())
        : Stream.concat(
                Stream.of(Optional.<OperationKind>empty()),
                Stream.of(OperationKind.values()).map(Optional::of))
            .toList();
  }

  private static String name(OperationKind kind) {
    return switch (kind) {
      case BOOT -> "boot";
      case DELETE -> "delete";
      case START -> "start";
      case STOP -> "stop";
      case REBOOT_SOFT -> "reboot SOFT";
      case REBOOT_HARD -> "reboot HARD";
    };
  }

  private static String cell(
      VmState vmState, Optional<OperationKind> inProgress, UserCommand command) {
    var decision =
        state(vmState, inProgress).decide(command, Examples.NOW, OperationSettings.DEFAULT);
    return switch (decision) {
      case Decision.Accept(var events) when events.isEmpty() -> "already";
      case Decision.Accept _ -> inProgress.isPresent() && !isRename(command) ? "breaks off" : "yes";
      case Decision.Reject(Rejection.NotFound _) -> "404";
      case Decision.Reject(Rejection.WrongState wrong) -> "409 " + wrong.attribute();
      case Decision.Reject(Rejection.NotReady _) -> "409 no host";
      case Decision.Reject(var other) -> throw new AssertionError(other);
      case Decision.AskAgain again -> throw new AssertionError(again);
    };
  }

  private static boolean isRename(UserCommand command) {
    return command instanceof UserCommand.Rename;
  }

  /** On a host, except that an instance in error is on none: only a failed boot leads there. */
  private static InstanceState state(VmState vmState, Optional<OperationKind> inProgress) {
    var from = Life.active().state();
    var onHost = vmState != VmState.ERROR;
    var operation =
        inProgress.map(
            kind ->
                Operation.begin(
                        new OperationId("req-running"),
                        kind,
                        Examples.NOW.plusSeconds(60),
                        todo(kind))
                    .onHost(from.host()));
    return new InstanceState(
        from.id(),
        from.phase(),
        from.refusal(),
        from.request(),
        vmState,
        from.power(),
        onHost ? from.host() : Optional.empty(),
        from.zone(),
        from.generation(),
        from.nics(),
        from.fault(),
        from.createdAt(),
        from.updatedAt(),
        from.launchedAt(),
        from.terminatedAt(),
        operation,
        from.trails());
  }

  private static List<Step> todo(OperationKind kind) {
    return switch (kind) {
      case BOOT -> List.of(Step.of(StepKind.SPAWN));
      case DELETE -> Delete.steps(true, Examples.boot(1));
      case START, STOP, REBOOT_SOFT, REBOOT_HARD -> Power.steps(kind);
    };
  }

  private static final String INTRODUCTION =
      """
      # States and commands

      What an instance says to each command, by its resting state (`vm_state`) and the operation in progress. This page is
      written by a test from the code, `LegalityTest`; it cannot go stale. To change it, change the code and run the test with
      `-Dtroupe.update=true`.

      | answer | meaning |
      |---|---|
      | yes | accepted |
      | breaks off | accepted; the operation in progress ends there |
      | already | accepted, nothing to do: that operation is in progress |
      | 404 | there is no such instance (any more) |
      | 409 vm_state | not legal in this resting state |
      | 409 task_state | another operation is in progress |
      | 409 no host | the instance is on no host |

      An instance in `error` is on no host: only a boot that failed leads there. Nova's order of checks is kept: `vm_state`,
      then `task_state`.

      """;
}
