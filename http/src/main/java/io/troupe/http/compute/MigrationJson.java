package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.DriverResult.MigrationSeen;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import java.util.Optional;
import java.util.zip.CRC32;

/** A migration as one caller sees it in one microversion. */
final class MigrationJson {
  private MigrationJson() {}

  /** In the list of all migrations. */
  static ObjectNode inList(Call call, InstanceView server, Migration one) {
    var version = call.version();
    var json = common(one);
    json.put("instance_uuid", server.id().toString())
        .put("old_instance_type_id", flavorNumber(one.oldFlavor()))
        .put("new_instance_type_id", flavorNumber(one.newFlavor()));
    if (version.from(23)) {
      json.put("migration_type", one.type().word());
      if (isLive(one) && one.status().inProgress()) {
        json.set(
            "links",
            call.links()
                .selfAndBookmark("/servers/%s/migrations/%d".formatted(server.id(), one.number())));
      }
    }
    if (version.from(59)) {
      json.put("uuid", one.uuid());
    }
    if (version.from(80)) {
      putOwner(json, one);
    }
    return json;
  }

  /** A live migration of a server that is in progress. */
  static ObjectNode ofServer(Call call, InstanceView server, Migration one, MigrationSeen seen) {
    var version = call.version();
    var json = common(one);
    json.put("server_uuid", server.id().toString());
    put(json, "memory", seen.memory());
    put(json, "disk", seen.disk());
    if (version.from(59)) {
      json.put("uuid", one.uuid());
    }
    if (version.from(80)) {
      putOwner(json, one);
    }
    return json;
  }

  static boolean isLive(Migration one) {
    return one.type() == Migration.Type.LIVE_MIGRATION;
  }

  private static ObjectNode common(Migration one) {
    String source = name(one.source());
    String destination = name(one.destination());
    return Json.object()
        .put("id", one.number())
        .put("status", one.status().word())
        .put("source_compute", source)
        .put("source_node", source)
        .put("dest_compute", destination)
        .put("dest_node", destination)
        .put("dest_host", destination)
        .put("created_at", Json.timeMicros(one.createdAt()))
        .put("updated_at", Json.timeMicros(one.updatedAt()));
  }

  private static void put(ObjectNode json, String what, MigrationSeen.Copied copied) {
    json.put(what + "_total_bytes", copied.totalBytes())
        .put(what + "_processed_bytes", copied.processedBytes())
        .put(what + "_remaining_bytes", copied.remainingBytes());
  }

  private static void putOwner(ObjectNode json, Migration one) {
    json.put("user_id", one.userId()).put("project_id", one.projectId());
  }

  private static String name(Optional<HostId> host) {
    return host.map(HostId::value).orElse(null);
  }

  /** Nova shows a number of its own here; ours is the flavor's id where that is one. */
  private static long flavorNumber(String id) {
    if (!id.isEmpty() && id.length() < 10 && id.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Long.parseLong(id);
    }
    var sum = new CRC32();
    sum.update(id.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return sum.getValue() & 0x7fff_ffffL;
  }
}
