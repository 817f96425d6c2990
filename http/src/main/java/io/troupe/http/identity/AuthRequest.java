package io.troupe.http.identity;

import io.troupe.http.error.ApiError;
import io.troupe.http.identity.Directory.Named;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a client asks a token with. */
record AuthRequest(List<Proof> proofs, Scope scope) {
  /** How the user proves who they are. */
  sealed interface Proof {
    record ByPassword(Named user, Named domain, String password) implements Proof {
      @Override
      public String toString() {
        return "ByPassword[" + user + "]";
      }
    }

    /**
     * @param credential by id, or by name with its user
     */
    record ByCredential(Named credential, Named user, Named domain, String secret)
        implements Proof {
      @Override
      public String toString() {
        return "ByCredential[" + credential + "]";
      }
    }

    record ByToken(String token) implements Proof {
      @Override
      public String toString() {
        return "ByToken[]";
      }
    }
  }

  /** What the token shall be good for. */
  sealed interface Scope {
    record InProject(Named project, Named domain) implements Scope {}

    record Unscoped() implements Scope {}

    /** The user's default project, or none. */
    record Default() implements Scope {}

    /** A scope we have nothing for: a domain or the system. */
    record Elsewhere(String what) implements Scope {}
  }

  static AuthRequest of(Body root) {
    return root.required("auth")
        .object(
            auth -> {
              List<Proof> proofs = auth.required("identity").object(AuthRequest::proofs);
              Scope scope =
                  auth.nullable("scope").map(AuthRequest::scope).orElse(new Scope.Default());
              auth.acceptUnknown();
              return new AuthRequest(proofs, scope);
            });
  }

  private static List<Proof> proofs(Body identity) {
    var proofs = new ArrayList<Proof>();
    for (String method : identity.required("methods").list(1, 8, word -> word.text(1, 64))) {
      proofs.add(
          switch (method) {
            case "password" ->
                identity
                    .required("password")
                    .object(body -> body.required("user").object(AuthRequest::password));
            case "token" ->
                new Proof.ByToken(
                    identity.required("token").object(body -> body.required("id").text(1, 4096)));
            case "application_credential" ->
                identity.required("application_credential").object(AuthRequest::credential);
            default ->
                throw new ApiError(
                        401,
                        "Unauthorized",
                        "The authentication method " + method + " is not supported.")
                    .thrown();
          });
    }
    identity.acceptUnknown();
    return proofs;
  }

  private static Proof credential(Body body) {
    var nobody = new Named(Optional.empty(), Optional.empty());
    Optional<Field> user = body.optional("user");
    var proof =
        new Proof.ByCredential(
            named(body),
            user.map(field -> field.object(AuthRequest::namedLoosely)).orElse(nobody),
            user.map(field -> field.object(AuthRequest::domainLoosely)).orElse(nobody),
            body.required("secret").text(1, 4096));
    body.acceptUnknown();
    return proof;
  }

  private static Named namedLoosely(Body user) {
    Named named = named(user);
    user.acceptUnknown();
    return named;
  }

  private static Named domainLoosely(Body user) {
    Named domain = domain(user);
    user.acceptUnknown();
    return domain;
  }

  private static Proof password(Body user) {
    var proof =
        new Proof.ByPassword(named(user), domain(user), user.required("password").text(0, 4096));
    user.acceptUnknown();
    return proof;
  }

  private static Scope scope(Field field) {
    if (field.node().isTextual()) {
      field.choice("unscoped");
      return new Scope.Unscoped();
    }
    return field.object(
        body -> {
          Scope scope;
          if (body.has("project")) {
            scope =
                body.required("project")
                    .object(project -> new Scope.InProject(named(project), domain(project)));
          } else if (body.has("unscoped")) {
            scope = new Scope.Unscoped();
          } else {
            scope = new Scope.Elsewhere(String.join(", ", body.keys()));
          }
          body.acceptUnknown();
          return scope;
        });
  }

  private static Named named(Body body) {
    Optional<String> id = body.optional("id").map(field -> field.text(1, 64));
    Optional<String> name = body.optional("name").map(field -> field.text(1, 255));
    if (id.isEmpty() && name.isEmpty()) {
      body.required("id");
    }
    return new Named(id, name);
  }

  private static Named domain(Body body) {
    return body.nullable("domain")
        .map(field -> field.object(AuthRequest::named))
        .orElse(new Named(Optional.empty(), Optional.empty()));
  }
}
