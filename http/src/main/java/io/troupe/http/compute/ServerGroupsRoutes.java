package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.scheduler.GroupSpec;
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
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    Query query = call.query();
    if (call.version().from(75)) {
      query.expectOnly(QUERY);
    }
    boolean everywhere = query.has("all_projects") && call.caller().may(Permission.ALL_TENANTS);
    String project = call.caller().project().value();
    var groups =
        api.catalog().all(ServerGroup.class).stream()
            .filter(group -> everywhere || group.projectId().equals(project))
            .skip(query.number("offset").orElse(0))
            .limit(
                Math.min(
                    api.settings().pageLimit(),
                    query.number("limit").orElse(api.settings().pageLimit())))
            .toList();
    var members = members(everywhere ? api.instances().all() : api.instances().ofProject(project));
    var body = Json.object();
    var list = body.putArray("server_groups");
    groups.forEach(
        group ->
            list.add(json(call.version(), group, members.getOrDefault(group.id(), List.of()))));
    return Reply.ok(body);
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(root -> group(root, call))
        .thenCompose(
            group ->
                api.catalog()
                    .createWithin(
                        group,
                        ProjectQuotas.of(api).of(call.caller().project()).get("server_groups")))
        .thenApply(answer -> reply(call, ApiError.accepted(answer), List.of()));
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
                          .list(1, 1, one -> policy(one, version))
                          .getFirst();
              int most = version.from(64) ? most(body, policy) : 1;
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

  private static int most(Body body, String policy) {
    return body.optional("rules")
        .map(
            field ->
                field.object(
                    rules ->
                        rules
                            .optional("max_server_per_host")
                            .map(
                                most -> {
                                  if (!isAnti(policy)) {
                                    throw most.invalid("Only anti-affinity policy supports rules.");
                                  }
                                  return (int) most.integer(1, Integer.MAX_VALUE);
                                })
                            .orElse(1)))
        .orElse(1);
  }

  private static boolean isAnti(String policy) {
    return GroupSpec.Policy.of(policy) == GroupSpec.Policy.ANTI_AFFINITY;
  }

  private HttpResponse show(Call call) {
    ServerGroup group = find(call);
    var members = members(api.instances().ofProject(group.projectId()));
    return reply(call, group, members.getOrDefault(group.id(), List.of()));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return api.catalog()
        .remove(ServerGroup.class, find(call).key())
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
        .orElseThrow(
            () ->
                new ApiError(
                        404,
                        "InstanceGroupNotFound",
                        "Instance group " + id + " could not be found.")
                    .thrown());
  }

  /** For each group the ids of its servers that are not deleted. */
  private static Map<String, List<String>> members(Iterable<InstanceView> servers) {
    var members = new HashMap<String, List<String>>();
    for (InstanceView server : servers) {
      if (server.vmState() != VmState.DELETED) {
        server
            .request()
            .group()
            .ifPresent(
                group ->
                    members
                        .computeIfAbsent(group.id(), id -> new ArrayList<>())
                        .add(server.id().toString()));
      }
    }
    return members;
  }

  private static HttpResponse reply(Call call, ServerGroup group, List<String> members) {
    var body = Json.object();
    body.set("server_group", json(call.version(), group, members));
    return Reply.ok(body);
  }

  private static ObjectNode json(Microversion version, ServerGroup group, List<String> members) {
    var json = Json.object();
    json.put("id", group.id()).put("name", group.name());
    if (version.from(64)) {
      json.put("policy", group.policy());
      var rules = json.putObject("rules");
      if (isAnti(group.policy()) && group.maxServerPerHost() > 1) {
        rules.put("max_server_per_host", group.maxServerPerHost());
      }
    } else {
      json.putArray("policies").add(group.policy());
      json.putObject("metadata");
    }
    members.stream().sorted().forEach(json.putArray("members")::add);
    if (version.from(13)) {
      json.put("project_id", group.projectId()).put("user_id", group.userId());
    }
    return json;
  }
}
