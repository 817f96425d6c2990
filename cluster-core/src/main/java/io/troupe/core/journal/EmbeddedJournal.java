package io.troupe.core.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.config.JournalSettings;
import io.troupe.core.journal.rocks.RocksHistory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The journal of a node that stands alone: a RocksDB in files of its {@link DataDirectory}. See
 * docs/adr/0002.
 */
public final class EmbeddedJournal implements Journal {
  private final JournalSettings settings;
  private final Path directory;

  EmbeddedJournal(JournalSettings settings, Path dataDir) {
    this.settings = settings;
    this.directory = dataDir.toAbsolutePath().resolve("journal");
  }

  @Override
  public Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "troupe-rocks.directory",
                directory.toString(),
                "troupe-rocks.sync",
                settings.embeddedSync(),
                ReplayFilter.KEY,
                settings.replayFilter()))
        .withFallback(ConfigFactory.parseResources("troupe-journal-embedded.conf"));
  }

  @Override
  public Optional<String> readJournalId() {
    return Optional.empty();
  }

  /** It makes its files itself, when the first entity wakes up. */
  @Override
  public void prepare(ActorSystem<?> system) {}

  @Override
  public void applySchema(ActorSystem<?> system) {}

  @Override
  public Source<EventEnvelope, NotUsed> history(
      ActorSystem<?> system, String entityType, String tag) {
    return RocksHistory.of(system, entityType);
  }

  @Override
  public Source<Written, NotUsed> writtenSince(
      ActorSystem<?> system, String entityType, String tag, Instant since) {
    return Source.empty();
  }
}
