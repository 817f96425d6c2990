package io.troupe.node.jmx;

import io.troupe.core.jmx.Description;
import io.troupe.core.jmx.Description.Impact;
import java.util.List;

@Description("The cluster as this node sees it: who belongs to it and in which state.")
public interface ClusterMXBean {
  /**
   * @param address {@code pekko://troupe@host:port}
   * @param status Pekko's member status: {@code Joining}, {@code Up}, {@code Leaving} …
   */
  record Member(String address, String status, List<String> roles, boolean reachable) {}

  @Description("Name of the cluster; a node of another name is not let in.")
  String getName();

  @Description("Address of the node this bean is on.")
  String getSelf();

  @Description("Every member with its status, roles, and whether this node can reach it.")
  List<Member> getMembers();

  @Description("Address of the member that admits and removes others; empty while there is none.")
  String getLeader();

  @Description("Addresses of members that cannot be reached now.")
  List<String> getUnreachable();

  @Description(
      value =
          "Lets a member go in order: its shards move to the others, then its JVM ends. Returns at once.",
      impact = Impact.CHANGES)
  void leave(@Description("Address of a member, whole or as host:port.") String address);

  @Description(
      value =
          "Removes a member that is dead or cut off. Its work starts anew on others, so be sure that it"
              + " no longer runs. Returns at once.",
      impact = Impact.CHANGES)
  void down(@Description("Address of a member, whole or as host:port.") String address);
}
