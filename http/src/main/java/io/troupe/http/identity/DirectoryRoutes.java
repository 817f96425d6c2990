package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.access.Role;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Users, projects, roles, domains and who has which role: reading only. */
final class DirectoryRoutes {
  /** Filters for what has no roles here. */
  private static final Set<String> ELSEWHERE =
      Set.of("group.id", "scope.domain.id", "scope.system", "scope.OS-INHERIT:inherited_to");

  private final Directory directory;
  private final String region;

  DirectoryRoutes(Directory directory, String region) {
    this.directory = directory;
    this.region = region;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/projects", Policy.ADMIN, Handler.now(this::projects)),
        Route.get("/projects/{id}", Policy.ANY, Handler.now(this::project)),
        Route.get("/users", Policy.ADMIN, Handler.now(this::users)),
        Route.get("/users/{id}", Policy.ANY, Handler.now(this::user)),
        Route.get("/users/{id}/projects", Policy.ANY, Handler.now(this::projectsOfUser)),
        Route.get("/roles", Policy.ADMIN, Handler.now(this::roles)),
        Route.get("/roles/{id}", Policy.ADMIN, Handler.now(this::role)),
        Route.get("/role_assignments", Policy.ADMIN, Handler.now(this::assignments)),
        Route.get("/domains", Policy.ADMIN, Handler.now(this::domains)),
        Route.get("/domains/{id}", Policy.ANY, Handler.now(this::domain)),
        Route.get("/groups", Policy.ADMIN, Handler.now(call -> none(call, "groups"))),
        Route.get("/regions", Policy.ANY, Handler.now(this::regions)),
        Route.get("/services", Policy.ADMIN, Handler.now(this::services)),
        Route.get("/endpoints", Policy.ADMIN, Handler.now(this::endpoints)));
  }

  private HttpResponse projects(Call call) {
    Optional<String> name = call.query().get("name");
    Stream<Project> projects =
        directory.projects().stream().filter(p -> name.isEmpty() || p.name().equals(name.get()));
    if (call.query().has("enabled")) {
      boolean enabled = call.query().flag("enabled", true);
      projects = projects.filter(project -> project.enabled() == enabled);
    }
    return CollectionJson.reply(
        call, "projects", "/projects", inDomain(call, projects).map(p -> json(call, p)));
  }

  private HttpResponse project(Call call) {
    Project project =
        directory
            .project(call.path("id"))
            .orElseThrow(() -> DirectoryJson.missing("project", call.path("id")).thrown());
    var caller = call.caller();
    if (!caller.may(Permission.OTHER_PROJECTS)
        && directory.role(caller.userId(), project.id()).isEmpty()) {
      throw ApiError.forbidden("You may not see this project.").thrown();
    }
    return one("project", json(call, project));
  }

  private HttpResponse users(Call call) {
    Optional<String> name = call.query().get("name");
    Stream<User> users =
        directory.users().stream().filter(u -> name.isEmpty() || u.name().equals(name.get()));
    if (call.query().has("enabled")) {
      boolean enabled = call.query().flag("enabled", true);
      users = users.filter(user -> user.enabled() == enabled);
    }
    return CollectionJson.reply(
        call,
        "users",
        "/users",
        inDomain(call, users).map(user -> DirectoryJson.user(call.links(), user)));
  }

  private HttpResponse user(Call call) {
    call.caller().requireUser(call.path("id"));
    User user =
        directory
            .user(call.path("id"))
            .orElseThrow(() -> DirectoryJson.missing("user", call.path("id")).thrown());
    return one("user", DirectoryJson.user(call.links(), user));
  }

  private HttpResponse projectsOfUser(Call call) {
    call.caller().requireUser(call.path("id"));
    User user =
        directory
            .user(call.path("id"))
            .orElseThrow(() -> DirectoryJson.missing("user", call.path("id")).thrown());
    return CollectionJson.reply(
        call,
        "projects",
        "/users/" + user.id() + "/projects",
        directory.projectsOf(user.id()).stream().map(p -> json(call, p)));
  }

  private HttpResponse roles(Call call) {
    Optional<String> name = call.query().get("name");
    return CollectionJson.reply(
        call,
        "roles",
        "/roles",
        Arrays.stream(Role.values())
            .filter(role -> name.isEmpty() || role.word().equals(name.get()))
            .map(role -> DirectoryJson.role(call.links(), role)));
  }

  private HttpResponse role(Call call) {
    Role role =
        Arrays.stream(Role.values())
            .filter(r -> Directory.roleId(r).equals(call.path("id")))
            .findFirst()
            .orElseThrow(() -> DirectoryJson.missing("role", call.path("id")).thrown());
    return one("role", DirectoryJson.role(call.links(), role));
  }

  private HttpResponse assignments(Call call) {
    var query = call.query();
    boolean effective = query.has("effective") && query.flag("effective", true);
    Stream<RoleAssignment> assignments =
        directory.assignments().stream()
            .flatMap(a -> effective ? effective(a) : Stream.of(a))
            .distinct()
            .filter(a -> fits(query.get("user.id"), a.userId()))
            .filter(a -> fits(query.get("scope.project.id"), a.projectId()))
            .filter(a -> fits(query.get("role.id"), roleId(a)))
            .filter(a -> ELSEWHERE.stream().noneMatch(query::has));
    boolean names = query.flag("include_names", false);
    return CollectionJson.reply(
        call, "role_assignments", "/role_assignments", assignments.map(a -> json(call, a, names)));
  }

  /** The assignment and those it implies. */
  private static Stream<RoleAssignment> effective(RoleAssignment one) {
    Optional<Role> role = Role.of(one.role());
    return Arrays.stream(Role.values())
        .filter(held -> role.isPresent() && role.get().holds(held))
        .map(held -> new RoleAssignment(one.userId(), one.projectId(), held.word()));
  }

  private ObjectNode json(Call call, RoleAssignment assignment, boolean names) {
    var json = Json.object();
    var role = json.putObject("role").put("id", roleId(assignment));
    var user = json.putObject("user").put("id", assignment.userId());
    var project = json.putObject("scope").putObject("project").put("id", assignment.projectId());
    if (names) {
      role.put("name", assignment.role());
      putNameAndDomain(user, directory.user(assignment.userId()).map(User::name));
      putNameAndDomain(project, directory.project(assignment.projectId()).map(Project::name));
    }
    json.putObject("links")
        .put(
            "assignment",
            call.links()
                .self(
                    "/projects/%s/users/%s/roles/%s"
                        .formatted(
                            assignment.projectId(), assignment.userId(), roleId(assignment))));
    return json;
  }

  private static void putNameAndDomain(ObjectNode json, Optional<String> name) {
    json.put("name", name.orElse(""));
    json.putObject("domain").put("id", Directory.DOMAIN_ID).put("name", Directory.DOMAIN_NAME);
  }

  private HttpResponse domains(Call call) {
    Optional<String> name = call.query().get("name");
    boolean shown = name.isEmpty() || name.get().equals(Directory.DOMAIN_NAME);
    return CollectionJson.reply(
        call,
        "domains",
        "/domains",
        shown ? Stream.of(DirectoryJson.domain(call.links())) : Stream.empty());
  }

  private HttpResponse domain(Call call) {
    if (!call.path("id").equals(Directory.DOMAIN_ID)) {
      throw DirectoryJson.missing("domain", call.path("id")).thrown();
    }
    return one("domain", DirectoryJson.domain(call.links()));
  }

  private HttpResponse regions(Call call) {
    var json = Json.object().put("id", region).put("description", "").putNull("parent_region_id");
    json.putObject("links").put("self", call.links().self("/regions/" + region));
    return CollectionJson.reply(call, "regions", "/regions", Stream.of(json));
  }

  private HttpResponse services(Call call) {
    var body = Json.object();
    body.set("services", ServiceCatalog.services(call.links()));
    return Reply.ok(body);
  }

  private HttpResponse endpoints(Call call) {
    var body = Json.object();
    body.set("endpoints", ServiceCatalog.endpoints(call.links(), region));
    return Reply.ok(body);
  }

  private static HttpResponse none(Call call, String key) {
    return CollectionJson.reply(call, key, "/" + key, Stream.empty());
  }

  private static ObjectNode json(Call call, Project project) {
    return DirectoryJson.project(call.links(), project);
  }

  private static HttpResponse one(String key, ObjectNode entry) {
    var body = Json.object();
    body.set(key, entry);
    return Reply.ok(body);
  }

  private static <T> Stream<T> inDomain(Call call, Stream<T> entries) {
    return fits(call.query().get("domain_id"), Directory.DOMAIN_ID) ? entries : Stream.empty();
  }

  private static String roleId(RoleAssignment assignment) {
    return Role.of(assignment.role()).map(Directory::roleId).orElse(assignment.role());
  }

  private static boolean fits(Optional<String> wanted, String value) {
    return wanted.isEmpty() || wanted.get().equals(value);
  }
}
