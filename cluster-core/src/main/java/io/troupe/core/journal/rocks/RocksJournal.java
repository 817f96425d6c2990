package io.troupe.core.journal.rocks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The events. A sequence number that is there already is refused: of two writers of one entity the
 * later stops. Tags are not stored, since history is read by type of entity.
 */
public final class RocksJournal extends AsyncWriteJournal {
  private final RocksStore store = RocksStore.ID.get(context().system());
  private final Serialization serialization = SerializationExtension.get(context().system());

  private record Row(byte[] key, byte[] value) {}

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    var results = new ArrayList<CompletableFuture<Optional<Exception>>>();
    for (AtomicWrite write : messages) {
      results.add(write(write));
    }
    return scala(
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
            .thenApply(_ -> results.stream().map(CompletableFuture::join).toList()));
  }

  /**
   * What cannot be serialized is rejected; what cannot be written fails, which stops the entity.
   */
  private CompletableFuture<Optional<Exception>> write(AtomicWrite write) {
    List<Row> rows;
    try {
      rows = rows(write);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(Optional.of(e));
    }
    return store
        .writer()
        .add(
            (batch, fresh) -> {
              for (Row row : rows) {
                fresh.require(store.events(), row.key);
                batch.put(store.events(), row.key, row.value);
              }
            })
        .thenApply(_ -> Optional.empty());
  }

  private List<Row> rows(AtomicWrite write) {
    var rows = new ArrayList<Row>();
    for (PersistentRepr event : scala.jdk.javaapi.CollectionConverters.asJava(write.payload())) {
      var payload = event.payload() instanceof Tagged tagged ? tagged.payload() : event.payload();
      var record =
          Record.of(payload, System.currentTimeMillis(), event.writerUuid(), serialization);
      rows.add(new Row(Keys.of(event.persistenceId(), event.sequenceNr()), record.bytes()));
    }
    return rows;
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
    return scala(
        CompletableFuture.runAsync(
            () -> replay(persistenceId, from, to, max, replay), context().dispatcher()));
  }

  private void replay(
      String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
    try (var options = new ReadOptions();
        var rows = store.db().newIterator(store.events(), options)) {
      long left = max;
      for (rows.seek(Keys.of(persistenceId, from)); rows.isValid() && left > 0; rows.next()) {
        var key = rows.key();
        if (!Keys.belongs(key, persistenceId) || Keys.sequenceNr(key) > to) {
          break;
        }
        var record = Record.read(rows.value());
        replay.accept(
            PersistentRepr.apply(
                    record.value(serialization),
                    Keys.sequenceNr(key),
                    persistenceId,
                    "",
                    false,
                    null,
                    record.writer())
                .withTimestamp(record.writtenAt()));
        left--;
      }
      rows.status();
    } catch (RocksDBException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
    return scala(
        CompletableFuture.supplyAsync(() -> highest(persistenceId), context().dispatcher()));
  }

  private long highest(String persistenceId) {
    try (var options = new ReadOptions();
        var rows = store.db().newIterator(store.events(), options)) {
      rows.seekForPrev(Keys.of(persistenceId, Long.MAX_VALUE));
      var stored =
          rows.isValid() && Keys.belongs(rows.key(), persistenceId)
              ? Keys.sequenceNr(rows.key())
              : 0;
      rows.status();
      var deleted = store.db().get(store.highest(), Keys.of(persistenceId, 0));
      return Math.max(stored, deleted == null ? 0 : java.nio.ByteBuffer.wrap(deleted).getLong());
    } catch (RocksDBException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long to) {
    return scala(store.writer().add((batch, _) -> delete(persistenceId, to, batch)));
  }

  private void delete(String persistenceId, long to, WriteBatch batch) throws RocksDBException {
    var upTo = Math.min(to, highest(persistenceId));
    var highest = java.nio.ByteBuffer.allocate(Long.BYTES).putLong(highest(persistenceId)).array();
    batch.put(store.highest(), Keys.of(persistenceId, 0), highest);
    batch.deleteRange(store.events(), Keys.of(persistenceId, 0), Keys.of(persistenceId, upTo + 1));
  }

  private static <T> Future<T> scala(CompletionStage<T> stage) {
    return FutureConverters.asScala(stage);
  }
}
