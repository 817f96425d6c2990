package io.troupe.node;

import io.troupe.core.journal.JournalServer;
import java.util.List;
import java.util.Map;

/**
 * {@code -Dtroupe.ring=true}: a ring of three Cassandra nodes with three copies, instead of one.
 */
class CassandraClusterTest extends ClusterOfThree {
  private static final int RING = Boolean.getBoolean("troupe.ring") ? 3 : 1;

  @Override
  JournalServer server() throws Exception {
    return JournalServer.cassandra(RING);
  }

  @Override
  Map<String, Object> settings(JournalServer server) {
    return Map.of(
        "troupe.journal.profile",
        "cassandra",
        "troupe.journal.cassandra.replication-factor",
        RING,
        "troupe.journal.cassandra.contact-points",
        List.copyOf(server.addresses()));
  }

  /**
   * Two cores that Cassandra shares with three nodes do not work off what waits after a kill at 50:
   * then clients wait for longer than the 45 s they are given.
   */
  @Override
  int perSecond() {
    return Integer.getInteger("troupe.test.rate", 10);
  }

  @Override
  int kills() {
    return Integer.getInteger("troupe.test.kills", 1);
  }
}
