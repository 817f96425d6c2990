package io.troupe.core.journal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.SnapshotCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/** An entity as ours are, that writes down numbers: supervised, tagged, with snapshots. */
final class Ledger extends EventSourcedBehavior<Ledger.Message, Ledger.Added, Ledger.Entries> {
  static final String TYPE = "Ledger";
  static final String TAG = "ledger";
  static final int SNAPSHOT_EVERY = 10;

  sealed interface Message {}

  record Add(int number, ActorRef<Integer> replyTo) implements Message {}

  record Read(ActorRef<Page> replyTo) implements Message {}

  /**
   * @param appliedHere events applied since this incarnation started; a snapshot spares some
   * @param snapshotAt sequence number of the last snapshot this incarnation wrote, or 0
   */
  record Page(List<Integer> numbers, int appliedHere, long snapshotAt) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonTypeName("added")
  record Added(int number) {}

  record Entries(List<Integer> numbers) {
    Entries {
      numbers = List.copyOf(numbers);
    }

    Entries and(int number) {
      var longer = new ArrayList<>(numbers);
      longer.add(number);
      return new Entries(longer);
    }
  }

  private int applied;
  private long snapshotAt;

  private Ledger(String id) {
    super(
        PersistenceId.of(TYPE, id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(100), Duration.ofSeconds(2), 0.1));
  }

  static Behavior<Message> create(String id) {
    return org.apache.pekko.actor.typed.javadsl.Behaviors.setup(_ -> new Ledger(id));
  }

  @Override
  public Entries emptyState() {
    return new Entries(List.of());
  }

  @Override
  public CommandHandler<Message, Added, Entries> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Add(var number, var replyTo) ->
              Effect().persist(new Added(number)).thenRun(() -> replyTo.tell(number));
          case Read(var replyTo) -> {
            replyTo.tell(new Page(state.numbers, applied, snapshotAt));
            yield Effect().none();
          }
        };
  }

  @Override
  public EventHandler<Entries, Added> eventHandler() {
    return (state, event) -> {
      applied++;
      return state.and(event.number);
    };
  }

  @Override
  public Set<String> tagsFor(Added event) {
    return Set.of(TAG);
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
  }

  @Override
  public SignalHandler<Entries> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            SnapshotCompleted.class,
            (_, done) -> snapshotAt = done.getSnapshotMetadata().sequenceNr())
        .build();
  }
}
