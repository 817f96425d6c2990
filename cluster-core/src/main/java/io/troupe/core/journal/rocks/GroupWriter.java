package io.troupe.core.journal.rocks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The one thread that writes. Whatever has come in while it wrote is its next batch: under load a
 * batch, and its one flush to the disk, serves many entities.
 */
final class GroupWriter {
  /** Bounds the memory of a batch and the wait of the first in it. */
  private static final int AT_MOST = 512;

  /** One entity's write: all of it or nothing. */
  interface Write {
    /**
     * Adds itself to the batch.
     *
     * @throws RocksDBException or {@link IllegalStateException} when it must not be written; then
     *     the others still are
     */
    void into(WriteBatch batch, Fresh fresh) throws RocksDBException;
  }

  /** Tells whether a key is new, in the database and in the batch so far. */
  final class Fresh {
    private final HashSet<java.nio.ByteBuffer> inBatch = new HashSet<>();

    void require(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
      if (!inBatch.add(java.nio.ByteBuffer.wrap(key)) || db.get(family, key) != null) {
        throw new IllegalStateException(
            "sequence number "
                + Keys.sequenceNr(key)
                + " of "
                + Keys.persistenceId(key)
                + " is written already: there are two writers");
      }
    }
  }

  private record Task(Write write, CompletableFuture<Void> done) {}

  private final RocksDB db;
  private final WriteOptions options;
  private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
  private final Thread thread;

  /**
   * @param sync whether an acknowledged write has reached the disk, and not only the operating
   *     system
   */
  GroupWriter(RocksDB db, boolean sync) {
    this.db = db;
    this.options = new WriteOptions().setSync(sync);
    this.thread = Thread.ofPlatform().name("journal-writer").daemon().start(this::run);
  }

  /** Completes when the write is in the journal, or fails and then nothing of it is. */
  CompletableFuture<Void> add(Write write) {
    var task = new Task(write, new CompletableFuture<>());
    queue.add(task);
    return task.done;
  }

  private void run() {
    var tasks = new ArrayList<Task>(AT_MOST);
    try {
      while (true) {
        tasks.add(queue.take());
        queue.drainTo(tasks, AT_MOST - 1);
        write(tasks);
        tasks.clear();
      }
    } catch (InterruptedException e) {
      queue.drainTo(tasks);
      tasks.forEach(
          task ->
              task.done.completeExceptionally(new IllegalStateException("the journal is closed")));
      options.close();
    }
  }

  private void write(List<Task> tasks) {
    var taken = new ArrayList<Task>(tasks.size());
    try (var batch = new WriteBatch()) {
      var fresh = new Fresh();
      for (Task task : tasks) {
        batch.setSavePoint();
        try {
          task.write.into(batch, fresh);
          batch.popSavePoint();
          taken.add(task);
        } catch (RocksDBException | RuntimeException refused) {
          batch.rollbackToSavePoint();
          task.done.completeExceptionally(refused);
        }
      }
      db.write(options, batch);
      taken.forEach(task -> task.done.complete(null));
    } catch (RocksDBException e) {
      taken.forEach(task -> task.done.completeExceptionally(e));
    }
  }

  void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
