package io.troupe.core.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.JournalSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.jdbc.testkit.javadsl.SchemaUtils;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The journal of a node that stands alone: an H2 database in files of its {@link DataDirectory}.
 */
public final class EmbeddedJournal implements Journal {
  private final JournalSettings settings;
  private final Path file;

  EmbeddedJournal(JournalSettings settings, Path dataDir) {
    this.settings = settings;
    this.file = dataDir.toAbsolutePath().resolve("journal").resolve("troupe");
  }

  /**
   * {@code WRITE_DELAY=0}: a commit is in the file when it is acknowledged; with H2's default of
   * 500 ms a killed process lost acknowledged events. The file is not closed by a shutdown hook of
   * H2's, which would race with ours.
   */
  @Override
  public Config config() {
    var url = "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    return ConfigFactory.parseMap(
            Map.of(
                "pekko-persistence-jdbc.shared-databases.slick.db.url",
                url,
                ReplayFilter.KEY,
                settings.replayFilter()))
        .withFallback(ConfigFactory.parseResources("troupe-journal-embedded.conf"));
  }

  @Override
  public String readJournalId() {
    return JdbcReadJournal.Identifier();
  }

  @Override
  public void prepare(ActorSystem<?> system) throws JournalUnavailable {
    applySchema(system);
  }

  @Override
  public void applySchema(ActorSystem<?> system) throws JournalUnavailable {
    try {
      SchemaUtils.createIfNotExists(system.classicSystem()).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new JournalUnavailable("cannot open the journal " + file, e.getCause());
    }
  }

  @Override
  public Source<EventEnvelope, NotUsed> history(
      ActorSystem<?> system, String entityType, String tag) {
    return TaggedHistory.read(system, tag);
  }
}
