package io.troupe.core.journal;

import com.typesafe.config.ConfigFactory;
import io.troupe.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** One process' worth of ledgers: an actor system on a journal, as a node would start it. */
final class Ledgers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String SERIALIZATION =
      """
      pekko {
        actor {
          provider = local
          allow-java-serialization = off
          serializers.ledger = "org.apache.pekko.serialization.jackson.JacksonCborSerializer"
          serialization-identifiers.ledger = 7999
          serialization-bindings {
            "io.troupe.core.journal.Ledger$Added" = ledger
            "io.troupe.core.journal.Ledger$Entries" = jackson-cbor
          }
        }
        serialization.jackson.ledger {
          type-in-manifest = off
          deserialization-type = "io.troupe.core.journal.Ledger$Added"
        }
        loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
        logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
      }
      """;

  private final ActorSystem<Void> system;
  private final Map<String, ActorRef<Ledger.Message>> open = new HashMap<>();

  private Ledgers(ActorSystem<Void> system) {
    this.system = system;
  }

  static Journal journal(Map<String, String> settings, Path dataDir) {
    var config = ConfigFactory.parseMap(settings).withFallback(ConfigFactory.load());
    return Journal.of(Settings.of(config).journal(), dataDir);
  }

  /** Without looking whether there is a schema. */
  static Ledgers unprepared(Journal journal) {
    var config = ConfigFactory.parseString(SERIALIZATION).withFallback(journal.config());
    return new Ledgers(
        ActorSystem.create(Behaviors.empty(), "ledgers", ConfigFactory.load(config)));
  }

  static Ledgers open(Journal journal) throws JournalUnavailable {
    var ledgers = unprepared(journal);
    try {
      journal.prepare(ledgers.system);
      return ledgers;
    } catch (JournalUnavailable e) {
      ledgers.close();
      throw e;
    }
  }

  ActorSystem<Void> system() {
    return system;
  }

  private ActorRef<Ledger.Message> ledger(String id) {
    return open.computeIfAbsent(
        id, _ -> system.systemActorOf(Ledger.create(id), "ledger-" + id, Props.empty()));
  }

  CompletionStage<Integer> add(String id, int number) {
    return AskPattern.ask(
        ledger(id), replyTo -> new Ledger.Add(number, replyTo), PATIENCE, system.scheduler());
  }

  CompletionStage<Ledger.Page> read(String id, Duration patience) {
    return AskPattern.ask(ledger(id), Ledger.Read::new, patience, system.scheduler());
  }

  Ledger.Page read(String id) {
    return await(read(id, PATIENCE));
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    system.terminate();
    await(system.getWhenTerminated());
  }
}
