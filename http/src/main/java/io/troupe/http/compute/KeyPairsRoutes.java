package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /os-keypairs}: a user's public keys; generated private ones are shown once and kept not.
 */
final class KeyPairsRoutes {
  private static final Set<String> QUERY = Set.of("user_id", "limit", "marker");

  private final Api api;

  KeyPairsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-keypairs", Policy.OWN_USER, Handler.now(this::list)),
        Route.post("/os-keypairs", Policy.OWN_USER, this::create),
        Route.get("/os-keypairs/{name}", Policy.OWN_USER, Handler.now(this::show)),
        Route.delete("/os-keypairs/{name}", Policy.OWN_USER, this::delete));
  }

  private HttpResponse list(Call call) {
    Query query = call.query();
    if (call.version().from(75)) {
      query.expectOnly(QUERY);
    }
    List<KeyPair> own = of(user(call));
    var page =
        Page.of(
            own,
            call.version().from(35) ? query : Query.EMPTY,
            api.settings().pageLimit(),
            KeyPair::name);
    var body = Json.object();
    var list = body.putArray("keypairs");
    page.entries().forEach(key -> list.addObject().set("keypair", json(call, key)));
    if (call.version().from(35)) {
      page.addNextLink(body, "keypairs_links", call, "/os-keypairs");
    }
    return Reply.ok(body);
  }

  private List<KeyPair> of(String user) {
    return api.catalog().all(KeyPair.class).stream()
        .filter(key -> key.userId().equals(user))
        .sorted(Comparator.comparing(KeyPair::name))
        .toList();
  }

  /** Whose keys: the caller's, or from 2.10 those of the user an administrator names. */
  private static String user(Call call) {
    Optional<String> named =
        call.version().from(10) ? call.query().get("user_id") : Optional.empty();
    return named.orElse(call.caller().userId());
  }

  /** What a client wants to keep. */
  private record Wish(String name, Optional<String> publicKey, String user) {}

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(root -> wish(root, call))
        .thenCompose(
            wish -> {
              call.caller().requireUser(wish.user());
              return wish.publicKey().isPresent()
                  ? keep(call, wish, wish.publicKey().get(), Optional.empty())
                  : CompletableFuture.supplyAsync(() -> SshKeys.generate("Generated-by-Troupe"))
                      .thenCompose(
                          pair ->
                              keep(call, wish, pair.publicKey(), Optional.of(pair.privateKey())));
            });
  }

  private static Wish wish(Body root, Call call) {
    Microversion version = call.version();
    return root.required("keypair")
        .object(
            body -> {
              String name = name(body.required("name"), version);
              if (version.from(2)
                  && body.optional("type")
                      .filter(f -> f.choice("ssh", "x509").equals("x509"))
                      .isPresent()) {
                throw ApiError.badRequest("Key pairs of type x509 are not supported yet.").thrown();
              }
              Optional<String> user =
                  version.from(10)
                      ? body.optional("user_id").map(field -> field.text(1, 255))
                      : Optional.empty();
              Optional<Field> key =
                  version.from(92)
                      ? Optional.of(body.required("public_key"))
                      : body.optional("public_key");
              return new Wish(
                  name,
                  key.map(field -> field.text(1, 16 * 1024)),
                  user.orElse(call.caller().userId()));
            });
  }

  private static String name(Field field, Microversion version) {
    String name = field.name();
    String marks = version.from(92) ? " _-@." : " _-";
    boolean fits =
        name.chars()
            .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || marks.indexOf(c) >= 0));
    if (!fits) {
      throw field.invalid(
          "Keypair data is invalid: a name may have letters, digits, blanks and any of "
              + marks.strip());
    }
    return name;
  }

  /** Key pairs a user may have: the limit of the project the token is for. */
  private long limit(Call call) {
    var quotas = ProjectQuotas.of(api);
    return call.caller().scope().map(quotas::of).orElseGet(quotas::defaults).get("key_pairs");
  }

  private CompletionStage<HttpResponse> keep(
      Call call, Wish wish, String publicKey, Optional<String> privateKey) {
    String fingerprint =
        SshKeys.fingerprint(publicKey)
            .orElseThrow(
                () ->
                    ApiError.badRequest(
                            "Keypair data is invalid: failed to generate fingerprint, it is no"
                                + " public key.")
                        .thrown());
    var key =
        new KeyPair(wish.user(), wish.name(), "ssh", publicKey, fingerprint, api.clock().instant());
    return api.catalog()
        .createWithin(key, limit(call))
        .thenApply(
            answer -> {
              var json = json(call, kept(wish, answer));
              json.put("user_id", key.userId());
              privateKey.ifPresent(text -> json.put("private_key", text));
              return Reply.json(call.version().from(2) ? 201 : 200, wrapped(json));
            });
  }

  private static KeyPair kept(Wish wish, Answer<KeyPair> answer) {
    return switch (answer) {
      case Answer.Rejected<KeyPair>(Rejection.Conflict taken) ->
          throw ApiError.conflict("Key pair '" + wish.name() + "' already exists.").thrown();
      case Answer<KeyPair> other -> ApiError.accepted(other);
    };
  }

  private HttpResponse show(Call call) {
    KeyPair key = find(call);
    var json = json(call, key);
    json.put("user_id", key.userId())
        .put("created_at", Json.timeMicros(key.createdAt()))
        .put("deleted", false)
        .putNull("deleted_at")
        .putNull("updated_at")
        .put("id", Math.abs((long) key.key().hashCode()));
    return Reply.ok(wrapped(json));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return api.catalog()
        .remove(KeyPair.class, find(call).key())
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(Window.from(2).holds(call.version()) ? 204 : 202);
            });
  }

  private KeyPair find(Call call) {
    String name = call.path("name");
    return api.catalog()
        .find(KeyPair.class, KeyPair.key(user(call), name))
        .orElseThrow(
            () ->
                new ApiError(
                        404,
                        "KeypairNotFound",
                        "Keypair %s not found for user %s".formatted(name, user(call)))
                    .thrown());
  }

  private static ObjectNode json(Call call, KeyPair key) {
    var json = Json.object();
    json.put("name", key.name())
        .put("public_key", key.publicKey())
        .put("fingerprint", key.fingerprint());
    if (call.version().from(2)) {
      json.put("type", key.type());
    }
    return json;
  }

  private static ObjectNode wrapped(ObjectNode key) {
    var body = Json.object();
    body.set("keypair", key);
    return body;
  }
}
