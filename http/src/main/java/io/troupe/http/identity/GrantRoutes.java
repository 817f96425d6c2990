package io.troupe.http.identity;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Policy;
import io.troupe.http.access.Role;
import io.troupe.http.error.ApiError;
import io.troupe.http.identity.Directory.Named;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Who gets which role where, and which role holds which. The roles themselves are the policy's, so
 * none can be made or deleted.
 */
final class GrantRoutes {
  private static final String ONE = "/projects/{project}/users/{user}/roles/{role}";

  private final Catalog catalog;
  private final Directory directory;

  GrantRoutes(Catalog catalog, Directory directory) {
    this.catalog = catalog;
    this.directory = directory;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/projects/{project}/users/{user}/roles", Policy.ADMIN, Handler.now(this::list)),
        Route.get(ONE, Policy.ADMIN, Handler.now(this::check)),
        Route.put(ONE, Policy.ADMIN, this::grant),
        Route.delete(ONE, Policy.ADMIN, this::revoke),
        Route.get("/role_inferences", Policy.ADMIN, Handler.now(GrantRoutes::inferences)),
        Route.post("/roles", Policy.ADMIN, GrantRoutes::refuse),
        Route.patch("/roles/{role}", Policy.ADMIN, GrantRoutes::refuse),
        Route.delete("/roles/{role}", Policy.ADMIN, GrantRoutes::refuse));
  }

  private HttpResponse list(Call call) {
    User user = user(call);
    Project project = project(call);
    return CollectionJson.reply(
        call,
        "roles",
        "/projects/%s/users/%s/roles".formatted(project.id(), user.id()),
        directory.assignments().stream()
            .filter(one -> one.userId().equals(user.id()) && one.projectId().equals(project.id()))
            .flatMap(one -> Role.of(one.role()).stream())
            .map(role -> DirectoryJson.role(call.links(), role)));
  }

  private HttpResponse check(Call call) {
    var wanted = assignment(call);
    if (catalog.find(RoleAssignment.class, wanted.key()).isEmpty()) {
      throw notAssigned(call);
    }
    return Reply.empty(204);
  }

  /** May be repeated. */
  private CompletionStage<HttpResponse> grant(Call call) {
    return catalog
        .create(assignment(call))
        .thenApply(
            answer -> {
              if (!(answer instanceof Answer.Rejected<RoleAssignment>(Rejection.Conflict there))) {
                ApiError.accepted(answer);
              }
              return Reply.empty(204);
            });
  }

  /** Also ends the user's tokens, those that came by other roles too: a new one is quickly got. */
  private CompletionStage<HttpResponse> revoke(Call call) {
    var assignment = assignment(call);
    return catalog
        .remove(RoleAssignment.class, assignment.key())
        .thenCompose(
            answer -> {
              if (answer instanceof Answer.Rejected<RoleAssignment>(Rejection.NotFound none)) {
                throw notAssigned(call);
              }
              ApiError.accepted(answer);
              return catalog.update(
                  User.class, assignment.userId(), old -> Answer.of(old.withTokensEnded()));
            })
        .thenApply(ended -> Reply.empty(204));
  }

  private RoleAssignment assignment(Call call) {
    Role role =
        Directory.role(new Named(Optional.of(call.path("role")), Optional.empty()))
            .orElseThrow(() -> DirectoryJson.missing("role", call.path("role")).thrown());
    return new RoleAssignment(user(call).id(), project(call).id(), role.word());
  }

  private User user(Call call) {
    return directory
        .user(call.path("user"))
        .orElseThrow(() -> DirectoryJson.missing("user", call.path("user")).thrown());
  }

  private Project project(Call call) {
    return directory
        .project(call.path("project"))
        .orElseThrow(() -> DirectoryJson.missing("project", call.path("project")).thrown());
  }

  private static io.troupe.http.error.Refused notAssigned(Call call) {
    return new ApiError(
            404,
            "NotFound",
            "Could not find role assignment with role: %s, user: %s, project: %s."
                .formatted(call.path("role"), call.path("user"), call.path("project")))
        .thrown();
  }

  /**
   * Each role of the chain holds all before it; shown one step at a time, as Keystone's set-up
   * makes them.
   */
  private static HttpResponse inferences(Call call) {
    var body = Json.object();
    var list = body.putArray("role_inferences");
    for (Role role : Role.values()) {
      if (role.isInChain() && role != Role.READER) {
        var rule = list.addObject();
        rule.set("prior_role", DirectoryJson.role(call.links(), role));
        rule.putArray("implies")
            .add(DirectoryJson.role(call.links(), Role.values()[role.ordinal() - 1]));
      }
    }
    body.putObject("links").put("self", call.links().self("/role_inferences"));
    return Reply.ok(body);
  }

  private static CompletionStage<HttpResponse> refuse(Call call) {
    throw ApiError.forbidden(
            "The roles are %s; none can be made, changed or deleted."
                .formatted(
                    String.join(", ", Arrays.stream(Role.values()).map(Role::word).toList())))
        .thrown();
  }
}
