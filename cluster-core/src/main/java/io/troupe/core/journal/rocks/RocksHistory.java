package io.troupe.core.journal.rocks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.NoOffset;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.stream.javadsl.Source;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/** All events of one type of entity: their keys stand together. */
public final class RocksHistory {
  private RocksHistory() {}

  /** A reader and its bounds, closed together. */
  private record Reader(ReadOptions options, RocksIterator rows) {}

  /**
   * @param entityType what stands before the {@code |} of the persistence id
   */
  public static Source<EventEnvelope, NotUsed> of(ActorSystem<?> system, String entityType) {
    var store = RocksStore.ID.get(system.classicSystem());
    var serialization = SerializationExtension.get(system.classicSystem());
    var prefix = (entityType + "|").getBytes(StandardCharsets.UTF_8);
    return Source.unfoldResource(
        () -> {
          var options = new ReadOptions();
          var rows = store.db().newIterator(store.events(), options);
          rows.seek(prefix);
          return new Reader(options, rows);
        },
        reader -> {
          var rows = reader.rows;
          if (!rows.isValid() || !startsWith(rows.key(), prefix)) {
            rows.status();
            return Optional.empty();
          }
          var key = rows.key();
          var record = Record.read(rows.value());
          rows.next();
          return Optional.of(
              new EventEnvelope(
                  NoOffset.getInstance(),
                  Keys.persistenceId(key),
                  Keys.sequenceNr(key),
                  record.value(serialization),
                  record.writtenAt()));
        },
        reader -> {
          reader.rows.close();
          reader.options.close();
        });
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length > prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
