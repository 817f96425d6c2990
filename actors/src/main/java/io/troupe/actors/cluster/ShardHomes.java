package io.troupe.actors.cluster;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Sees to it that every shard has a home before somebody asks for one of its entities. Sharding
 * looks for it at the first message, for one shard after the other, and writes each to most of the
 * nodes: on nodes that have just started, the last of a hundred had its home after half a minute,
 * with clients waiting. There is one in the cluster; it goes on looking, since a shard loses its
 * home with its node, and when it moves to a node that has come.
 */
final class ShardHomes {
  /** Between two looks while shards are without a home. */
  static final Duration SOON = Duration.ofSeconds(2);

  /** And while all have one. */
  static final Duration LATER = Duration.ofSeconds(10);

  sealed interface Message {}

  private record Look() implements Message {}

  private record Known(Set<String> homes) implements Message {}

  private ShardHomes() {}

  /**
   * @param shards every shard that there can be
   * @param homes those that have a home, as far as the nodes answer
   * @param knock sends something harmless to an entity of the shard
   */
  static Behavior<Message> create(
      Set<String> shards, Supplier<CompletionStage<Set<String>>> homes, Consumer<String> knock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  context.getSelf().tell(new Look());
                  return Behaviors.receive(Message.class)
                      .onMessage(
                          Look.class,
                          look -> {
                            context.pipeToSelf(
                                homes.get(),
                                (known, failure) -> new Known(failure == null ? known : shards));
                            return Behaviors.same();
                          })
                      .onMessage(
                          Known.class,
                          known -> {
                            var without =
                                shards.stream()
                                    .filter(shard -> !known.homes().contains(shard))
                                    .collect(Collectors.toSet());
                            timers.startSingleTimer(new Look(), without.isEmpty() ? LATER : SOON);
                            without.forEach(knock);
                            return Behaviors.same();
                          })
                      .build();
                }));
  }
}
