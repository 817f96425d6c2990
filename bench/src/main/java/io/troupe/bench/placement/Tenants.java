package io.troupe.bench.placement;

import io.troupe.actors.host.HostActor;
import io.troupe.actors.scheduler.Candidate;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Tenants who each have one instance placed and claimed after the other, as the instances' actors
 * do it: the scheduler is asked, the best host claims, the alternates when it refuses.
 */
final class Tenants {
  /** What is counted over all tenants of a run. */
  static final class Count {
    final AtomicLong left = new AtomicLong();
    final AtomicLong claimed = new AtomicLong();
    final AtomicLong conflicts = new AtomicLong();
    final AtomicLong unplaced = new AtomicLong();
    final ConcurrentLinkedQueue<Made> made = new ConcurrentLinkedQueue<>();
  }

  /** A claim that was made. */
  record Made(InstanceId instance, HostId host) {}

  private static final int RELEASED_AT_ONCE = 500;

  private final LocalCloud cloud;

  Tenants(LocalCloud cloud) {
    this.cloud = cloud;
  }

  /**
   * Places so many instances, so many at a time.
   *
   * @param group which all of them join
   * @return when all are claimed, or refused for good
   */
  Count place(long placements, int inFlight, Optional<GroupSpec> group)
      throws InterruptedException {
    var count = new Count();
    count.left.set(placements);
    var done = new CountDownLatch(inFlight);
    for (int i = 0; i < inFlight; i++) {
      cloud
          .system()
          .systemActorOf(
              Behaviors.<Object>setup(context -> new Tenant(cloud, count, group, done, context)),
              "tenant-" + InstanceId.fresh(),
              Props.empty());
    }
    done.await();
    return count;
  }

  /** Gives claims back, some hundred at a time. */
  void release(List<Made> claims) {
    for (int first = 0; first < claims.size(); first += RELEASED_AT_ONCE) {
      var some = claims.subList(first, Math.min(first + RELEASED_AT_ONCE, claims.size()));
      var answers = some.stream().map(this::release).toArray(CompletableFuture<?>[]::new);
      CompletableFuture.allOf(answers).join();
    }
  }

  private CompletableFuture<HostActor.ClaimReply> release(Made one) {
    return cloud.askLater(
        cloud.hosts().get(one.host), to -> new HostActor.ReleaseClaim(one.instance, 1, to));
  }

  private static final class Tenant extends AbstractBehavior<Object> {
    private static final List<Resources> FLAVORS =
        List.of(new Resources(1, 1024, 10), new Resources(2, 4096, 20), new Resources(4, 8192, 40));

    private final LocalCloud cloud;
    private final Count count;
    private final Optional<GroupSpec> group;
    private final CountDownLatch done;
    private final ActorRef<Decision> decisions;
    private final ActorRef<HostActor.ClaimReply> claims;
    private final Deque<HostId> candidates = new ArrayDeque<>();
    private RequestSpec spec;

    Tenant(
        LocalCloud cloud,
        Count count,
        Optional<GroupSpec> group,
        CountDownLatch done,
        ActorContext<Object> context) {
      super(context);
      this.cloud = cloud;
      this.count = count;
      this.group = group;
      this.done = done;
      this.decisions = context.getSelf().narrow();
      this.claims = context.getSelf().narrow();
      context.getSelf().tell("begin");
    }

    @Override
    public Receive<Object> createReceive() {
      return newReceiveBuilder().onAnyMessage(this::on).build();
    }

    private Behavior<Object> on(Object message) {
      return switch (message) {
        case Decision.Placed(var found, _) -> {
          found.stream().map(Candidate::host).forEach(candidates::add);
          claim();
          yield this;
        }
        case HostActor.ClaimMade _ -> {
          count.claimed.incrementAndGet();
          count.made.add(new Made(spec.instance(), candidates.getFirst()));
          yield next();
        }
        case HostActor.ClaimReply _ -> { // refused
          count.conflicts.incrementAndGet();
          spec = spec.excluding(candidates.removeFirst());
          if (candidates.isEmpty()) {
            ask();
          } else {
            claim();
          }
          yield this;
        }
        case Decision.NoValidHost _ -> {
          count.unplaced.incrementAndGet();
          yield next();
        }
        default -> next();
      };
    }

    private Behavior<Object> next() {
      long number = count.left.getAndDecrement();
      if (number <= 0) {
        done.countDown();
        return Behaviors.stopped();
      }
      candidates.clear();
      spec =
          new RequestSpec(
              InstanceId.fresh(),
              new ProjectId("bench"),
              FLAVORS.get((int) (number % FLAVORS.size())),
              Optional.empty(),
              Optional.empty(),
              Set.of(),
              group,
              Map.of(),
              Map.of(),
              Map.of(),
              3);
      ask();
      return this;
    }

    private void ask() {
      cloud.scheduler().tell(new SchedulerActor.Place(spec, decisions));
    }

    private void claim() {
      cloud.host(candidates.getFirst()).tell(new HostActor.MakeClaim(spec, 1, claims));
    }
  }
}
