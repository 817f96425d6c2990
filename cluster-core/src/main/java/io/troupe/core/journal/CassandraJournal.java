package io.troupe.core.journal;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.JournalSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.cassandra.KeyspaceAndTableStatements;
import org.apache.pekko.persistence.cassandra.PluginSettings;
import org.apache.pekko.persistence.cassandra.query.javadsl.CassandraReadJournal;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.connectors.cassandra.javadsl.CassandraSessionRegistry;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The journal in Cassandra, for many nodes and no single point of failure.
 *
 * <p>The past is read entity by entity and not by tag: an event is written before its tags, so of a
 * process that died in between the tags know nothing; and a tagged query stays behind and walks
 * through every hour since the first (ADR 10).
 */
public final class CassandraJournal implements Journal {
  private static final String PLUGIN = "pekko.persistence.cassandra";

  /** Entities read at once; a node of Cassandra has some dozens of threads for reads. */
  private static final int READ_AT_ONCE = 64;

  private static final int CONNECT_PATIENCE_MILLIS = 5_000;

  /** A table takes seconds on a busy ring: all nodes have to agree. */
  private static final Duration STATEMENT_PATIENCE = Duration.ofSeconds(60);

  private final JournalSettings settings;

  CassandraJournal(JournalSettings settings) {
    this.settings = settings;
  }

  @Override
  public Config config() {
    var cassandra = settings.cassandra();
    var replication = List.of(cassandra.localDatacenter() + ":" + cassandra.replicationFactor());
    var keys = new HashMap<String, Object>();
    keys.put(PLUGIN + ".journal.keyspace", cassandra.keyspace());
    keys.put(PLUGIN + ".journal.data-center-replication-factors", replication);
    keys.put(PLUGIN + ".snapshot.keyspace", cassandra.snapshotKeyspace());
    keys.put(PLUGIN + ".snapshot.data-center-replication-factors", replication);
    keys.put(PLUGIN + ".events-by-tag.first-time-bucket", cassandra.firstTimeBucket());
    keys.put(
        PLUGIN + ".events-by-tag.eventual-consistency-delay",
        Duration.ofMillis(cassandra.eventualConsistencyMillis()));
    keys.put("datastax-java-driver.basic.contact-points", cassandra.contactPoints());
    keys.put(
        "datastax-java-driver.basic.load-balancing-policy.local-datacenter",
        cassandra.localDatacenter());
    if (!cassandra.user().isEmpty()) {
      var auth = "datastax-java-driver.advanced.auth-provider.";
      keys.put(auth + "class", "PlainTextAuthProvider");
      keys.put(auth + "username", cassandra.user());
      keys.put(auth + "password", cassandra.password().value());
    }
    keys.put(ReplayFilter.KEY, settings.replayFilter());
    return ConfigFactory.parseMap(keys)
        .withFallback(ConfigFactory.parseResources("troupe-journal-cassandra.conf"));
  }

  @Override
  public Optional<String> readJournalId() {
    return Optional.of(CassandraReadJournal.Identifier());
  }

  @Override
  public void prepare(ActorSystem<?> system) throws JournalUnavailable {
    var session = session(system);
    var plugin = PluginSettings.apply(system.classicSystem());
    var journal = plugin.journalSettings();
    var keyspace = settings.cassandra().keyspace();
    var snapshots = settings.cassandra().snapshotKeyspace();
    var missing = new ArrayList<String>();
    missing.addAll(
        missing(
            session,
            keyspace,
            List.of(
                journal.table(),
                journal.metadataTable(),
                journal.allPersistenceIdsTable(),
                plugin.eventsByTagSettings().tagTable().name(),
                "tag_write_progress",
                "tag_scanning")));
    missing.addAll(missing(session, snapshots, List.of(plugin.snapshotSettings().table())));
    if (!missing.isEmpty()) {
      throw new JournalUnavailable(
          "Cassandra at "
              + String.join(", ", settings.cassandra().contactPoints())
              + " has no table "
              + String.join(", ", missing)
              + "; make the schema with './troupe schema apply --config FILE'");
    }
  }

  private List<String> missing(CqlSession session, String keyspace, List<String> tables)
      throws JournalUnavailable {
    try {
      var there =
          Set.copyOf(
              session
                  .execute(
                      SimpleStatement.newInstance(
                          "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?",
                          keyspace))
                  .map(row -> row.getString("table_name"))
                  .all());
      return tables.stream()
          .filter(table -> !there.contains(table))
          .map(table -> keyspace + "." + table)
          .toList();
    } catch (DriverException e) {
      throw unavailable(e);
    }
  }

  /** The plug-in's own statements, one after the other, each agreed on by all nodes that are up. */
  @Override
  public void applySchema(ActorSystem<?> system) throws JournalUnavailable {
    var session = session(system);
    var classic = system.classicSystem();
    var statements = new KeyspaceAndTableStatements(system, PLUGIN, PluginSettings.apply(classic));
    var all = new ArrayList<String>();
    all.add(statements.createJournalKeyspaceStatement());
    all.addAll(statements.getCreateJournalTablesStatements());
    all.add(statements.createSnapshotKeyspaceStatement());
    all.addAll(statements.getCreateSnapshotTablesStatements());
    try {
      for (var statement : all) {
        var result =
            session.execute(SimpleStatement.newInstance(statement).setTimeout(STATEMENT_PATIENCE));
        if (!result.getExecutionInfo().isSchemaInAgreement()) {
          throw new JournalUnavailable(
              "the nodes of Cassandra do not agree on the schema; wait until all are up, then"
                  + " repeat");
        }
      }
    } catch (DriverException e) {
      throw unavailable(e);
    }
  }

  /** The plug-in's session: made by whoever asks first, shared, closed with the actor system. */
  private CqlSession session(ActorSystem<?> system) throws JournalUnavailable {
    requireSomebodyListens();
    try {
      return CassandraSessionRegistry.get(system)
          .sessionFor(PLUGIN)
          .underlying()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw unavailable(e.getCause());
    }
  }

  /** Of many words the driver has for it, those that name the reason. */
  private JournalUnavailable unavailable(Throwable cause) {
    var reason =
        cause instanceof AllNodesFailedException all
            ? all.getAllErrors().values().stream()
                .<Throwable>map(List::getFirst)
                .findFirst()
                .orElse(cause)
            : cause;
    return new JournalUnavailable(
        "cannot use Cassandra at " + String.join(", ", settings.cassandra().contactPoints()),
        reason);
  }

  /** Before the driver tries, which tells its fruitless attempts at length. */
  private void requireSomebodyListens() throws JournalUnavailable {
    IOException last = null;
    for (var point : settings.cassandra().contactPoints()) {
      var address = URI.create("cql://" + point);
      try (var socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_PATIENCE_MILLIS);
        return;
      } catch (IOException e) {
        last = e;
      }
    }
    throw unavailable(last);
  }

  @Override
  public Source<EventEnvelope, NotUsed> history(
      ActorSystem<?> system, String entityType, String tag) {
    var journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(CassandraReadJournal.class, CassandraReadJournal.Identifier());
    return journal
        .currentPersistenceIds()
        .filter(id -> id.startsWith(entityType + "|"))
        .flatMapMerge(
            READ_AT_ONCE, id -> journal.currentEventsByPersistenceId(id, 0, Long.MAX_VALUE));
  }

  /**
   * By tag, from the hour of {@code since} on. Of an event whose writer died before it had written
   * the tag too nothing is known here, until its entity wakes up or a node starts.
   */
  @Override
  public Source<Written, NotUsed> writtenSince(
      ActorSystem<?> system, String entityType, String tag, Instant since) {
    var journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(CassandraReadJournal.class, CassandraReadJournal.Identifier());
    return journal
        .currentEventsByTag(tag, journal.timeBasedUUIDFrom(since.toEpochMilli()))
        .map(envelope -> new Written(envelope.persistenceId(), envelope.sequenceNr()));
  }
}
