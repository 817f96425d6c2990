package io.troupe.node;

import io.troupe.core.journal.JournalServer;
import java.util.Map;

class PostgresNodeTest extends ProfileNode {
  @Override
  JournalServer server() throws Exception {
    return JournalServer.postgres();
  }

  @Override
  Map<String, String> settings(JournalServer server) {
    return Map.of(
        "troupe.journal.profile", "postgres",
        "troupe.journal.postgres.url", server.addresses().getFirst(),
        "troupe.journal.postgres.password", "troupe");
  }
}
