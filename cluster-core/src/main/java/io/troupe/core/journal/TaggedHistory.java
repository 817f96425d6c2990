package io.troupe.core.journal;

import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByTagQuery;
import org.apache.pekko.stream.javadsl.Source;

/** The past of the JDBC profiles: tags are in the transaction of their event, so one query does. */
final class TaggedHistory {
  private TaggedHistory() {}

  static Source<EventEnvelope, NotUsed> read(ActorSystem<?> system, String tag) {
    return PersistenceQuery.get(system)
        .getReadJournalFor(CurrentEventsByTagQuery.class, "troupe-history")
        .currentEventsByTag(tag, Offset.noOffset());
  }
}
