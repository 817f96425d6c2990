package io.troupe.core.journal.rocks;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** The database of one actor system, opened at its first use and closed with it. */
final class RocksStore implements Extension {
  static final AbstractExtensionId<RocksStore> ID =
      new AbstractExtensionId<>() {
        @Override
        public RocksStore createExtension(ExtendedActorSystem system) {
          return new RocksStore(system.settings().config().getConfig("troupe-rocks"), system);
        }
      };

  /** Small: the operating system's cache does the rest. */
  private static final long CACHE_BYTES = 8L << 20;

  private static final long WRITE_BUFFER_BYTES = 8L << 20;

  private final RocksDB db;
  private final ColumnFamilyHandle events;
  private final ColumnFamilyHandle snapshots;
  private final ColumnFamilyHandle highest;
  private final GroupWriter writer;
  private final List<ColumnFamilyHandle> families = new ArrayList<>();
  private final List<AutoCloseable> settings = new ArrayList<>();

  private RocksStore(Config config, ActorSystem system) {
    var directory = Path.of(config.getString("directory"));
    try {
      loadLibrary(directory.resolve("native"));
      db = open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RocksDBException e) {
      throw new IllegalStateException("cannot open the journal " + directory, e);
    }
    events = families.get(1);
    snapshots = families.get(2);
    highest = families.get(3);
    writer = new GroupWriter(db, config.getBoolean("sync"));
    system.registerOnTermination(this::close);
  }

  /**
   * Unpacked beside the data and not into the temporary directory, where a killed process would
   * leave it.
   */
  private static synchronized void loadLibrary(Path directory) throws IOException {
    Files.createDirectories(directory);
    NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
  }

  private RocksDB open(Path directory) throws RocksDBException {
    var family =
        keep(
            new ColumnFamilyOptions()
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(
                    new BlockBasedTableConfig()
                        .setBlockCache(keep(new LRUCache(CACHE_BYTES)))
                        .setFilterPolicy(keep(new BloomFilter(10)))));
    var descriptors = new ArrayList<ColumnFamilyDescriptor>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family));
    for (String name : List.of("events", "snapshots", "highest")) {
      descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), family));
    }
    var options =
        keep(
            new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setMaxOpenFiles(64)
                .setMaxTotalWalSize(64L << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2));
    return RocksDB.open(options, directory.toString(), descriptors, families);
  }

  private <T extends AutoCloseable> T keep(T one) {
    settings.add(one);
    return one;
  }

  RocksDB db() {
    return db;
  }

  ColumnFamilyHandle events() {
    return events;
  }

  ColumnFamilyHandle snapshots() {
    return snapshots;
  }

  /** The highest sequence number of entities whose last events were deleted. */
  ColumnFamilyHandle highest() {
    return highest;
  }

  GroupWriter writer() {
    return writer;
  }

  private void close() {
    writer.close();
    families.forEach(ColumnFamilyHandle::close);
    db.close();
    for (AutoCloseable one : settings.reversed()) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
