package io.troupe.core.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.JournalSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/** The journal in a PostgreSQL database, for a few nodes. */
public final class PostgresJournal implements Journal {
  private static final String DDL = "schema/postgres/postgres-create-schema.sql";
  private static final List<String> TABLES = List.of("event_journal", "event_tag", "snapshot");

  /** "duplicate_table", which PostgreSQL also says of an index. Source: its error code table. */
  private static final String EXISTS_ALREADY = "42P07";

  /** Any number will do, as long as every release takes the same: "troupe" in ASCII. */
  private static final long SCHEMA_LOCK = 0x74726f757065L;

  /** The plug-in's table from its end backwards: as many rows as were written since. */
  private static final String WRITTEN_SINCE =
      """
      SELECT persistence_id, MAX(sequence_number) FROM event_journal
      WHERE persistence_id LIKE ? AND ordering > COALESCE(
        (SELECT ordering FROM event_journal WHERE write_timestamp < ? ORDER BY ordering DESC LIMIT 1), 0)
      GROUP BY persistence_id""";

  private final JournalSettings settings;

  PostgresJournal(JournalSettings settings) {
    this.settings = settings;
  }

  @Override
  public Config config() {
    var postgres = settings.postgres();
    var db = "pekko-persistence-jdbc.shared-databases.slick.db.";
    return ConfigFactory.parseMap(
            Map.of(
                db + "url",
                postgres.url(),
                db + "user",
                postgres.user(),
                db + "password",
                postgres.password().value(),
                db + "numThreads",
                postgres.connections(),
                db + "maxConnections",
                postgres.connections(),
                ReplayFilter.KEY,
                settings.replayFilter()))
        .withFallback(ConfigFactory.parseResources("troupe-journal-postgres.conf"));
  }

  @Override
  public Optional<String> readJournalId() {
    return Optional.of(JdbcReadJournal.Identifier());
  }

  @Override
  public void prepare(ActorSystem<?> system) throws JournalUnavailable {
    try (var connection = connect()) {
      var missing = new ArrayList<String>();
      try (var find = connection.prepareStatement("SELECT to_regclass(?) IS NULL")) {
        for (var table : TABLES) {
          find.setString(1, table);
          try (var found = find.executeQuery()) {
            found.next();
            if (found.getBoolean(1)) {
              missing.add(table);
            }
          }
        }
      }
      if (!missing.isEmpty()) {
        throw new JournalUnavailable(
            "the database "
                + settings.postgres().url()
                + " has no table "
                + String.join(", ", missing)
                + "; make the schema with './troupe schema apply --config FILE'");
      }
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  /**
   * The plug-in's own statements, one by one: it makes an index concurrently, which cannot be part
   * of a transaction. The lock keeps a second caller out; it is not waited for, since a waiter's
   * snapshot would stop that index.
   */
  @Override
  public void applySchema(ActorSystem<?> system) throws JournalUnavailable {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      if (!lock(connection)) {
        throw new JournalUnavailable("somebody else is making the schema at this moment");
      }
      for (var line : statements()) {
        try {
          statement.execute(line);
        } catch (SQLException e) {
          if (!EXISTS_ALREADY.equals(e.getSQLState())) {
            throw e;
          }
        }
      }
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  private static boolean lock(Connection connection) throws SQLException {
    try (var ask = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      ask.setLong(1, SCHEMA_LOCK);
      try (var answer = ask.executeQuery()) {
        answer.next();
        return answer.getBoolean(1);
      }
    }
  }

  private static List<String> statements() {
    try (var script = JdbcReadJournal.class.getClassLoader().getResourceAsStream(DDL)) {
      if (script == null) {
        throw new IllegalStateException("pekko-persistence-jdbc holds no " + DDL);
      }
      var text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split(";"))
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", settings.postgres().user());
    properties.setProperty("password", settings.postgres().password().value());
    properties.setProperty("ApplicationName", "troupe");
    properties.setProperty("connectTimeout", "5");
    return DriverManager.getConnection(settings.postgres().url(), properties);
  }

  private JournalUnavailable unavailable(SQLException e) {
    return new JournalUnavailable("cannot use the database " + settings.postgres().url(), e);
  }

  @Override
  public Source<EventEnvelope, NotUsed> history(
      ActorSystem<?> system, String entityType, String tag) {
    return TaggedHistory.read(system, tag);
  }

  @Override
  public Source<Written, NotUsed> writtenSince(
      ActorSystem<?> system, String entityType, String tag, Instant since) {
    return Source.lazyCompletionStage(
            () -> {
              var read = new CompletableFuture<List<Written>>();
              Thread.ofVirtual()
                  .name("written-since")
                  .start(
                      () -> {
                        try {
                          read.complete(readWrittenSince(entityType, since));
                        } catch (SQLException e) {
                          read.completeExceptionally(unavailable(e));
                        }
                      });
              return read.thenApply(Source::from);
            })
        .flatMapConcat(all -> all)
        .mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  private List<Written> readWrittenSince(String entityType, Instant since) throws SQLException {
    try (var connection = connect();
        var ask = connection.prepareStatement(WRITTEN_SINCE)) {
      ask.setString(1, entityType + "|%");
      ask.setLong(2, since.toEpochMilli());
      ask.setQueryTimeout(60);
      try (var rows = ask.executeQuery()) {
        var all = new ArrayList<Written>();
        while (rows.next()) {
          all.add(new Written(rows.getString(1), rows.getLong(2)));
        }
        return all;
      }
    }
  }
}
