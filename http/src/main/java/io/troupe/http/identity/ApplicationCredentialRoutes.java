package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Policy;
import io.troupe.http.access.Role;
import io.troupe.http.error.ApiError;
import io.troupe.http.identity.Directory.Named;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /users/{user}/application_credentials}: a user's keys for programs. Made only for oneself,
 * for the project of the token, with roles the token has; a restricted one makes no other.
 */
final class ApplicationCredentialRoutes {
  private static final String ALL = "/users/{user}/application_credentials";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SECRET_BYTES = 64;

  /** For each user; nobody needs more, and every node holds them all in memory. */
  private static final int MOST = 1000;

  private final Catalog catalog;
  private final Directory directory;
  private final Passwords passwords;
  private final Clock clock;

  ApplicationCredentialRoutes(
      Catalog catalog, Directory directory, Passwords passwords, Clock clock) {
    this.catalog = catalog;
    this.directory = directory;
    this.passwords = passwords;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.get(ALL, Policy.OWN_USER, Handler.now(this::list)),
        Route.post(ALL, Policy.OWN_USER_IN_PERSON, this::create),
        Route.get(ALL + "/{id}", Policy.OWN_USER, Handler.now(this::show)),
        Route.delete(ALL + "/{id}", Policy.OWN_USER_IN_PERSON, this::delete));
  }

  private HttpResponse list(Call call) {
    call.caller().requireUser(call.path("user"));
    Optional<String> name = call.query().get("name");
    return CollectionJson.reply(
        call,
        "application_credentials",
        "/users/" + call.path("user") + "/application_credentials",
        directory.credentials(call.path("user")).stream()
            .filter(one -> name.isEmpty() || one.name().equals(name.get()))
            .map(one -> json(call, one)));
  }

  private HttpResponse show(Call call) {
    return reply(200, json(call, find(call)));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return catalog
        .remove(ApplicationCredential.class, find(call).id())
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(204);
            });
  }

  private ApplicationCredential find(Call call) {
    call.caller().requireUser(call.path("user"));
    return directory
        .credential(call.path("id"))
        .filter(one -> one.userId().equals(call.path("user")))
        .orElseThrow(
            () -> DirectoryJson.missing("application credential", call.path("id")).thrown());
  }

  /** What a body asks for, with the secret in clear for as long as the request lasts. */
  private record Wish(
      String name,
      Optional<String> description,
      String secret,
      Set<String> roles,
      boolean unrestricted,
      Optional<Instant> expiresAt) {
    @Override
    public String toString() {
      return "Wish[" + name + "]";
    }
  }

  private CompletionStage<HttpResponse> create(Call call) {
    Caller caller = call.caller();
    if (!caller.userId().equals(call.path("user"))) {
      throw ApiError.forbidden("An application credential is made by its own user only.").thrown();
    }
    String project = caller.project().value();
    return call.body(root -> wish(root, caller))
        .thenCompose(
            wish ->
                passwords
                    .hashed(wish.secret())
                    .thenCompose(
                        hash ->
                            catalog.createWithin(
                                new ApplicationCredential(
                                    Directory.freshId(),
                                    caller.userId(),
                                    project,
                                    wish.name(),
                                    wish.description(),
                                    hash,
                                    wish.roles(),
                                    wish.unrestricted(),
                                    wish.expiresAt(),
                                    clock.instant()),
                                MOST))
                    .thenApply(
                        answer ->
                            reply(
                                201,
                                json(call, ApiError.accepted(answer))
                                    .put("secret", wish.secret()))));
  }

  private Wish wish(Body root, Caller caller) {
    return root.required("application_credential")
        .object(
            body -> {
              body.nullable("access_rules")
                  .filter(rules -> !rules.node().isEmpty())
                  .ifPresent(
                      rules -> {
                        throw new ApiError(501, "NotImplemented", "Access rules are not supported.")
                            .thrown();
                      });
              return new Wish(
                  body.required("name").name(),
                  body.nullable("description").map(field -> field.text(0, 65535)),
                  body.nullable("secret")
                      .map(field -> field.text(1, UserWish.MOST_PASSWORD_CHARACTERS))
                      .orElseGet(ApplicationCredentialRoutes::freshSecret),
                  roles(body.nullable("roles"), caller),
                  body.nullable("unrestricted").map(Field::flag).orElse(false),
                  body.nullable("expires_at").map(this::expiry));
            });
  }

  /** The roles asked for, or the caller's highest; 400 for one the token does not have. */
  private static Set<String> roles(Optional<Field> asked, Caller caller) {
    var roles = new HashSet<String>();
    asked.ifPresent(
        field -> field.list(0, Role.values().length, item -> roles.add(role(item, caller).word())));
    if (roles.isEmpty()) {
      roles.add(
          caller
              .role()
              .orElseThrow(() -> ApiError.forbidden("The token has no role.").thrown())
              .word());
    }
    return roles;
  }

  private static Role role(Field item, Caller caller) {
    Named named =
        item.object(
            body -> {
              var name =
                  new Named(
                      body.optional("id").map(id -> id.text(1, 64)),
                      body.optional("name").map(word -> word.text(1, 255)));
              body.acceptUnknown();
              return name;
            });
    return (named.id().isEmpty() && named.name().isEmpty()
            ? Optional.<Role>empty()
            : Directory.role(named))
        .filter(caller::has)
        .orElseThrow(
            () -> item.invalid("the token has no such role, and cannot give what it has not"));
  }

  private Instant expiry(Field field) {
    String text = field.text(1, 64);
    Instant end;
    try {
      end =
          LocalDateTime.parse(text.endsWith("Z") ? text.substring(0, text.length() - 1) : text)
              .toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw field.invalid("it is not a time such as 2026-01-02T03:04:05Z");
    }
    if (!end.isAfter(clock.instant())) {
      throw field.invalid("it is in the past");
    }
    return end;
  }

  private static String freshSecret() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static HttpResponse reply(int status, ObjectNode credential) {
    var body = Json.object();
    body.set("application_credential", credential);
    return Reply.json(status, body);
  }

  private static ObjectNode json(Call call, ApplicationCredential credential) {
    var json = Json.object();
    json.put("id", credential.id())
        .put("name", credential.name())
        .put("description", credential.description().orElse(null))
        .put("project_id", credential.projectId())
        .put("user_id", credential.userId())
        .put("unrestricted", credential.unrestricted())
        .put("expires_at", credential.expiresAt().map(Json::timeMicros).orElse(null));
    var roles = json.putArray("roles");
    credential.roles().stream()
        .flatMap(word -> Role.of(word).stream())
        .sorted()
        .forEach(
            role ->
                roles
                    .addObject()
                    .put("id", Directory.roleId(role))
                    .put("name", role.word())
                    .putNull("domain_id"));
    json.putNull("system");
    json.putObject("links")
        .put(
            "self",
            call.links()
                .self(
                    "/users/%s/application_credentials/%s"
                        .formatted(credential.userId(), credential.id())));
    return json;
  }
}
