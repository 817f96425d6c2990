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
    return LiveCluster.onPostgres(server);
  }

  @Override
  int kills() {
    return Integer.getInteger("troupe.test.kills", 10);
  }
}
