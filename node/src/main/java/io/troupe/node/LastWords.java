package io.troupe.node;

import io.troupe.actors.Entities;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.core.journal.Journal;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.RestartSettings;
import org.apache.pekko.stream.javadsl.RestartSource;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node that has ended did last: it may have acknowledged requests that no other index has
 * heard of. The journal has, and the instances are woken: they go on with what they were doing, and
 * all indexes hear of them.
 */
final class LastWords {
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);

  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final int TIMES = 20;

  private final ActorSystem<?> system;
  private final Journal journal;
  private final InstanceIndex index;
  private final Entities entities;

  LastWords(ActorSystem<?> system, Journal journal, InstanceIndex index, Entities entities) {
    this.system = system;
    this.journal = journal;
    this.index = index;
    this.entities = entities;
  }

  /**
   * Returns at once; tries until the journal can be read. Done when this index knows all, or there
   * is nothing to wait for any more.
   */
  CompletionStage<Done> since(Instant since) {
    return RestartSource.onFailuresWithBackoff(
            RestartSettings.create(Duration.ofSeconds(1), Duration.ofSeconds(10), 0.2),
            () -> journal.writtenSince(system, InstanceActor.KEY.name(), InstanceActor.TAG, since))
        .runWith(Sink.seq(), system)
        .thenCompose(written -> wake(written, since, 1));
  }

  /**
   * Again and again until their states are here: a shard of the node that has ended may not have
   * its new place yet, and what is sent there is lost. An instance that had only begun to ask for
   * its quota may come to nothing.
   */
  private CompletionStage<Done> wake(List<Journal.Written> written, Instant since, int time) {
    var unknown = written.stream().filter(one -> !index.knows(id(one), one.sequenceNr())).toList();
    if (time == 1 && !unknown.isEmpty()) {
      LOG.info(
          "a node has ended: {} instances are woken that it may have changed since {}",
          unknown.size(),
          since);
    }
    unknown.forEach(one -> entities.instance(id(one)).tell(new InstanceActor.Wake()));
    return unknown.isEmpty() || time == TIMES
        ? CompletableFuture.completedFuture(Done.getInstance())
        : Patterns.after(PAUSE, system.classicSystem(), () -> wake(unknown, since, time + 1));
  }

  private static InstanceId id(Journal.Written written) {
    return InstanceActor.idOf(written.persistenceId());
  }
}
