package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.actors.project.QuotaUsage;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What a project may have and has: {@code /limits}, and {@code /os-quota-sets} as one reads it. */
final class QuotaRoutes {
  private static final Set<String> QUERY = Set.of("user_id");

  private final Api api;
  private final ProjectQuotas limits;

  QuotaRoutes(Api api) {
    this.api = api;
    this.limits = ProjectQuotas.of(api);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/limits", Policy.ANY, this::limits),
        Route.get("/os-quota-sets/{id}", Policy.READER, Handler.now(this::quotas)),
        Route.get("/os-quota-sets/{id}/detail", Policy.READER, this::detail),
        Route.get("/os-quota-sets/{id}/defaults", Policy.ANY, Handler.now(this::defaults)));
  }

  private CompletionStage<HttpResponse> limits(Call call) {
    Optional<String> tenant = call.query().get("tenant_id");
    ProjectId project = tenant.map(ProjectId::new).orElseGet(() -> call.caller().project());
    if (!call.caller().reaches(project)) {
      throw ApiError.forbidden("Policy doesn't allow seeing another project's limits.").thrown();
    }
    return api.quotas()
        .usage(project)
        .thenApply(
            usage -> {
              var body = Json.object();
              var shown = body.putObject("limits");
              shown.putArray("rate");
              shown.set(
                  "absolute", absolute(call.version(), limits.of(project), usage, groups(project)));
              return Reply.ok(body);
            });
  }

  private static ObjectNode absolute(
      Microversion version, QuotaLimits limits, QuotaUsage usage, long groups) {
    var json = Json.object();
    json.put("maxTotalInstances", usage.maxInstances())
        .put("maxTotalCores", usage.maxCores())
        .put("maxTotalRAMSize", usage.maxRamMib())
        .put("maxTotalKeypairs", limits.get("key_pairs"))
        .put("maxServerMeta", limits.get("metadata_items"))
        .put("maxServerGroups", limits.get("server_groups"))
        .put("maxServerGroupMembers", limits.get("server_group_members"))
        .put("totalInstancesUsed", usage.instances())
        .put("totalCoresUsed", usage.cores())
        .put("totalRAMUsed", usage.ramMib())
        .put("totalServerGroupsUsed", groups);
    if (version.until(38)) {
      json.put("maxImageMeta", limits.get("metadata_items"));
    }
    if (version.until(56)) {
      json.put("maxPersonality", 5).put("maxPersonalitySize", 10240);
    }
    if (version.until(35)) {
      json.put("maxTotalFloatingIps", -1)
          .put("totalFloatingIpsUsed", 0)
          .put("maxSecurityGroups", -1)
          .put("maxSecurityGroupRules", -1)
          .put("totalSecurityGroupsUsed", 0);
    }
    return json;
  }

  private HttpResponse quotas(Call call) {
    return quotaSet(call, limits.of(own(call)));
  }

  private HttpResponse defaults(Call call) {
    expectKnownQuery(call);
    return quotaSet(call, limits.defaults());
  }

  private static HttpResponse quotaSet(Call call, QuotaLimits limits) {
    var body = Json.object();
    body.set("quota_set", QuotaJson.set(call.version(), limits).put("id", call.path("id")));
    return Reply.ok(body);
  }

  private CompletionStage<HttpResponse> detail(Call call) {
    ProjectId project = own(call);
    return api.quotas()
        .usage(project)
        .thenApply(
            usage -> {
              var used =
                  Map.of(
                      "instances",
                      (long) usage.instances(),
                      "cores",
                      (long) usage.cores(),
                      "ram",
                      usage.ramMib(),
                      "server_groups",
                      groups(project));
              var body = Json.object();
              var set = body.putObject("quota_set").put("id", project.value());
              QuotaJson.shown(call.version(), limits.of(project))
                  .forEach(
                      (name, limit) ->
                          set.putObject(name)
                              .put("limit", limit)
                              .put("in_use", used.getOrDefault(name, 0L))
                              .put("reserved", 0));
              return Reply.ok(body);
            });
  }

  private static void expectKnownQuery(Call call) {
    if (call.version().from(75)) {
      call.query().expectOnly(QUERY);
    }
  }

  private long groups(ProjectId project) {
    return api.catalog().all(ServerGroup.class).stream()
        .filter(group -> group.projectId().equals(project.value()))
        .count();
  }

  /** The project in the path; 403 when it is not the caller's, 400 when there is none. */
  private ProjectId own(Call call) {
    expectKnownQuery(call);
    String id = call.path("id");
    if (call.caller().scope().filter(scope -> scope.value().equals(id)).isEmpty()
        && !call.caller().isAdmin()) {
      throw ApiError.forbidden("Policy doesn't allow seeing another project's quota.").thrown();
    }
    return api.catalog()
        .find(Project.class, id)
        .map(project -> new ProjectId(project.id()))
        .orElseThrow(
            () -> ApiError.badRequest("Project ID " + id + " is not a valid project.").thrown());
  }
}
