package io.troupe.core.cluster;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.remote.artery.QuarantinedEvent;

/**
 * Puts a member out as soon as it is certain that its process has ended (killed, out of memory,
 * crashed). Silence alone means little, so that the failure detector and the split brain resolver
 * wait for some seconds; a port that refuses connections means that nobody is there to do harm.
 *
 * <p>Only a majority does so, as with the resolver: a firewall can refuse in the name of a node
 * that is well, and then the other side thinks the same of this one. What is not certain is left to
 * the resolver.
 */
public final class EndedMembers extends AbstractBehavior<EndedMembers.Message> {
  private static final Set<MemberStatus> WATCHED =
      Set.of(
          MemberStatus.joining(),
          MemberStatus.weaklyUp(),
          MemberStatus.up(),
          MemberStatus.leaving());

  /** Of these, as the resolver does. */
  private static final Set<MemberStatus> COUNTED =
      Set.of(MemberStatus.up(), MemberStatus.leaving());

  /** What it is told. */
  public sealed interface Message {}

  private record Changed(Member member) implements Message {}

  private record Ended(UniqueAddress member) implements Message {}

  private record Answers(UniqueAddress member) implements Message {}

  private final Cluster cluster;
  private final Map<UniqueAddress, PortWatch> watches = new HashMap<>();
  private final Set<UniqueAddress> ended = new HashSet<>();

  /** One on each node of a cluster. */
  public static Behavior<Message> create() {
    return Behaviors.setup(EndedMembers::new);
  }

  private EndedMembers(ActorContext<Message> context) {
    super(context);
    this.cluster = Cluster.get(context.getSystem());
    var changes = context.messageAdapter(MemberEvent.class, event -> new Changed(event.member()));
    cluster.subscriptions().tell(Subscribe.create(changes, MemberEvent.class));
    cluster.state().getMembers().forEach(this::follow);
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            Changed.class,
            message -> {
              follow(message.member());
              return this;
            })
        .onMessage(
            Ended.class,
            message -> {
              ended.add(message.member());
              putOut();
              return this;
            })
        .onMessage(
            Answers.class,
            message -> {
              ended.remove(message.member());
              return this;
            })
        .onSignal(
            PostStop.class,
            _ -> {
              watches.values().forEach(PortWatch::close);
              return this;
            })
        .build();
  }

  private void follow(Member member) {
    var address = member.uniqueAddress();
    if (member.equals(cluster.selfMember())) {
      return;
    }
    if (WATCHED.contains(member.status())) {
      watches.computeIfAbsent(address, this::watch);
      return;
    }
    ended.remove(address);
    var watch = watches.remove(address);
    if (watch != null) {
      watch.close();
    }
  }

  private PortWatch watch(UniqueAddress member) {
    var self = getContext().getSelf();
    var host = member.address().getHost().orElseThrow();
    var port = member.address().getPort().orElseThrow();
    return PortWatch.start(
        new InetSocketAddress(host, port),
        new PortWatch.Listener() {
          @Override
          public void ended() {
            self.tell(new Ended(member));
          }

          @Override
          public void answers() {
            self.tell(new Answers(member));
          }
        });
  }

  private void putOut() {
    var state = cluster.state();
    var gone = new HashSet<>(ended);
    state.getUnreachable().forEach(member -> gone.add(member.uniqueAddress()));
    var counted =
        StreamSupport.stream(state.getMembers().spliterator(), false)
            .filter(member -> COUNTED.contains(member.status()))
            .map(Member::uniqueAddress)
            .toList();
    if (!isMajority(counted, gone)) {
      return;
    }
    for (Member member : state.getMembers()) {
      if (ended.contains(member.uniqueAddress()) && WATCHED.contains(member.status())) {
        getContext()
            .getLog()
            .warn(
                "{} is put out of the cluster: its process has ended, its port refuses connections",
                member.address());
        terminate(member.uniqueAddress());
        cluster.manager().tell(new Down(member.address()));
      }
    }
  }

  /**
   * Without it, the cluster removes a member that is down only when the failure detector agrees.
   */
  private void terminate(UniqueAddress member) {
    getContext()
        .getSystem()
        .classicSystem()
        .eventStream()
        .publish(
            new QuarantinedEvent(
                new org.apache.pekko.remote.UniqueAddress(member.address(), member.longUid())));
  }

  /**
   * @param counted the members that count
   * @param gone those that have ended or cannot be reached
   */
  static boolean isMajority(Collection<UniqueAddress> counted, Set<UniqueAddress> gone) {
    return 2 * counted.stream().filter(member -> !gone.contains(member)).count() > counted.size();
  }
}
