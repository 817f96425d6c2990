package io.troupe.node;

import io.troupe.core.journal.JournalServer;
import java.util.Map;

class PostgresClusterTest extends ClusterOfThree {
  @Override
  JournalServer server() throws Exception {
    return JournalServer.postgres();
  }

  @Override
  Map<String, Object> settings(JournalServer server) {
    return Map.of(
        "troupe.journal.profile", "postgres",
        "troupe.journal.postgres.url", server.addresses().getFirst(),
        "troupe.journal.postgres.password", "troupe");
  }

  @Override
  int kills() {
    return Integer.getInteger("troupe.test.kills", 10);
  }
}
