package io.troupe.node;

import io.troupe.actors.Entities;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.core.journal.Journal;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
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

  /** Returns at once; tries until the journal can be read. */
  void since(Instant since) {
    var woken = new AtomicInteger();
    var again = RestartSettings.create(Duration.ofSeconds(1), Duration.ofSeconds(10), 0.2);
    RestartSource.onFailuresWithBackoff(
            again,
            () -> journal.writtenSince(system, InstanceActor.KEY.name(), InstanceActor.TAG, since))
        .filter(one -> !index.knows(id(one), one.sequenceNr()))
        .map(LastWords::id)
        .runWith(
            Sink.foreach(
                id -> {
                  woken.incrementAndGet();
                  entities.instance(id).tell(new InstanceActor.Wake());
                }),
            system)
        .thenAccept((Done _) -> told(since, woken.get()));
  }

  private static void told(Instant since, int woken) {
    if (woken > 0) {
      LOG.info(
          "a node has ended: {} instances were woken that it may have changed since {}",
          woken,
          since);
    }
  }

  private static InstanceId id(Journal.Written written) {
    var id = written.persistenceId();
    return new InstanceId(UUID.fromString(id.substring(id.indexOf('|') + 1)));
  }
}
