package io.troupe.actors.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.view.InstanceIndex.Entry;
import io.troupe.actors.view.InstanceIndex.Running;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class InstanceIndexTest {
  private static final InstanceId ID = new InstanceId(new UUID(0, 1));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Optional<Running> BOOT =
      Optional.of(new Running(OperationId.fresh(), OperationKind.BOOT, NOW.plusSeconds(600)));

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
}
