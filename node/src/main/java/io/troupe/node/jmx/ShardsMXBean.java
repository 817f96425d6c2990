package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import java.util.List;

@Description("Where the entities are: which node holds how many of each type.")
public interface ShardsMXBean {
  record Held(String type, String node, int shards, int entities) {}

  record Shard(String shard, String node, int entities) {}

  @Description("The types of entities, such as instance and host.")
  List<String> getTypes();

  @Description("For each type and node, the shards there and the entities awake in them.")
  List<Held> getEntities();

  @Description("Entities of all types awake on all nodes.")
  long getTotal();

  @Description("The shards of a type, the node each is on and the entities awake in it.")
  List<Shard> shards(@Description("A type of entities, such as instance.") String type);
}
