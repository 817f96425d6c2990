package io.troupe.node;

import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.InstanceEvent;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.core.journal.Journal;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the index of instances from the journal, before anybody may ask for a list. */
final class IndexRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(IndexRecovery.class);

  /** A database that shows no event for so long does not answer. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private static final int TELL_EVERY = 100_000;

  private record Restored(InstanceState state, long sequenceNr) {}

  private final Map<String, Restored> instances = new HashMap<>();
  private long events;

  /**
   * Completes with the number of instances; fails when the past cannot be read. Meanwhile instances
   * may change: the index keeps whatever is newer.
   */
  static CompletionStage<Integer> run(ActorSystem<?> system, Journal journal, InstanceIndex index) {
    var recovery = new IndexRecovery();
    return journal
        .history(system, InstanceActor.KEY.name(), InstanceActor.TAG)
        .idleTimeout(SILENCE)
        .runForeach(recovery::take, system)
        .thenApply(_ -> recovery.fill(index));
  }

  private void take(EventEnvelope envelope) {
    var event = (InstanceEvent) envelope.event();
    events++;
    if (events % TELL_EVERY == 0) {
      LOG.info("index: {} events of {} instances read", events, instances.size());
    }
    instances.compute(
        envelope.persistenceId(),
        (persistenceId, known) -> {
          if (known != null && known.sequenceNr >= envelope.sequenceNr()) {
            return known; // written twice (ADR 10): whoever looks after the entity decides, not we
          }
          var before =
              known == null ? InstanceState.absent(InstanceActor.idOf(persistenceId)) : known.state;
          return new Restored(before.evolve(event), envelope.sequenceNr());
        });
  }

  private int fill(InstanceIndex index) {
    instances.values().stream()
        .sorted(Comparator.comparing(one -> one.state.updatedAt()))
        .forEach(one -> index.restore(one.state, one.sequenceNr));
    return instances.size();
  }
}
