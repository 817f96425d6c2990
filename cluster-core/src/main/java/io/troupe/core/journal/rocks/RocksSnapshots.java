package io.troupe.core.journal.rocks;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** The snapshots, one row each. */
public final class RocksSnapshots extends SnapshotStore {
  private final RocksStore store = RocksStore.ID.get(context().system());
  private final Serialization serialization = SerializationExtension.get(context().system());

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(
        CompletableFuture.supplyAsync(
            () -> newest(persistenceId, criteria), context().dispatcher()));
  }

  private Optional<SelectedSnapshot> newest(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    try (var options = new ReadOptions();
        var rows = store.db().newIterator(store.snapshots(), options)) {
      rows.seekForPrev(Keys.of(persistenceId, criteria.maxSequenceNr()));
      for (; rows.isValid() && Keys.belongs(rows.key(), persistenceId); rows.prev()) {
        var sequenceNr = Keys.sequenceNr(rows.key());
        var record = Record.read(rows.value());
        if (sequenceNr >= criteria.minSequenceNr()
            && record.writtenAt() >= criteria.minTimestamp()
            && record.writtenAt() <= criteria.maxTimestamp()) {
          var metadata = new SnapshotMetadata(persistenceId, sequenceNr, record.writtenAt());
          return Optional.of(new SelectedSnapshot(metadata, record.value(serialization)));
        }
      }
      rows.status();
      return Optional.empty();
    } catch (RocksDBException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    var record = Record.of(snapshot, metadata.timestamp(), "", serialization);
    return FutureConverters.asScala(
        store
            .writer()
            .add((batch, _) -> batch.put(store.snapshots(), key(metadata), record.bytes())));
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return FutureConverters.asScala(
        store.writer().add((batch, _) -> batch.delete(store.snapshots(), key(metadata))));
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(
        store.writer().add((batch, _) -> delete(persistenceId, criteria, batch)));
  }

  private void delete(String persistenceId, SnapshotSelectionCriteria criteria, WriteBatch batch)
      throws RocksDBException {
    try (var options = new ReadOptions();
        var rows = store.db().newIterator(store.snapshots(), options)) {
      rows.seek(Keys.of(persistenceId, criteria.minSequenceNr()));
      for (; rows.isValid() && Keys.belongs(rows.key(), persistenceId); rows.next()) {
        if (Keys.sequenceNr(rows.key()) > criteria.maxSequenceNr()) {
          break;
        }
        var writtenAt = Record.read(rows.value()).writtenAt();
        if (writtenAt >= criteria.minTimestamp() && writtenAt <= criteria.maxTimestamp()) {
          batch.delete(store.snapshots(), rows.key());
        }
      }
      rows.status();
    }
  }

  private static byte[] key(SnapshotMetadata metadata) {
    return Keys.of(metadata.persistenceId(), metadata.sequenceNr());
  }
}
