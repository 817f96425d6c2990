package io.troupe.node;

import io.troupe.config.ClusterSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/** How a node becomes a member. */
final class Membership {
  /** A rolling start of several nodes, the first of which is slow. */
  private static final Duration LONGEST_JOIN = Duration.ofSeconds(90);

  private Membership() {}

  /**
   * Founds a cluster of one, or joins through the seed nodes; returns when this node is up.
   *
   * @throws StartRefused when the cluster does not let it in, or nobody answers
   */
  static void join(ActorSystem<?> system, ClusterSettings settings) throws StartRefused {
    var cluster = Cluster.get(system);
    var up = new CompletableFuture<Void>();
    var listener =
        system.systemActorOf(
            Behaviors.<SelfUp>receiveMessage(
                _ -> {
                  up.complete(null);
                  return Behaviors.stopped();
                }),
            "self-up",
            Props.empty());
    cluster.subscriptions().tell(Subscribe.create(listener, SelfUp.class));
    system
        .getWhenTerminated()
        .whenComplete(
            (_, _) -> up.completeExceptionally(new StartRefused(refusal(system, settings))));
    if (settings.alone()) {
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }
    try {
      up.get(LONGEST_JOIN.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new StartRefused(
          "no node of the cluster answered within "
              + LONGEST_JOIN.toSeconds()
              + " s: "
              + settings.seedNodes());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StartRefused refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused("interrupted while joining");
    }
  }

  /** The cluster says only that this node differs; in what, its own log says. */
  private static String refusal(ActorSystem<?> system, ClusterSettings settings) {
    var differs =
        CoordinatedShutdown.get(system)
            .getShutdownReason()
            .filter(CoordinatedShutdown.IncompatibleConfigurationDetectedReason$.class::isInstance)
            .isPresent();
    return differs
        ? "the cluster at %s has another name or wire version than this node, which has the name %s and wire version %s; the log of a node there says which"
            .formatted(
                settings.seedNodes(),
                settings.name(),
                system.settings().config().getString("troupe.cluster.wire-version"))
        : "the cluster did not let this node in; the reason stands in the log above";
  }
}
