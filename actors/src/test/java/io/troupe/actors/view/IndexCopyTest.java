package io.troupe.actors.view;

import static io.troupe.actors.view.InstanceIndexTest.VIEW;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.core.cluster.Members;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.Leave;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that starts and others that have the list of instances, as a cluster. */
class IndexCopyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Too many for one message. */
  private static final int MANY = 100;

  private final List<Node> nodes = new ArrayList<>();
  private final Node first = new Node();
  private final Node second = new Node();

  @AfterEach
  void stop() {
    nodes.forEach(node -> node.kit.shutdownTestKit());
  }

  @Test
  void aNodeThatStartsIsGivenTheWholeList() throws Exception {
    first.feed.tell(new IndexFeed.Restored());
    second.feed.tell(new IndexFeed.Restored());
    var entries = IntStream.range(0, MANY).mapToObj(_ -> longAgo(InstanceId.fresh())).toList();
    entries.forEach(first.index::put);
    entries.forEach(second.index::put);

    var third = new Node();

    assertThat(third.taken().toCompletableFuture().get(60, TimeUnit.SECONDS)).contains(MANY);
    assertThat(entries)
        .allSatisfy(entry -> assertThat(third.index.find(entry.id())).contains(VIEW));
  }

  /** All begin at the same time: nobody waits for another. */
  @Test
  void whereAllReadThePastItIsNotWaitedFor() throws Exception {
    var third = new Node();

    assertThat(third.taken().toCompletableFuture().get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void aListWithAGapIsNotGiven() {
    first.feed.tell(new IndexFeed.Restored());
    var third = new Node();
    first.awaitCopyFor(third);

    // The second node says that it has told what did not come.
    first.feed.tell(new IndexFeed.ComeTo(first.seen(second.feed), 1_000_000));

    assertThat(first.copyFor(third)).isInstanceOf(IndexFeed.NoCopy.class);
    first.awaitCopyFor(third);
  }

  /** It may have acknowledged what is in no list yet. */
  @Test
  void noListIsGivenUntilItIsKnownWhatAnotherDidLast() {
    first.feed.tell(new IndexFeed.Restored());
    var third = new Node();
    first.awaitCopyFor(third);

    second.leave();

    first.probe.awaitAssert(
        PATIENCE,
        () -> {
          assertThat(first.searches).hasSize(1);
          return null;
        });
    assertThat(first.copyFor(third)).isInstanceOf(IndexFeed.NoCopy.class);
    first.searches.forEach(search -> search.complete(null));
    first.awaitCopyFor(third);
  }

  /** It may be anything that it has done. */
  @Test
  void noListIsGivenWhileAMemberWasNotHeard() {
    first.feed.tell(new IndexFeed.Restored());
    var third = new Node();
    first.awaitCopyFor(third);
    first.unheard.add(new Address("pekko", "troupe", "192.0.2.1", 25600));

    assertThat(first.copyFor(third)).isInstanceOf(IndexFeed.NoCopy.class);
  }

  private static InstanceIndex.Entry longAgo(InstanceId id) {
    var shown = Optional.of(Shown.of(VIEW));
    var then = Instant.now().minus(Duration.ofDays(3));
    return new InstanceIndex.Entry(id, 5, shown, false, Optional.empty(), then);
  }

  /** A member of the cluster of {@link #first}. */
  private final class Node {
    final ActorTestKit kit =
        ActorTestKit.create(
            "troupe",
            ConfigFactory.parseString("pekko.coordinated-shutdown.exit-jvm = off")
                .withFallback(ConfigFactory.parseResources("troupe-pekko.conf"))
                .withFallback(ConfigFactory.load()));
    final Cluster cluster = Cluster.get(kit.system());
    final InstanceIndex index = new InstanceIndex(MANY);
    final Set<Address> unheard = ConcurrentHashMap.newKeySet();
    final List<CompletableFuture<Void>> searches = new CopyOnWriteArrayList<>();
    final TestProbe<IndexFeed.CopyReply> probe = kit.createTestProbe(IndexFeed.CopyReply.class);
    final ActorRef<IndexFeed.Message> feed;

    Node() {
      var seed = nodes.isEmpty() ? cluster : nodes.getFirst().cluster;
      cluster.manager().tell(Join.create(seed.selfMember().address()));
      nodes.add(this);
      probe.awaitAssert(
          PATIENCE,
          () -> {
            assertThat(cluster.selfMember().status()).isEqualTo(MemberStatus.up());
            return null;
          });
      feed = kit.spawn(IndexFeed.create(index, this::search, this::others, Instant::now));
    }

    private CompletionStage<Void> search(Instant since) {
      var search = new CompletableFuture<Void>();
      searches.add(search);
      return search;
    }

    private Set<Address> others() {
      var others = Members.othersThan(cluster);
      others.addAll(unheard);
      return others;
    }

    CompletionStage<Optional<Integer>> taken() {
      return IndexCopy.take(kit.system(), feed, index);
    }

    void leave() {
      cluster.manager().tell(Leave.create(cluster.selfMember().address()));
    }

    /** As if it had come in a message from its node. */
    ActorRef<IndexFeed.Message> seen(ActorRef<IndexFeed.Message> other) {
      var owner = nodes.stream().filter(node -> node.feed == other).findFirst().orElseThrow();
      var written = ActorRefResolver.get(owner.kit.system()).toSerializationFormat(other);
      return ActorRefResolver.get(kit.system()).resolveActorRef(written);
    }

    IndexFeed.CopyReply copyFor(Node other) {
      feed.tell(new IndexFeed.GetCopy(seen(other.feed), probe.getRef()));
      return probe.receiveMessage();
    }

    /** Waits until nothing is missing that the others have done. */
    void awaitCopyFor(Node other) {
      probe.awaitAssert(
          PATIENCE,
          () -> {
            assertThat(copyFor(other)).isInstanceOf(IndexFeed.Copy.class);
            return null;
          });
    }
  }
}
