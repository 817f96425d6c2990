package io.troupe.core.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.testkit.javadsl.SchemaUtils;

/**
 * The journal of a node that stands alone: an H2 database in files of the data directory. One
 * process at a time, held by a lock that dies with it.
 */
public final class EmbeddedJournal implements AutoCloseable {
  private final Path directory;
  private final FileChannel channel;
  private final FileLock lock;

  private EmbeddedJournal(Path directory, FileChannel channel, FileLock lock) {
    this.directory = directory;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the data directory for this process.
   *
   * @throws IOException when it cannot be made or written
   * @throws InUse when another process has it
   */
  public static EmbeddedJournal open(Path directory) throws IOException, InUse {
    Files.createDirectories(directory);
    var channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new InUse(directory);
    }
    return new EmbeddedJournal(directory, channel, lock);
  }

  /** The data directory belongs to another process. */
  public static final class InUse extends Exception {
    private static final long serialVersionUID = 1L;

    InUse(Path directory) {
      super("the data directory " + directory + " is in use by another process");
    }
  }

  /**
   * The database's address. {@code WRITE_DELAY=0}: a commit is in the file when it is acknowledged;
   * with H2's default of 500 ms a killed process lost acknowledged events. The file is not closed
   * by a shutdown hook of H2's, which would race with ours.
   */
  public Config config() {
    var file = directory.toAbsolutePath().resolve("journal").resolve("troupe");
    var url = "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1";
    return ConfigFactory.parseMap(
        java.util.Map.of("pekko-persistence-jdbc.shared-databases.slick.db.url", url));
  }

  /** Makes the tables that are not there yet. */
  public CompletionStage<Done> createTables(ActorSystem<?> system) {
    return SchemaUtils.createIfNotExists(system.classicSystem());
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
