package io.troupe.actors.group;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Entities;
import io.troupe.actors.host.HostActor;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * One server group with the policy affinity: agrees to one host at a time. A host that it has
 * agreed to is left for another one only after that host has said that no member is there, and none
 * on its way through it. While it asks, further questions wait.
 */
public final class ServerGroupActor
    extends EventSourcedBehavior<ServerGroupActor.Message, ServerGroupEvent, ServerGroupState> {

  public static final EntityTypeKey<Message> KEY =
      EntityTypeKey.create(Message.class, "server-group");

  /** A host is an entity of ours and answers from memory; its shard may be moving. */
  private static final Duration HOST_ANSWER = Duration.ofSeconds(3);

  public sealed interface Message {}

  /** May a member go to this host? The same question may be put again. */
  public record Join(HostId host, ActorRef<JoinReply> replyTo)
      implements Message, CborSerializable {}

  /**
   * What the host that was agreed to says.
   *
   * @param members empty when it did not say anything in time
   */
  private record Counted(HostId host, Optional<Integer> members) implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Joined.class, name = "joined"),
    @JsonSubTypes.Type(value = Elsewhere.class, name = "elsewhere")
  })
  public sealed interface JoinReply extends CborSerializable {}

  public record Joined() implements JoinReply {}

  /** The members are on another host. */
  public record Elsewhere(String reason) implements JoinReply {}

  private final Entities entities;
  private final ActorContext<Message> context;
  private final String id;
  private final Queue<Join> waiting = new ArrayDeque<>();
  private boolean counting;

  public static Behavior<Message> create(String id, Entities entities) {
    return Behaviors.setup(context -> new ServerGroupActor(id, entities, context));
  }

  private ServerGroupActor(String id, Entities entities, ActorContext<Message> context) {
    super(
        PersistenceId.of(KEY.name(), id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.id = id;
    this.entities = entities;
    this.context = context;
  }

  @Override
  public ServerGroupState emptyState() {
    return ServerGroupState.NOWHERE;
  }

  @Override
  public EventHandler<ServerGroupState, ServerGroupEvent> eventHandler() {
    return ServerGroupState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }

  @Override
  public CommandHandler<Message, ServerGroupEvent, ServerGroupState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Join join -> {
            waiting.add(join);
            yield next(state);
          }
          case Counted(var host, var members) -> {
            counting = false;
            yield counted(state, host, members);
          }
        };
  }

  private Effect<ServerGroupEvent, ServerGroupState> next(ServerGroupState state) {
    while (!counting && !waiting.isEmpty()) {
      var join = waiting.element();
      if (state.host().isEmpty()) {
        return settle(waiting.remove());
      }
      if (state.host().get().equals(join.host())) {
        agree(waiting.remove());
      } else {
        count(state.host().get());
      }
    }
    return Effect().none();
  }

  private Effect<ServerGroupEvent, ServerGroupState> counted(
      ServerGroupState state, HostId host, Optional<Integer> members) {
    if (waiting.isEmpty()) {
      return Effect().none();
    }
    if (members.isPresent() && members.get() == 0) {
      return settle(waiting.remove());
    }
    var join = waiting.remove();
    join.replyTo()
        .tell(
            new Elsewhere(
                members.isPresent()
                    ? "%d of server group %s on host %s".formatted(members.get(), id, host)
                    : "host %s does not say whether server group %s is there".formatted(host, id)));
    return next(state);
  }

  /** Written down before anybody hears of it; whoever waits behind is looked at again then. */
  private Effect<ServerGroupEvent, ServerGroupState> settle(Join join) {
    return Effect()
        .persist(new ServerGroupEvent.Settled(join.host()))
        .thenRun(
            (ServerGroupState after) -> {
              agree(join);
              var others = waiting.size();
              for (int i = 0; i < others; i++) {
                context.getSelf().tell(waiting.remove());
              }
            });
  }

  private static void agree(Join join) {
    join.replyTo().tell(new Joined());
  }

  private void count(HostId host) {
    counting = true;
    context.ask(
        HostActor.MembersHere.class,
        entities.host(host),
        HOST_ANSWER,
        (ActorRef<HostActor.MembersHere> to) -> new HostActor.CountMembers(id, to),
        (answer, noAnswer) ->
            new Counted(host, noAnswer == null ? Optional.of(answer.members()) : Optional.empty()));
  }
}
