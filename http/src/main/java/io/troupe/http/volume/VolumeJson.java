package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.Volume;
import io.troupe.core.value.HostId;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;

/** Volumes as the Volume API shows them. */
final class VolumeJson {
  /** There is one zone: a volume lies where its server is. */
  static final String ZONE = "nova";

  private VolumeJson() {}

  static ObjectNode brief(Call call, Volume volume) {
    var json = Json.object().put("id", volume.id()).put("name", volume.name());
    json.set("links", call.links().selfAndBookmark("/volumes/" + volume.id()));
    return json;
  }

  static ObjectNode of(Call call, Volume volume) {
    var json = brief(call, volume);
    json.put("status", volume.status().word())
        .put("size", volume.sizeGib())
        .put("availability_zone", ZONE)
        .put("created_at", Json.timeMicros(volume.createdAt()))
        .put("updated_at", Json.timeMicros(volume.updatedAt()))
        .put("description", volume.description().isEmpty() ? null : volume.description())
        .put("volume_type", VolumeTypesRoutes.NAME)
        .put("snapshot_id", volume.origin().map(Volume.Origin::snapshotId).orElse(null))
        .putNull("source_volid")
        .put("user_id", volume.userId())
        .put("bootable", Boolean.toString(volume.bootable()))
        .put("encrypted", false)
        .putNull("replication_status")
        .putNull("consistencygroup_id")
        .put("multiattach", false)
        .putNull("migration_status")
        .put("os-vol-tenant-attr:tenant_id", volume.projectId());
    var metadata = json.putObject("metadata");
    volume.metadata().forEach(metadata::put);
    putAttachments(json, volume);
    volume
        .image()
        .ifPresent(
            image ->
                json.putObject("volume_image_metadata")
                    .put("image_id", image.id())
                    .put("disk_format", image.diskFormat())
                    .put("size", Long.toString(image.sizeBytes())));
    if (call.caller().isAdmin()) {
      json.put("os-vol-host-attr:host", volume.host().map(HostId::value).orElse(null))
          .putNull("os-vol-mig-status-attr:migstat")
          .putNull("os-vol-mig-status-attr:name_id");
    }
    return json;
  }

  private static void putAttachments(ObjectNode json, Volume volume) {
    var attachments = json.putArray("attachments");
    volume
        .use()
        .filter(_ -> volume.status() != Volume.Status.RESERVED)
        .ifPresent(
            use ->
                attachments
                    .addObject()
                    .put("id", volume.id())
                    .put("attachment_id", use.attachmentId())
                    .put("volume_id", volume.id())
                    .put("server_id", use.instance().toString())
                    .putNull("host_name")
                    .put("device", use.device())
                    .put("attached_at", Json.timeMicros(use.since())));
  }
}
