package io.troupe.actors.network;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Network;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.config.NetworkSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
 * The ports and addresses of one network. As with a project's quota, what arrives while a write is
 * under way is decided and written together.
 */
public final class NetworkActor
    extends EventSourcedBehavior<NetworkActor.Message, NetworkEvent, NetworkState> {

  public static final EntityTypeKey<Message> KEY = EntityTypeKey.create(Message.class, "network");

  public sealed interface Message {}

  /** What changes ports, and is collected. */
  public sealed interface Change extends Message {}

  /**
   * The port of an instance's {@code index}th network; the same one however often it is asked for.
   */
  public record Attach(
      InstanceId instance,
      ProjectId project,
      NetworkChoice choice,
      int index,
      ActorRef<Reply> replyTo)
      implements Change, CborSerializable {}

  /** All ports of the instances: their own are removed, the others are free again. */
  public record Release(List<InstanceId> instances, ActorRef<Reply> replyTo)
      implements Change, io.troupe.actors.Release<Reply>, CborSerializable {}

  /** One port of the instance; harmless if it has no such port. */
  public record ReleaseOne(InstanceId instance, String portId, ActorRef<Reply> replyTo)
      implements Change, CborSerializable {}

  /** Repeated with the same id it is the same port. */
  public record CreatePort(
      String id,
      String projectId,
      String name,
      Optional<String> fixedIp,
      ActorRef<PortReply> replyTo)
      implements Change, CborSerializable {}

  public record DeletePort(String id, ActorRef<PortReply> replyTo)
      implements Change, CborSerializable {}

  public record GetPorts(ActorRef<Ports> replyTo) implements Message, CborSerializable {}

  private record Flush() implements Message {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Attached.class, name = "attached"),
    @JsonSubTypes.Type(value = Released.class, name = "released"),
    @JsonSubTypes.Type(value = Refused.class, name = "refused")
  })
  public sealed interface Reply extends CborSerializable {}

  public record Attached(Nic nic) implements Reply {}

  public record Released() implements Reply {}

  public record Refused(Rejection reason) implements Reply {}

  /** Exactly one of both is there. */
  public record PortReply(Optional<Port> port, Optional<Rejection> refusal)
      implements CborSerializable {}

  public record Ports(List<Port> ports) implements CborSerializable {}

  private final String networkId;
  private final Supplier<Optional<Network>> network;
  private final NetworkSettings settings;
  private final Clock clock;
  private final ActorContext<Message> context;
  private final List<Change> collected = new ArrayList<>();

  /**
   * @param network its catalog entry as it is now; empty once it was removed
   */
  public static Behavior<Message> create(
      String networkId,
      Supplier<Optional<Network>> network,
      NetworkSettings settings,
      Clock clock) {
    return Behaviors.setup(
        context -> new NetworkActor(networkId, network, settings, clock, context));
  }

  private NetworkActor(
      String networkId,
      Supplier<Optional<Network>> network,
      NetworkSettings settings,
      Clock clock,
      ActorContext<Message> context) {
    super(
        PersistenceId.of(KEY.name(), networkId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.networkId = networkId;
    this.network = network;
    this.settings = settings;
    this.clock = clock;
    this.context = context;
  }

  @Override
  public NetworkState emptyState() {
    return NetworkState.EMPTY;
  }

  @Override
  public EventHandler<NetworkState, NetworkEvent> eventHandler() {
    return NetworkState::evolve;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(2000, 2);
  }

  @Override
  public CommandHandler<Message, NetworkEvent, NetworkState> commandHandler() {
    return (state, message) ->
        switch (message) {
          case Change change -> collect(change);
          case Flush() -> flush(state);
          case GetPorts(var replyTo) -> {
            replyTo.tell(new Ports(List.copyOf(state.ports())));
            yield Effect().none();
          }
        };
  }

  private Effect<NetworkEvent, NetworkState> collect(Change change) {
    if (collected.isEmpty()) {
      context.getSelf().tell(new Flush());
    }
    collected.add(change);
    return Effect().none();
  }

  private Effect<NetworkEvent, NetworkState> flush(NetworkState state) {
    var batch = new Batch(state);
    collected.forEach(batch::add);
    collected.clear();
    if (batch.put.isEmpty() && batch.removed.isEmpty()) {
      batch.answers.forEach(Runnable::run);
      return Effect().none();
    }
    return Effect()
        .persist(new NetworkEvent.PortsChanged(batch.put, batch.removed))
        .thenRun(() -> batch.answers.forEach(Runnable::run));
  }

  /** Changes decided one after the other, to be written together. */
  private final class Batch {
    private final List<Port> put = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();
    private final List<Runnable> answers = new ArrayList<>();
    private NetworkState after;

    Batch(NetworkState state) {
      after = state;
    }

    void add(Change change) {
      switch (change) {
        case Attach attach -> attach(attach);
        case Release(var instances, var replyTo) -> {
          instances.forEach(one -> after.portsOf(one.toString()).forEach(this::release));
          answers.add(() -> replyTo.tell(new Released()));
        }
        case ReleaseOne(var instance, var portId, var replyTo) -> {
          after
              .port(portId)
              .filter(port -> port.deviceId().equals(instance.toString()))
              .ifPresent(this::release);
          answers.add(() -> replyTo.tell(new Released()));
        }
        case CreatePort create -> create(create);
        case DeletePort(var id, var replyTo) -> delete(id, replyTo);
      }
    }

    private void attach(Attach attach) {
      var entry = network.get();
      if (entry.isEmpty()) {
        answers.add(() -> attach.replyTo().tell(new Refused(noNetwork())));
        return;
      }
      var allocation = new PortAllocation(entry.get(), settings, clock.instant());
      switch (allocation.attach(
          after, attach.instance(), attach.project(), attach.choice(), attach.index())) {
        case Answer.Accepted<Port>(var port) -> {
          put(port);
          answers.add(() -> attach.replyTo().tell(new Attached(allocation.nic(port))));
        }
        case Answer.Rejected<Port>(var reason) ->
            answers.add(() -> attach.replyTo().tell(new Refused(reason)));
      }
    }

    private void create(CreatePort create) {
      var there = after.port(create.id());
      if (there.isPresent()) {
        answer(create.replyTo(), there.get());
        return;
      }
      var made =
          network
              .get()
              .map(
                  entry ->
                      new PortAllocation(entry, settings, clock.instant())
                          .create(
                              after,
                              create.id(),
                              create.projectId(),
                              create.name(),
                              create.fixedIp(),
                              "",
                              false))
              .orElseGet(() -> Answer.refuse(noNetwork()));
      switch (made) {
        case Answer.Accepted<Port>(var port) -> {
          put(port);
          answer(create.replyTo(), port);
        }
        case Answer.Rejected<Port>(var reason) -> refuse(create.replyTo(), reason);
      }
    }

    private void delete(String id, ActorRef<PortReply> replyTo) {
      var port = after.port(id);
      if (port.isEmpty()) {
        refuse(replyTo, new Rejection.NotFound("Port", id));
      } else if (!port.get().deviceId().isEmpty()) {
        refuse(
            replyTo,
            new Rejection.Conflict(
                "Port " + id + " is in use by server " + port.get().deviceId() + "."));
      } else {
        remove(id);
        answer(replyTo, port.get());
      }
    }

    private void release(Port port) {
      if (port.ownedByInstance()) {
        remove(port.id());
      } else {
        put(port.usedBy(""));
      }
    }

    private void put(Port port) {
      if (after.port(port.id()).filter(port::equals).isEmpty()) {
        put.add(port);
        after = after.evolve(new NetworkEvent.PortsChanged(List.of(port), List.of()));
      }
    }

    private void remove(String id) {
      put.removeIf(port -> port.id().equals(id));
      removed.add(id);
      after = after.evolve(new NetworkEvent.PortsChanged(List.of(), List.of(id)));
    }

    private void answer(ActorRef<PortReply> replyTo, Port port) {
      answers.add(() -> replyTo.tell(new PortReply(Optional.of(port), Optional.empty())));
    }

    private void refuse(ActorRef<PortReply> replyTo, Rejection reason) {
      answers.add(() -> replyTo.tell(new PortReply(Optional.empty(), Optional.of(reason))));
    }
  }

  private Rejection noNetwork() {
    return new Rejection.NotFound("Network", networkId);
  }
}
