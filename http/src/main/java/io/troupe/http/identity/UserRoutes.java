package io.troupe.http.identity;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.actors.catalog.RoleAssignment;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Users made, changed and deleted by an administrator; passwords changed by their users. */
final class UserRoutes {
  private final Catalog catalog;
  private final Directory directory;
  private final Passwords passwords;

  UserRoutes(Catalog catalog, Directory directory, Passwords passwords) {
    this.catalog = catalog;
    this.directory = directory;
    this.passwords = passwords;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/users", Policy.ADMIN, Handler.withBody(UserWish::of, this::create)),
        Route.patch("/users/{id}", Policy.ADMIN, Handler.withBody(UserWish::of, this::update)),
        Route.delete("/users/{id}", Policy.ADMIN, this::delete),
        Route.post(
            "/users/{id}/password",
            Policy.OWN_USER,
            Handler.withBody(NewPassword::of, this::changePassword)));
  }

  private CompletionStage<HttpResponse> create(Call call, UserWish wish) {
    String name =
        wish.name()
            .orElseThrow(
                () ->
                    ApiError.badRequest(
                            "Invalid input for field/attribute user. 'name' is a required"
                                + " property")
                        .thrown());
    requireProject(wish);
    // Without a password nobody can log in: nobody knows this one.
    String password = wish.password().flatMap(text -> text).orElse(UUID.randomUUID().toString());
    return passwords
        .hashed(password)
        .thenCompose(
            hash ->
                catalog.create(
                    new User(
                        Directory.freshId(),
                        name,
                        hash,
                        wish.enabled().orElse(true),
                        wish.defaultProjectId().flatMap(id -> id),
                        wish.description().flatMap(text -> text),
                        wish.email().flatMap(text -> text),
                        0)))
        .thenApply(answer -> reply(call, 201, ApiError.accepted(answer)));
  }

  private CompletionStage<HttpResponse> update(Call call, UserWish wish) {
    User known = find(call);
    requireProject(wish);
    CompletionStage<Optional<String>> hash =
        wish.password().flatMap(text -> text).isPresent()
            ? passwords.hashed(wish.password().get().get()).thenApply(Optional::of)
            : CompletableFuture.completedFuture(Optional.empty());
    return hash.thenCompose(
            newHash ->
                catalog.update(
                    User.class, known.id(), old -> Answer.of(wish.changed(old, newHash))))
        .thenApply(answer -> reply(call, 200, ApiError.accepted(answer)));
  }

  private void requireProject(UserWish wish) {
    wish.defaultProjectId()
        .flatMap(id -> id)
        .filter(id -> directory.project(id).isEmpty())
        .ifPresent(
            id -> {
              throw ApiError.badRequest("Could not find project: " + id + ".").thrown();
            });
  }

  /** The user first, which ends all tokens; what is left of them then means nothing. */
  private CompletionStage<HttpResponse> delete(Call call) {
    String id = find(call).id();
    return catalog
        .remove(User.class, id)
        .thenCompose(
            answer -> {
              ApiError.accepted(answer);
              return removeAll(RoleAssignment.class, one -> one.userId().equals(id))
                  .thenCompose(
                      done ->
                          removeAll(ApplicationCredential.class, one -> one.userId().equals(id)))
                  .thenCompose(done -> removeAll(KeyPair.class, one -> one.userId().equals(id)));
            })
        .thenApply(done -> Reply.empty(204));
  }

  private <E extends CatalogEntry> CompletionStage<Void> removeAll(
      Class<E> kind, java.util.function.Predicate<E> which) {
    return CompletableFuture.allOf(
        catalog.all(kind).stream()
            .filter(which)
            .map(one -> catalog.remove(kind, one.key()).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Both passwords, as their user types them. */
  private record NewPassword(String original, String password) {
    static NewPassword of(Body root) {
      return root.required("user")
          .object(
              body ->
                  new NewPassword(
                      body.required("original_password").text(0, UserWish.MOST_PASSWORD_CHARACTERS),
                      body.required("password").text(1, UserWish.MOST_PASSWORD_CHARACTERS)));
    }

    @Override
    public String toString() {
      return "NewPassword[]";
    }
  }

  /** 401 when the original password is not the right one, whatever token asks. */
  private CompletionStage<HttpResponse> changePassword(Call call, NewPassword wish) {
    if (!call.caller().userId().equals(call.path("id"))) {
      throw ApiError.forbidden("A password is changed here by its own user only.").thrown();
    }
    User user = find(call);
    return passwords
        .check(Optional.of(user.passwordHash()), wish.original())
        .thenCompose(
            right -> {
              if (!right) {
                throw ApiError.unauthorized().thrown();
              }
              return passwords.hashed(wish.password());
            })
        .thenCompose(
            hash ->
                catalog.update(User.class, user.id(), old -> Answer.of(old.withPasswordHash(hash))))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(204);
            });
  }

  private User find(Call call) {
    return directory
        .user(call.path("id"))
        .orElseThrow(() -> DirectoryJson.missing("user", call.path("id")).thrown());
  }

  private static HttpResponse reply(Call call, int status, User user) {
    var body = Json.object();
    body.set("user", DirectoryJson.user(call.links(), user));
    return Reply.json(status, body);
  }
}
