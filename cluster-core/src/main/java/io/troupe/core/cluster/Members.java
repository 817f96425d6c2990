package io.troupe.core.cluster;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;

/** Who is in the cluster, as this node sees it now. */
public final class Members {
  private Members() {}

  /** Whatever their state. */
  public static Stream<Member> of(Cluster cluster) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false);
  }

  /** Addresses of all but this node. */
  public static Set<Address> othersThan(Cluster cluster) {
    var others = new HashSet<Address>();
    of(cluster).map(Member::address).forEach(others::add);
    others.remove(cluster.selfMember().address());
    return others;
  }
}
