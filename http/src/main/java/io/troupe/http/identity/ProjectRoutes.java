package io.troupe.http.identity;

import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Projects made, changed and deleted by an administrator. */
final class ProjectRoutes {
  private final Api api;
  private final Directory directory;

  ProjectRoutes(Api api, Directory directory) {
    this.api = api;
    this.directory = directory;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/projects", Policy.ADMIN, Handler.withBody(Wish::of, this::create)),
        Route.patch("/projects/{id}", Policy.ADMIN, Handler.withBody(Wish::of, this::update)),
        Route.delete("/projects/{id}", Policy.ADMIN, this::delete));
  }

  /**
   * What a body says of a project.
   *
   * @param description empty when it says nothing, empty inside when it says null
   */
  private record Wish(
      Optional<String> name, Optional<Boolean> enabled, Optional<Optional<String>> description) {
    static Wish of(Body root) {
      return root.required("project")
          .object(
              body -> {
                DirectoryJson.readDomain(body);
                body.nullable("parent_id").ifPresent(field -> field.choice(Directory.DOMAIN_ID));
                body.nullable("is_domain")
                    .filter(Field::flag)
                    .ifPresent(
                        field -> {
                          throw field.invalid("there is one domain, default");
                        });
                body.nullable("tags").ifPresent(field -> field.list(0, 0, tag -> tag));
                return new Wish(
                    body.optional("name").map(Wish::name),
                    body.nullable("enabled").map(Field::flag),
                    body.optional("description")
                        .map(
                            field ->
                                field.isNull()
                                    ? Optional.empty()
                                    : Optional.of(field.text(0, 65535))));
              });
    }

    /** Keystone's names of projects have 64 characters at most. */
    private static String name(Field field) {
      field.text(1, 64);
      return field.name();
    }

    /** Who is disabled has no token any more, also when it is enabled again. */
    Project changed(Project old) {
      boolean nowEnabled = enabled.orElse(old.enabled());
      return new Project(
          old.id(),
          name.orElse(old.name()),
          nowEnabled,
          description.orElse(old.description()),
          old.quotas(),
          old.enabled() && !nowEnabled ? old.tokensEnded() + 1 : old.tokensEnded());
    }
  }

  private CompletionStage<HttpResponse> create(Call call, Wish wish) {
    String name =
        wish.name()
            .orElseThrow(
                () ->
                    ApiError.badRequest(
                            "Invalid input for field/attribute project. 'name' is a required"
                                + " property")
                        .thrown());
    return api.catalog()
        .create(
            new Project(
                Directory.freshId(),
                name,
                wish.enabled().orElse(true),
                wish.description().flatMap(text -> text),
                Map.of()))
        .thenApply(answer -> reply(call, 201, ApiError.accepted(answer)));
  }

  private CompletionStage<HttpResponse> update(Call call, Wish wish) {
    return api.catalog()
        .update(Project.class, find(call).id(), old -> Answer.of(wish.changed(old)))
        .thenApply(answer -> reply(call, 200, ApiError.accepted(answer)));
  }

  /** 409 while servers are in it: nobody could reach or delete them any more. */
  private CompletionStage<HttpResponse> delete(Call call) {
    String id = find(call).id();
    for (InstanceView server : api.instances().ofProject(id)) {
      if (server.vmState() != VmState.DELETED) {
        throw ApiError.of(new Rejection.Conflict("Project " + id + " still has servers.")).thrown();
      }
    }
    return api.catalog()
        .remove(Project.class, id)
        .thenCompose(
            answer -> {
              ApiError.accepted(answer);
              return removeAll(RoleAssignment.class, one -> one.projectId().equals(id))
                  .thenCompose(
                      done ->
                          removeAll(
                              ApplicationCredential.class, one -> one.projectId().equals(id)));
            })
        .thenApply(done -> Reply.empty(204));
  }

  private <E extends CatalogEntry> CompletionStage<Void> removeAll(
      Class<E> kind, Predicate<E> which) {
    return CompletableFuture.allOf(
        api.catalog().all(kind).stream()
            .filter(which)
            .map(one -> api.catalog().remove(kind, one.key()).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private Project find(Call call) {
    return directory
        .project(call.path("id"))
        .orElseThrow(() -> DirectoryJson.missing("project", call.path("id")).thrown());
  }

  private static HttpResponse reply(Call call, int status, Project project) {
    var body = Json.object();
    body.set("project", DirectoryJson.project(call.links(), project));
    return Reply.json(status, body);
  }
}
