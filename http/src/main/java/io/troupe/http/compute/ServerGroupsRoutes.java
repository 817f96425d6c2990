package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-server-groups}: servers that shall stand together or apart. */
final class ServerGroupsRoutes {
  private static final Set<String> QUERY = Set.of("all_projects", "limit", "offset");

  private final Api api;

  ServerGroupsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-server-groups", Policy.READER, Handler.now(this::list)),
        Route.post("/os-server-groups", Policy.MEMBER, this::create),
        Route.get("/os-server-groups/{id}", Policy.READER, Handler.now(this::show)),
        Route.delete("/os-server-groups/{id}", Policy.MEMBER, this::delete));
  }

  private HttpResponse list(Call call) {
    var query = call.query();
    if (call.version().from(75)) {
      query.expectOnly(QUERY);
    }
    boolean all = query.has("all_projects") && call.caller().may(Permission.OTHER_PROJECTS);
    int limit =
        Math.min(api.settings().pageLimit(), query.number("limit").orElse(Integer.MAX_VALUE));
    var body = Json.object();
    var list = body.putArray("server_groups");
    api.catalog().all(ServerGroup.class).stream()
        .filter(group -> all || group.projectId().equals(call.caller().project().value()))
        .skip(query.number("offset").orElse(0))
        .limit(limit)
        .forEach(group -> list.add(json(call, group)));
    return Reply.ok(body);
  }

  private HttpResponse show(Call call) {
    return one(call, find(call));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(root -> group(root, call))
        .thenCompose(
            group -> {
              checkQuota(call.caller().project());
              return api.catalog().create(group);
            })
        .thenApply(answer -> one(call, ApiError.accepted(answer)));
  }

  private ServerGroup group(Body root, Call call) {
    Microversion version = call.version();
    return root.required("server_group")
        .object(
            body -> {
              String name = body.required("name").name();
              String policy =
                  version.from(64)
                      ? policy(body.required("policy"), version)
                      : body.required("policies")
                          .list(1, 1, item -> policy(item, version))
                          .getFirst();
              int most = version.from(64) ? mostPerHost(body, policy) : 1;
              return new ServerGroup(
                  UUID.randomUUID().toString(),
                  name,
                  call.caller().project().value(),
                  call.caller().userId(),
                  policy,
                  most,
                  api.clock().instant());
            });
  }

  private static String policy(Field field, Microversion version) {
    return version.from(15)
        ? field.choice("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")
        : field.choice("anti-affinity", "affinity");
  }

  /** The rule {@code max_server_per_host}, which only anti-affinity has. */
  private static int mostPerHost(Body body, String policy) {
    return body.optional("rules")
        .map(
            field -> {
              if (!policy.equals("anti-affinity") && field.node().size() > 0) {
                throw field.invalid("Only anti-affinity policy supports rules.");
              }
              return field.object(
                  rules ->
                      rules
                          .optional("max_server_per_host")
                          .map(most -> (int) most.integer(1, Integer.MAX_VALUE))
                          .orElse(1));
            })
        .orElse(1);
  }

  private void checkQuota(ProjectId project) {
    long limit =
        QuotaLimits.of(api.catalog().find(Project.class, project.value())).get("server_groups");
    long used =
        api.catalog().all(ServerGroup.class).stream()
            .filter(group -> group.projectId().equals(project.value()))
            .count();
    if (limit >= 0 && used >= limit) {
      throw ApiError.forbidden("Quota exceeded, too many server groups.").thrown();
    }
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return api.catalog()
        .remove(ServerGroup.class, find(call).id())
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(204);
            });
  }

  private ServerGroup find(Call call) {
    String id = call.path("id");
    return api.catalog()
        .find(ServerGroup.class, id)
        .filter(group -> call.caller().reaches(new ProjectId(group.projectId())))
        .orElseThrow(() -> ApiError.notFound("Instance group", id).thrown());
  }

  private HttpResponse one(Call call, ServerGroup group) {
    var body = Json.object();
    body.set("server_group", json(call, group));
    return Reply.ok(body);
  }

  private ObjectNode json(Call call, ServerGroup group) {
    var json = Json.object();
    json.put("id", group.id()).put("name", group.name());
    if (call.version().from(64)) {
      json.put("policy", group.policy());
      var rules = json.putObject("rules");
      if (group.policy().equals("anti-affinity") && group.maxServerPerHost() > 1) {
        rules.put("max_server_per_host", group.maxServerPerHost());
      }
    } else {
      json.putArray("policies").add(group.policy());
      json.putObject("metadata");
    }
    var members = json.putArray("members");
    for (InstanceView server : api.instances().ofProject(group.projectId())) {
      boolean member =
          server.vmState() != VmState.DELETED
              && server.request().group().filter(g -> g.id().equals(group.id())).isPresent();
      if (member) {
        members.add(server.id().toString());
      }
    }
    if (call.version().from(13)) {
      json.put("project_id", group.projectId()).put("user_id", group.userId());
    }
    return json;
  }
}
