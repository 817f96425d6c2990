package io.troupe.node.jmx;

import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.group.ServerGroupActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.ShardRegion;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;

final class ShardsBean implements ShardsMXBean {
  /** For the other nodes' regions to answer; one that does not is left out. */
  private static final Duration REGION_ANSWER = Duration.ofSeconds(2);

  private static final Map<String, EntityTypeKey<?>> TYPES =
      List.of(
              InstanceActor.KEY,
              HostActor.KEY,
              ConnectionActor.KEY,
              ProjectActor.KEY,
              NetworkActor.KEY,
              ServerGroupActor.KEY,
              CatalogActor.KEY)
          .stream()
          .collect(Collectors.toMap(EntityTypeKey::name, key -> key));

  private final ActorSystem<?> system;
  private final Asker asker;

  ShardsBean(ActorSystem<?> system, Asker asker) {
    this.system = system;
    this.asker = asker;
  }

  @Override
  public List<String> getTypes() {
    return TYPES.keySet().stream().sorted().toList();
  }

  @Override
  public List<Held> getEntities() {
    return getTypes().stream().flatMap(type -> held(type).stream()).toList();
  }

  @Override
  public long getTotal() {
    return getEntities().stream().mapToLong(Held::entities).sum();
  }

  @Override
  public List<Shard> shards(String type) {
    if (!TYPES.containsKey(type)) {
      throw new IllegalArgumentException(type + " is no type of entities; there are " + getTypes());
    }
    return regions(type).entrySet().stream()
        .flatMap(
            region ->
                region.getValue().getStats().entrySet().stream()
                    .map(
                        shard ->
                            new Shard(
                                shard.getKey(), node(region.getKey()), count(shard.getValue()))))
        .sorted(Comparator.comparing(Shard::node).thenComparing(Shard::shard))
        .toList();
  }

  private List<Held> held(String type) {
    return regions(type).entrySet().stream()
        .map(
            region -> {
              var shards = region.getValue().getStats();
              var entities = shards.values().stream().mapToInt(ShardsBean::count).sum();
              return new Held(type, node(region.getKey()), shards.size(), entities);
            })
        .sorted(Comparator.comparing(Held::node))
        .toList();
  }

  private Map<Address, ShardRegion.ShardRegionStats> regions(String type) {
    return asker
        .<org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery,
            ShardRegion.ClusterShardingStats>
            ask(
                "the shards of type " + type,
                ClusterSharding.get(system).shardState(),
                replyTo -> new GetClusterShardingStats(TYPES.get(type), REGION_ANSWER, replyTo))
        .getRegions();
  }

  /** Pekko shows the asked node without host and port. */
  private String node(Address address) {
    return address.hasLocalScope()
        ? Cluster.get(system).selfMember().address().toString()
        : address.toString();
  }

  private static int count(Object entities) {
    return ((Number) entities).intValue();
  }
}
