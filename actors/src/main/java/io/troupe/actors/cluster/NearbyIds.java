package io.troupe.actors.cluster;

import io.troupe.actors.instance.InstanceActor;
import io.troupe.core.value.InstanceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.HashCodeMessageExtractor;

/**
 * Ids for new instances whose entities will be on this node, so that the node that was asked for an
 * instance and goes on being asked about it has it at hand. Which shards are here is learned from
 * the entities that start here; before that, and when a shard has just moved, an id is a random one
 * like any other and nothing but speed depends on it. See docs/adr/0022.
 */
public final class NearbyIds {
  /**
   * Random ids looked at. On one of ten nodes every tenth is near: two thirds of all ids are found
   * so, and looking costs less than one message to another node.
   */
  private static final int TRIES = 12;

  private record Here(ActorRef<Void> shard) {}

  private final HashCodeMessageExtractor<InstanceActor.Message> shards;
  private final Set<String> here = ConcurrentHashMap.newKeySet();
  private final ActorRef<Object> watcher;

  NearbyIds(ActorSystem<?> system) {
    this.shards =
        new HashCodeMessageExtractor<>(
            system.settings().config().getInt("pekko.cluster.sharding.number-of-shards"));
    this.watcher = system.systemActorOf(watcher(), "nearby-ids", Props.empty());
  }

  /** An entity is starting on this node; the actor above it is its shard, named by its number. */
  <T> Behavior<T> notingShard(Behavior<T> instance) {
    return Behaviors.setup(
        context -> {
          var shard = Adapter.toClassic(context).parent();
          if (!here.contains(shard.path().name())) {
            watcher.tell(new Here(Adapter.toTyped(shard)));
          }
          return instance;
        });
  }

  public InstanceId next() {
    var id = InstanceId.fresh();
    for (int tried = 1; tried < TRIES && !isNear(id); tried++) {
      id = InstanceId.fresh();
    }
    return id;
  }

  /** For each shard of instances the id of one that does not exist. */
  Map<String, InstanceId> oneOfEachShard() {
    var all = new HashMap<String, InstanceId>();
    while (all.size() < shards.numberOfShards()) {
      var id = InstanceId.fresh();
      all.put(shards.shardId(id.toString()), id);
    }
    return all;
  }

  boolean isNear(InstanceId id) {
    return here.contains(shards.shardId(id.toString()));
  }

  private Behavior<Object> watcher() {
    return Behaviors.setup(
        context ->
            Behaviors.receive(Object.class)
                .onMessage(
                    Here.class,
                    message -> {
                      var shard = message.shard();
                      if (here.add(shard.path().name())) {
                        context.watchWith(shard, shard.path().name());
                      }
                      return Behaviors.same();
                    })
                .onMessage(
                    String.class,
                    gone -> {
                      here.remove(gone);
                      return Behaviors.same();
                    })
                .build());
  }
}
