package io.troupe.node;

import io.troupe.core.journal.JournalServer;
import java.util.Map;

class CassandraNodeTest extends ProfileNode {
  @Override
  JournalServer server() throws Exception {
    return JournalServer.cassandra(1);
  }

  @Override
  Map<String, String> settings(JournalServer server) {
    return Map.of(
        "troupe.journal.profile", "cassandra",
        "troupe.journal.cassandra.replication-factor", "1",
        "troupe.journal.cassandra.contact-points.0", server.addresses().getFirst());
  }
}
