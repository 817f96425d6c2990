package io.troupe.core.journal;

import com.typesafe.config.Config;
import io.troupe.config.JournalSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The store of all events and snapshots. What it acknowledged survives the death of any process.
 *
 * <p>Of two writers of one entity, the JDBC profiles refuse the later with the same sequence
 * number; Cassandra stores both, and the entity's next recovery fails (ADR 10).
 */
public sealed interface Journal permits EmbeddedJournal, PostgresJournal, CassandraJournal {

  /**
   * The journal of the chosen profile. Nothing is opened, and the classes of the other profiles are
   * not loaded: Cassandra's driver alone would cost a second of a start.
   *
   * @param dataDir where the embedded journal keeps its files
   */
  static Journal of(JournalSettings settings, Path dataDir) {
    return switch (settings.profile()) {
      case EMBEDDED -> new EmbeddedJournal(settings, dataDir);
      case POSTGRES -> new PostgresJournal(settings);
      case CASSANDRA -> new CassandraJournal(settings);
    };
  }

  /** Plug-ins and addresses, for the actor system; holds the password. */
  Config config();

  /**
   * The read journal for live queries by tag, as {@code PersistenceQuery} wants it. The embedded
   * journal has none: its history is read by type of entity.
   */
  Optional<String> readJournalId();

  /**
   * Makes sure that the schema is there, before anything is persisted; blocks. The embedded journal
   * makes its tables itself.
   *
   * @throws JournalUnavailable when the database cannot be reached, or has no schema yet
   */
  void prepare(ActorSystem<?> system) throws JournalUnavailable;

  /**
   * Makes what is missing of the schema, and blocks until it is there. May be repeated; never at
   * two nodes at once.
   *
   * @throws JournalUnavailable when the database cannot be reached, or refuses
   */
  void applySchema(ActorSystem<?> system) throws JournalUnavailable;

  /**
   * All events of one type of entity that were acknowledged before the call, then the end. In order
   * for each entity; between entities in any order. May also show events that were written but
   * never acknowledged.
   *
   * @param entityType what stands before the {@code |} of the persistence id
   * @param tag what the entities tag each of their events with
   */
  Source<EventEnvelope, NotUsed> history(ActorSystem<?> system, String entityType, String tag);

  /**
   * Which entities of a type were written to since a time, by any node, each with the number of its
   * last event; some more may be among them. For when a node has ended and the others want to know
   * what it did last; the embedded journal has one node only, which knows.
   *
   * @param since by the clock of who wrote, so with a margin
   */
  Source<Written, NotUsed> writtenSince(
      ActorSystem<?> system, String entityType, String tag, Instant since);

  /**
   * @param persistenceId {@code TYPE|ID}
   * @param sequenceNr of an event of it, from 1
   */
  record Written(String persistenceId, long sequenceNr) {}
}
