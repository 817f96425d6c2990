package io.troupe.config;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * Where events and snapshots are kept. Only the section of the chosen profile is read with its
 * password.
 *
 * @param replayFilter what a recovery does with events of two writers: {@code fail} or {@code
 *     repair-by-discard-old}
 * @param embeddedSync whether the embedded journal acknowledges only what has reached the disk
 */
public record JournalSettings(
    Profile profile,
    String replayFilter,
    boolean embeddedSync,
    Postgres postgres,
    Cassandra cassandra) {

  /** One for a machine alone, two for a cluster. */
  public enum Profile {
    EMBEDDED,
    POSTGRES,
    CASSANDRA
  }

  /**
   * @param url a JDBC URL without credentials
   * @param connections how many this node may hold
   */
  public record Postgres(String url, String user, Secret password, int connections) {
    public Postgres {
      require(
          url.startsWith("jdbc:postgresql:"),
          "troupe.journal.postgres.url must begin with jdbc:postgresql:");
      require(
          !url.contains("password="),
          "troupe.journal.postgres.url must not hold the password; use password-file or"
              + " TROUPE_POSTGRES_PASSWORD");
      require(
          connections >= 1 && connections <= 1000,
          "troupe.journal.postgres.connections must be 1 to 1000, was " + connections);
    }
  }

  /**
   * @param contactPoints host:port of some nodes; the driver learns of the others from them
   * @param user empty: no authentication
   * @param firstTimeBucket hour (UTC) before which nothing was tagged, as {@code yyyyMMdd'T'HH:mm}
   * @param eventualConsistencyMillis ms that tagged queries stay behind
   */
  public record Cassandra(
      List<String> contactPoints,
      String localDatacenter,
      int replicationFactor,
      String keyspace,
      String snapshotKeyspace,
      String user,
      Secret password,
      String firstTimeBucket,
      long eventualConsistencyMillis) {
    public Cassandra {
      contactPoints = List.copyOf(contactPoints);
      require(
          !contactPoints.isEmpty(), "troupe.journal.cassandra.contact-points must not be empty");
      contactPoints.forEach(Cassandra::requireHostAndPort);
      require(
          replicationFactor >= 1 && replicationFactor <= 9,
          "troupe.journal.cassandra.replication-factor must be 1 to 9, was " + replicationFactor);
      requireKeyspace("keyspace", keyspace);
      requireKeyspace("snapshot-keyspace", snapshotKeyspace);
      require(
          !keyspace.equals(snapshotKeyspace),
          "troupe.journal.cassandra.keyspace and snapshot-keyspace must differ");
      try {
        LocalDateTime.parse(firstTimeBucket, DateTimeFormatter.ofPattern("yyyyMMdd'T'HH:mm"));
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(
            "troupe.journal.cassandra.first-time-bucket must look like 20260101T00:00, was "
                + firstTimeBucket,
            e);
      }
    }

    private static void requireHostAndPort(String point) {
      URI uri;
      try {
        uri = URI.create("cql://" + point);
      } catch (IllegalArgumentException e) {
        uri = URI.create("cql://nothing");
      }
      require(
          uri.getHost() != null && uri.getPort() > 0 && uri.getPort() < 65_536,
          "troupe.journal.cassandra.contact-points must be HOST:PORT, was " + point);
    }

    /** Lower case: Cassandra folds an unquoted name, and then it would be another one. */
    private static void requireKeyspace(String key, String name) {
      require(
          name.matches("[a-z][a-z0-9_]{0,47}"),
          "troupe.journal.cassandra."
              + key
              + " must be a lower-case letter, then up to 47 of a-z, 0-9 and _, was "
              + name);
    }
  }

  public JournalSettings {
    require(
        replayFilter.equals("fail") || replayFilter.equals("repair-by-discard-old"),
        "troupe.journal.replay-filter must be fail or repair-by-discard-old, was " + replayFilter);
  }

  /**
   * Reads the section {@code troupe.journal}.
   *
   * @throws IllegalArgumentException in one line, when a value or a password file cannot be used
   */
  static JournalSettings of(Config journal) {
    var profile = profile(journal.getString("profile"));
    var postgres = journal.getConfig("postgres");
    var cassandra = journal.getConfig("cassandra");
    return new JournalSettings(
        profile,
        journal.getString("replay-filter"),
        journal.getBoolean("embedded.sync"),
        new Postgres(
            postgres.getString("url"),
            postgres.getString("user"),
            profile == Profile.POSTGRES ? password(postgres) : Secret.NONE,
            postgres.getInt("connections")),
        new Cassandra(
            cassandra.getStringList("contact-points"),
            cassandra.getString("local-datacenter"),
            cassandra.getInt("replication-factor"),
            cassandra.getString("keyspace"),
            cassandra.getString("snapshot-keyspace"),
            cassandra.getString("user"),
            profile == Profile.CASSANDRA ? password(cassandra) : Secret.NONE,
            cassandra.getString("first-time-bucket"),
            cassandra.getDuration("eventual-consistency-delay").toMillis()));
  }

  private static Profile profile(String name) {
    return switch (name) {
      case "embedded" -> Profile.EMBEDDED;
      case "postgres" -> Profile.POSTGRES;
      case "cassandra" -> Profile.CASSANDRA;
      default ->
          throw new IllegalArgumentException(
              "troupe.journal.profile must be embedded, postgres or cassandra, was " + name);
    };
  }

  private static Secret password(Config section) {
    var file = section.getString("password-file");
    if (file.isEmpty()) {
      return new Secret(section.getString("password"));
    }
    try {
      return new Secret(Files.readString(Path.of(file)).strip());
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the password file " + file, e);
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
