package io.troupe.core.journal;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.query.scaladsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The past of the JDBC profiles: tags are in the transaction of their event, so one query does.
 *
 * <p>Each reading has a read journal of its own, which ends with it. The one that Pekko keeps for
 * everybody goes on asking the database several times a second for rows that nobody waits for.
 */
final class TaggedHistory {
  private static final String SETTINGS = "troupe-history";
  private static final AtomicLong READINGS = new AtomicLong();

  private TaggedHistory() {}

  static Source<EventEnvelope, NotUsed> read(ActorSystem<?> system, String tag) {
    return Source.lazySource(() -> reading(system, tag))
        .mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  private static Source<EventEnvelope, NotUsed> reading(ActorSystem<?> system, String tag) {
    var name = SETTINGS + "-" + READINGS.incrementAndGet(); // of an actor: no two at a time
    var journal =
        new JdbcReadJournal(
            system.settings().config().getConfig(SETTINGS),
            name,
            (ExtendedActorSystem) system.classicSystem());
    return new org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal(journal)
        .currentEventsByTag(tag, Offset.noOffset())
        .watchTermination(
            (nothing, ended) -> {
              ended.whenComplete(
                  (_, _) ->
                      journal
                          .journalSequenceActor()
                          .tell(PoisonPill.getInstance(), ActorRef.noSender()));
              return nothing;
            });
  }
}
