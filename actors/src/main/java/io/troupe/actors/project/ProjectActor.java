package io.troupe.actors.project;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Rejection;
import io.troupe.core.journal.JournalMeter;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * A project's quota. What counts is keyed by instance, so that a repeated question has one effect.
 *
 * <p>An entity persists one command at a time. Questions that arrive while a write is under way are
 * collected and decided and written together by the next {@code Flush}; a storm of boots costs a
 * few writes, not one each.
 */
public final class ProjectActor
    extends EventSourcedBehavior<ProjectActor.Message, ProjectEvent, ProjectState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "project");

  public sealed interface Message {}

  /**
   * Count this instance; it counts once however often this is asked.
   *
   * @param group the server group it shall be a member of
   * @param generation of the instance; one that counts already counts this much from now on if it
   *     is newer than what it was counted with
   */
  public record Reserve(
      InstanceId instance,
      Resources amount,
      Optional<String> group,
      long generation,
      ActorRef<Reply> replyTo)
      implements Message, CborSerializable {}

  /** Count them no more; harmless if one does not. */
  public record Release(List<InstanceId> instances, ActorRef<Reply> replyTo)
      implements Message, io.troupe.actors.Release<Reply>, CborSerializable {}

  public record GetUsage(ActorRef<QuotaUsage> replyTo) implements Message, CborSerializable {}

  private record Flush() implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Granted.class, name = "granted"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  public sealed interface Reply extends CborSerializable {}

  public record Granted() implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  private final Supplier<Limits> limits;
  private final JournalMeter.Writes writes;
  private final ActorContext<Message> context;
  private final List<Message> collected = new ArrayList<>();

  /**
   * @param limits asked anew for each batch, so that a changed quota holds at once
   */
  public static Behavior<Message> create(
      ProjectId id, Supplier<Limits> limits, JournalMeter journal) {
    return Behaviors.setup(context -> new ProjectActor(id, limits, journal, context));
  }

  private ProjectActor(
      ProjectId id, Supplier<Limits> limits, JournalMeter journal, ActorContext<Message> context) {
    super(
        PersistenceId.of(KEY.name(), id.value()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.limits = limits;
    this.writes = journal.writesOf(KEY.name());
    this.context = context;
  }

  @Override
  public ProjectState emptyState() {
    return ProjectState.EMPTY;
  }

  @Override
  public EventHandler<ProjectState, ProjectEvent> eventHandler() {
    return ProjectState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(2000, 2);
  }

  @Override
  public SignalHandler<ProjectState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (_, _) -> writes.abandon())
        .onSignal(PostStop.class, (_, _) -> writes.abandon())
        .build();
  }

  @Override
  public CommandHandler<Message, ProjectEvent, ProjectState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Reserve reserve -> collect(reserve);
          case Release release -> collect(release);
          case Flush() -> flush(state);
          case GetUsage(var replyTo) -> {
            var most = limits.get();
            replyTo.tell(
                new QuotaUsage(
                    state.instances(),
                    state.sum().vcpus(),
                    state.sum().ramMib(),
                    most.instances(),
                    most.cores(),
                    most.ramMib()));
            yield Effect().none();
          }
        };
  }

  private Effect<ProjectEvent, ProjectState> collect(Message question) {
    if (collected.isEmpty()) {
      context.getSelf().tell(new Flush());
    }
    collected.add(question);
    return Effect().none();
  }

  private Effect<ProjectEvent, ProjectState> flush(ProjectState state) {
    var most = limits.get();
    // By what was asked last: one that comes back may be released and counted in the same write.
    var counted = new LinkedHashMap<InstanceId, ProjectEvent.Counted>();
    var released = new LinkedHashSet<InstanceId>();
    var answers = new ArrayList<Runnable>();
    var after = state;
    for (Message question : collected) {
      switch (question) {
        case Reserve(var instance, var amount, var group, var generation, var replyTo) -> {
          var one = new ProjectEvent.Counted(instance, amount, group, generation);
          if (after.isNews(one)) {
            var refusal = after.refusal(one, most);
            if (refusal.isPresent()) {
              answers.add(() -> replyTo.tell(new Refused(refusal.get())));
              continue;
            }
            released.remove(instance);
            counted.put(instance, one);
            after = after.evolve(new ProjectEvent.UsageChanged(List.of(one), List.of()));
          }
          answers.add(() -> replyTo.tell(new Granted()));
        }
        case Release(var instances, var replyTo) -> {
          for (InstanceId instance : instances) {
            if (after.counts(instance)) {
              counted.remove(instance);
              released.add(instance);
              after = after.evolve(new ProjectEvent.UsageChanged(List.of(), List.of(instance)));
            }
          }
          answers.add(() -> replyTo.tell(new Granted()));
        }
        case GetUsage _, Flush _ -> throw new IllegalStateException("never collected");
      }
    }
    collected.clear();
    if (counted.isEmpty() && released.isEmpty()) {
      answers.forEach(Runnable::run);
      return Effect().none();
    }
    writes.begin();
    return Effect()
        .persist(
            new ProjectEvent.UsageChanged(List.copyOf(counted.values()), List.copyOf(released)))
        .thenRun(writes::end)
        .thenRun(() -> answers.forEach(Runnable::run));
  }
}
