package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What a project may have of volumes and has. */
final class VolumeLimitsRoutes {
  private final Api api;

  VolumeLimitsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/limits", Policy.READER, this::limits),
        Route.get("/os-quota-sets/{project}", Policy.READER, this::quotas),
        Route.get("/os-quota-sets/{project}/defaults", Policy.READER, this::quotas));
  }

  private CompletionStage<HttpResponse> limits(Call call) {
    return api.volumes()
        .volumes(call.caller().project().value())
        .thenApply(
            has -> {
              ObjectNode limits = Json.object();
              limits.putArray("rate");
              limits
                  .putObject("absolute")
                  .put("maxTotalVolumes", has.limits().volumes())
                  .put("maxTotalVolumeGigabytes", has.limits().gigabytes())
                  .put("maxTotalSnapshots", has.limits().snapshots())
                  .put("maxTotalBackups", 0)
                  .put("maxTotalBackupGigabytes", 0)
                  .put("totalVolumesUsed", has.volumes().size())
                  .put("totalGigabytesUsed", has.usedGib())
                  .put("totalSnapshotsUsed", has.snapshots().size())
                  .put("totalBackupsUsed", 0)
                  .put("totalBackupGigabytesUsed", 0);
              return Reply.ok(Json.object().set("limits", limits));
            });
  }

  private CompletionStage<HttpResponse> quotas(Call call) {
    String project = call.path("project");
    if (!call.caller().reaches(new ProjectId(project))) {
      throw ApiError.forbidden("Only an administrator may see another project's quota.").thrown();
    }
    boolean usage = call.query().flag("usage", false);
    return api.volumes()
        .volumes(project)
        .thenApply(
            has -> {
              ObjectNode set = Json.object().put("id", project);
              put(set, "volumes", has.limits().volumes(), has.volumes().size(), usage);
              put(set, "gigabytes", has.limits().gigabytes(), has.usedGib(), usage);
              put(set, "snapshots", has.limits().snapshots(), has.snapshots().size(), usage);
              put(set, "per_volume_gigabytes", largest(has), 0, usage);
              put(set, "backups", 0, 0, usage);
              put(set, "backup_gigabytes", 0, 0, usage);
              put(set, "groups", 0, 0, usage);
              return Reply.ok(Json.object().set("quota_set", set));
            });
  }

  private static long largest(ProjectVolumes has) {
    return has.limits().largestGib();
  }

  private static void put(ObjectNode set, String key, long limit, long used, boolean usage) {
    if (usage) {
      set.putObject(key).put("limit", limit).put("in_use", used).put("reserved", 0);
    } else {
      set.put(key, limit);
    }
  }
}
