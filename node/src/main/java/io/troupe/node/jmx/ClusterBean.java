package io.troupe.node.jmx;

import io.troupe.core.cluster.Members;
import java.util.List;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Leave;

final class ClusterBean implements ClusterMXBean {
  private final Cluster cluster;
  private final String name;

  ClusterBean(ActorSystem<?> system, String name) {
    this.cluster = Cluster.get(system);
    this.name = name;
  }

  private CurrentClusterState state() {
    return cluster.state();
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public String getSelf() {
    return cluster.selfMember().address().toString();
  }

  @Override
  public List<Member> getMembers() {
    var unreachable = state().getUnreachable();
    return Members.of(cluster)
        .map(
            one ->
                new Member(
                    one.address().toString(),
                    one.status().toString(),
                    one.getRoles().stream().sorted().toList(),
                    !unreachable.contains(one)))
        .toList();
  }

  @Override
  public String getLeader() {
    var leader = state().getLeader();
    return leader == null ? "" : leader.toString();
  }

  @Override
  public List<String> getUnreachable() {
    return state().getUnreachable().stream().map(one -> one.address().toString()).sorted().toList();
  }

  @Override
  public void leave(String address) {
    cluster.manager().tell(Leave.create(member(address)));
  }

  @Override
  public void down(String address) {
    cluster.manager().tell(new Down(member(address)));
  }

  private Address member(String address) {
    return Members.of(cluster)
        .map(org.apache.pekko.cluster.Member::address)
        .filter(one -> one.toString().equals(address) || one.hostPort().endsWith("@" + address))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is no member; there are %s"
                        .formatted(
                            address, Members.of(cluster).map(one -> one.address()).toList())));
  }
}
