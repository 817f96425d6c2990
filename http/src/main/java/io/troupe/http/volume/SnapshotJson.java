package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.json.Json;

/** Snapshots of volumes as the Volume API shows them. */
final class SnapshotJson {
  private SnapshotJson() {}

  static ObjectNode brief(VolumeSnapshot snapshot) {
    var json =
        Json.object()
            .put("id", snapshot.id())
            .put("name", snapshot.name())
            .put("description", snapshot.description().isEmpty() ? null : snapshot.description())
            .put("volume_id", snapshot.volumeId())
            .put("status", snapshot.status().word())
            .put("size", snapshot.sizeGib())
            .put("created_at", Json.timeMicros(snapshot.createdAt()))
            .put("updated_at", Json.timeMicros(snapshot.updatedAt()))
            .put("user_id", snapshot.userId());
    var metadata = json.putObject("metadata");
    snapshot.metadata().forEach(metadata::put);
    return json;
  }

  static ObjectNode of(VolumeSnapshot snapshot) {
    var progress = snapshot.status() == VolumeSnapshot.Status.CREATING ? "0%" : "100%";
    return brief(snapshot)
        .put("os-extended-snapshot-attributes:project_id", snapshot.projectId())
        .put("os-extended-snapshot-attributes:progress", progress)
        .putNull("group_snapshot_id")
        .put("consumes_quota", true);
  }
}
