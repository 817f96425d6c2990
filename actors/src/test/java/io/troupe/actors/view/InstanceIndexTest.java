package io.troupe.actors.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.view.InstanceIndex.Entry;
import io.troupe.actors.view.InstanceIndex.Running;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class InstanceIndexTest {
  private static final InstanceId ID = new InstanceId(new UUID(0, 1));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Optional<Running> BOOT =
      Optional.of(new Running(OperationId.fresh(), OperationKind.BOOT, NOW.plusSeconds(600)));

  static final InstanceView VIEW =
      new InstanceView(
          ID,
          5,
          Examples.boot(0),
          VmState.STOPPED,
          Optional.empty(),
          PowerState.SHUTDOWN,
          Optional.of(Examples.H1),
          Optional.of("east"),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          NOW,
          NOW,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          List.of());

  private final InstanceIndex index = new InstanceIndex(10);

  private static Entry entry(long version, Optional<Running> running) {
    return new Entry(ID, version, Optional.empty(), true, running, NOW);
  }

  @Test
  void theOperationIsTakenFromALaterEntryOfTheSameVersion() {
    index.put(entry(5, Optional.empty()));
    index.put(entry(5, BOOT));

    assertThat(index.busy()).extracting(Entry::running).containsExactly(BOOT);
  }

  @Test
  void anEntryThatTellsLessDoesNotReplaceOneOfItsVersion() {
    index.put(entry(5, BOOT));
    index.put(entry(5, Optional.empty()));
    index.put(entry(4, Optional.empty()));

    assertThat(index.busy()).extracting(Entry::running).containsExactly(BOOT);
  }

  @Test
  void whatIsNotBusyAnyMoreIsLeftOut() {
    index.put(entry(5, BOOT));
    index.put(new Entry(ID, 6, Optional.empty(), false, Optional.empty(), NOW));

    assertThat(index.busy()).isEmpty();
  }

  @Test
  void whatAnotherNodeHasWrittenIsReadWhenItIsWanted() {
    var reads = new AtomicInteger();
    var written = new Shown.Written("p", VmState.STOPPED, false, new byte[] {7});
    Function<byte[], InstanceView> reader =
        bytes -> {
          assertThat(bytes).containsExactly(7);
          reads.incrementAndGet();
          return VIEW;
        };
    var shown = Optional.of(Shown.of(written, reader));
    index.put(new Entry(ID, 5, shown, false, Optional.empty(), NOW));
    index.shelved(NOW);
    index.softDeleted(NOW);
    index.resized(NOW);
    assertThat(index.changedAfter(NOW.minusSeconds(1)))
        .extracting(entry -> entry.shown().orElseThrow().written(_ -> new byte[0]))
        .containsExactly(written);
    assertThat(reads).hasValue(0);

    assertThat(index.ofProject("p")).containsExactly(VIEW);
    assertThat(index.find(ID)).contains(VIEW);
    assertThat(index.all()).containsExactly(VIEW);
    assertThat(reads).hasValue(1);
  }
}
