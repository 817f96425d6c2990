package io.troupe.http.network;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Project;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Security groups: one, {@code default}, per project, which clients look for before they boot. No
 * traffic is filtered yet, and its rules say so.
 */
final class SecurityGroupsRoutes {
  private static final Set<String> ATTRIBUTES =
      Set.of("id", "name", "project_id", "tenant_id", "description", "stateful", "tags");

  private final Catalog catalog;
  private final Listing listing;

  SecurityGroupsRoutes(Catalog catalog, int pageLimit) {
    this.catalog = catalog;
    this.listing = new Listing("security-groups", ATTRIBUTES, pageLimit);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v2.0/security-groups", Policy.READER, Handler.now(this::list)),
        Route.get("/v2.0/security-groups/{id}", Policy.READER, Handler.now(this::show)));
  }

  /** The same for a project always and everywhere, so it need not be stored. */
  static String defaultGroupId(String projectId) {
    return derived("security-group/" + projectId);
  }

  private static String derived(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private HttpResponse list(Call call) {
    return listing.answer(call, groups(call.caller()));
  }

  private HttpResponse show(Call call) {
    String id = call.path("id");
    return groups(call.caller()).stream()
        .filter(group -> group.path("id").textValue().equals(id))
        .findFirst()
        .map(
            group ->
                Reply.ok(
                    Json.object().set("security_group", Listing.withFields(group, call.query()))))
        .orElseThrow(() -> ApiError.notFound("SecurityGroup", id).thrown());
  }

  private List<ObjectNode> groups(Caller caller) {
    Set<String> projects = new LinkedHashSet<>();
    projects.add(caller.project().value());
    if (caller.may(Permission.OTHER_PROJECTS)) {
      catalog.all(Project.class).forEach(project -> projects.add(project.id()));
    }
    return projects.stream().map(SecurityGroupsRoutes::group).toList();
  }

  private static ObjectNode group(String projectId) {
    ObjectNode group =
        Json.object()
            .put("id", defaultGroupId(projectId))
            .put("name", "default")
            .put("project_id", projectId)
            .put("tenant_id", projectId)
            .put("description", "Default security group: all traffic passes")
            .put("stateful", true);
    group.putArray("tags");
    ArrayNode rules = group.putArray("security_group_rules");
    for (String direction : List.of("egress", "ingress")) {
      for (String family : List.of("IPv4", "IPv6")) {
        rules
            .addObject()
            .put(
                "id",
                derived("security-group-rule/%s/%s/%s".formatted(projectId, direction, family)))
            .put("security_group_id", defaultGroupId(projectId))
            .put("project_id", projectId)
            .put("tenant_id", projectId)
            .put("direction", direction)
            .put("ethertype", family)
            .putNull("protocol")
            .putNull("port_range_min")
            .putNull("port_range_max")
            .putNull("remote_ip_prefix")
            .putNull("remote_group_id")
            .put("description", "");
      }
    }
    return group;
  }
}
