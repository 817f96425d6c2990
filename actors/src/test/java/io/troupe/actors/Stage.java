package io.troupe.actors;

import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.OperationMeter;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.SchedulerFigures;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.OperationSettings;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.testkit.javadsl.SnapshotTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A place for one actor: a journal in memory that writes as the node does, time that passes only
 * when told to, and a probe that stands for all other entities.
 */
public final class Stage extends Clock implements Entities, AfterAllCallback, AutoCloseable {
  private final ActorTestKit testKit =
      ActorTestKit.create(
          "stage",
          ManualTime.config()
              .withFallback(PersistenceTestKitPlugin.getInstance().config())
              .withFallback(PersistenceTestKitSnapshotPlugin.config())
              .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
              // The first messages load classes, on a machine that may be busy.
              .withFallback(
                  ConfigFactory.parseString(
                      "pekko.actor.testkit.typed.single-expect-default = 15 s"))
              .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
              .withFallback(ConfigFactory.load()));

  private final ManualTime time = ManualTime.get(testKit.system());
  private final PersistenceTestKit journal = PersistenceTestKit.create(testKit.system());
  private final SnapshotTestKit snapshots = SnapshotTestKit.create(testKit.system());
  private final JournalMeter journalMeter = new JournalMeter(new SimpleMeterRegistry());
  private final List<ActorRef<?>> entered = new ArrayList<>();
  private volatile TestProbe<Object> others = testKit.createTestProbe(Object.class);
  private volatile Instant now = Examples.NOW;

  /** Reads from journal and snapshots after all that was sent to them before. */
  private static final class Latecomer extends EventSourcedBehavior<String, String, String> {
    private final ActorRef<String> reader;

    Latecomer(ActorRef<String> reader) {
      super(PersistenceId.ofUniqueId("latecomer"));
      this.reader = reader;
    }

    @Override
    public String emptyState() {
      return "";
    }

    @Override
    public CommandHandler<String, String, String> commandHandler() {
      return (state, command) -> Effect().none();
    }

    @Override
    public EventHandler<String, String> eventHandler() {
      return (state, event) -> state;
    }

    @Override
    public SignalHandler<String> signalHandler() {
      return newSignalHandlerBuilder()
          .onSignal(RecoveryCompleted.class, (_, _) -> reader.tell("has read"))
          .build();
    }
  }

  /** What an actor wrote last before it died may still be on its way, to the next of its name. */
  private void awaitWrites() {
    TestProbe<String> reader = testKit.createTestProbe(String.class);
    var latecomer = testKit.spawn(new Latecomer(reader.getRef()));
    reader.receiveMessage();
    testKit.stop(latecomer);
  }

  /** For actors that say how long their writes take. */
  public JournalMeter journalMeter() {
    return journalMeter;
  }

  /** For what asks from outside of actors. */
  public ActorSystem<?> system() {
    return testKit.system();
  }

  /** As if nobody had been here before; starting a stage costs more than a test. */
  public void clear() {
    entered.forEach(testKit::stop);
    entered.clear();
    awaitWrites();
    journal.clearAll();
    journal.resetPolicy();
    snapshots.clearAll();
    others = testKit.createTestProbe(Object.class);
    now = Examples.NOW;
  }

  /** An instance for which everybody else is the probe. */
  public Behavior<InstanceActor.Message> instance(
      InstanceId id, InstanceIndex index, OperationSettings settings) {
    return InstanceActor.create(
        id,
        this,
        index,
        settings,
        new OperationMeter(new SimpleMeterRegistry()),
        journalMeter,
        this,
        nobody());
  }

  public <M> ActorRef<M> enter(Behavior<M> behavior) {
    var actor = testKit.spawn(behavior);
    entered.add(actor);
    return actor;
  }

  /** The actor dies at once, as with its node, and comes back from its journal. */
  public <M> ActorRef<M> killAndBringBack(ActorRef<M> actor, Behavior<M> behavior) {
    leave(actor);
    return enter(behavior);
  }

  /** The actor dies at once; its journal stays. */
  public <M> void leave(ActorRef<M> actor) {
    testKit.stop(actor);
  }

  public <R> TestProbe<R> probe(Class<R> replies) {
    return testKit.createTestProbe(replies);
  }

  public <R> ActorRef<R> nobody() {
    return testKit.system().ignoreRef();
  }

  /** Asks, and waits for the answer. */
  public <M, R> R ask(ActorRef<M> actor, Class<R> replies, Function<ActorRef<R>, M> question) {
    TestProbe<R> probe = testKit.createTestProbe(replies);
    actor.tell(question.apply(probe.getRef()));
    return probe.receiveMessage();
  }

  /** The same of an actor that may not be back yet. */
  public <M, R> Optional<R> askSoon(
      ActorRef<M> actor, Class<R> replies, Function<ActorRef<R>, M> question) {
    TestProbe<R> probe = testKit.createTestProbe(replies);
    actor.tell(question.apply(probe.getRef()));
    return soon(probe);
  }

  /** What this scheduler decides, which looks twice before it refuses anybody. */
  public Decision place(
      ActorRef<SchedulerActor.Message> scheduler, RequestSpec spec, boolean mayPreempt) {
    var answer = probe(Decision.class);
    scheduler.tell(new SchedulerActor.Place(spec, mayPreempt, answer.getRef()));
    return heard(answer);
  }

  /** The answer of a scheduler that may look twice before it comes. */
  public Decision heard(TestProbe<Decision> asker) {
    for (int i = 0; i < 100; i++) {
      var answer = soon(asker);
      if (answer.isPresent()) {
        return answer.get();
      }
      pass(SchedulerActor.WORDS_ARE_LATE);
    }
    throw new AssertionError("never decided");
  }

  /** What was asked before is refused now where it cannot be. */
  public void untilLateWordsAreThere(ActorRef<SchedulerActor.Message> scheduler) {
    figures(scheduler); // it has read all before
    pass(SchedulerActor.WORDS_ARE_LATE);
  }

  public SchedulerFigures figures(ActorRef<SchedulerActor.Message> scheduler) {
    return ask(scheduler, SchedulerFigures.class, SchedulerActor.GetFigures::new);
  }

  /** What the actor asks or tells others, in its order. */
  public Object nextToOthers() {
    return others.receiveMessage();
  }

  /** The next message of this kind to others; others before it are passed over. */
  public <M> M nextToOthers(Class<M> kind) {
    for (Object message = nextToOthers(); ; message = nextToOthers()) {
      if (kind.isInstance(message)) {
        return kind.cast(message);
      }
    }
  }

  /** The next message to others if one comes within a moment of real time. */
  public Optional<Object> soonToOthers() {
    return soon(others);
  }

  private static <R> Optional<R> soon(TestProbe<R> probe) {
    try {
      return Optional.of(probe.receiveMessage(Duration.ofMillis(50)));
    } catch (AssertionError nothingCame) {
      return Optional.empty();
    }
  }

  /** Asks until it is so; each question is a round trip through an actor. */
  public void until(BooleanSupplier isSo) {
    var patience = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > patience) {
        throw new AssertionError("never came to be");
      }
    }
  }

  public void nothingToOthers() {
    others.expectNoMessage(Duration.ZERO);
  }

  public void pass(Duration duration) {
    now = now.plus(duration);
    time.timePasses(duration);
  }

  /** Everything written under this id, one entry for each write. */
  public List<Object> journal(String persistenceId) {
    return journal.persistedInStorage(persistenceId);
  }

  public void nextWriteFails(String persistenceId) {
    journal.failNextPersisted(persistenceId);
  }

  /** As an extension of a test class it is closed with it, after all classes nested in that one. */
  @Override
  public void afterAll(ExtensionContext context) {
    if (context.getRequiredTestClass().getEnclosingClass() == null) {
      close();
    }
  }

  @Override
  public void close() {
    testKit.shutdownTestKit();
  }

  // ---- the clock

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }

  // ---- the others

  @Override
  public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<HostActor.Message> host(HostId id) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<ProjectActor.Message> project(ProjectId id) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<NetworkActor.Message> network(String networkId) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<CatalogActor.Message> catalog(String kind) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<ServerGroupActor.Message> serverGroup(String groupId) {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<ImagesActor.Message> images() {
    return others.getRef().narrow();
  }

  @Override
  public RecipientRef<SchedulerActor.Message> scheduler() {
    return others.getRef().narrow();
  }
}
