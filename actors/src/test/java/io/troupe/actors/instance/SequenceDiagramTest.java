package io.troupe.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SequenceDiagramTest {
  @Test
  void aSpawnThatFailsAndGoesToAnotherHost() {
    var life =
        Life.atSpawn()
            .gets(Life.failure(DriverFailure.Kind.HOST_FAULT))
            .gets(new StepOutcome.Guest(false, PowerState.NOSTATE))
            .gets(new StepOutcome.Done(""))
            .gets(new StepOutcome.Claimed("zone-1"))
            .gets(new StepOutcome.Guest(true, PowerState.RUNNING));

    var text = new SequenceDiagram(life.state().trails().getFirst(), true).text();

    assertThat(text)
        .startsWith("sequenceDiagram\n  actor user as user\n")
        .contains("  participant host1 as Host 1\n", "  participant host2 as Host 2\n")
        .contains("  driver1--xhost1: failed\n  host1--xinstance: failed\n")
        .contains("  host1->>driver1: destroy\n")
        .contains("  driver2-->>host2: done\n")
        .endsWith("  instance-->>user: done\n");
  }

  @Test
  void whatSomebodyWroteDoesNotBecomeGrammar() {
    var step =
        new OperationTrail.Step(
            "spawn", Examples.NOW, Examples.NOW, false, "h;1", "the end;\nA->>B: #x %% y", "spawn");
    var trail =
        new OperationTrail(
            new OperationId("req-1"),
            "create",
            "bob#\nNote over x: y",
            "p",
            Examples.NOW,
            Examples.NOW,
            Optional.of(Instant.MAX.minusSeconds(1)).map(_ -> Examples.NOW),
            Optional.of("it; broke"),
            List.of(step));

    var text = new SequenceDiagram(trail, false).text();

    assertThat(text.lines())
        .allSatisfy(
            line ->
                assertThat(line.replaceAll("#\\d+;", ""))
                    .matches(
                        "sequenceDiagram|  (actor|participant) \\w+ as [^;#]*|"
                            + "  \\w+(->>|-->>|--x)\\w+: [^;#]*"));
    assertThat(text).contains("the (end)").doesNotContain("%%");
  }

  @Test
  void whatIsDoneAtOnceIsANote() {
    var life = Life.active().does(new UserCommand.LockIt(Examples.origin("l"), Optional.empty()));

    assertThat(new SequenceDiagram(life.state().trails().getLast(), true).text())
        .contains("  Note over instance: lock\n");
  }
}
