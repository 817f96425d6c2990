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

  @Override
  int kills() {
    return Integer.getInteger("troupe.test.kills", 1);
  }
}
