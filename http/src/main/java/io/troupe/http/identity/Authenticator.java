package io.troupe.http.identity;

import io.troupe.actors.catalog.ApplicationCredential;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.User;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Checks who a user is and what their token is good for. Whatever is wrong, the answer is the same
 * 401 after the same time: nobody learns which names exist.
 */
final class Authenticator {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Directory directory;
  private final Tokens tokens;
  private final Passwords passwords;
  private final Clock clock;
  private final int lifetimeSeconds;

  Authenticator(
      Directory directory, Tokens tokens, Passwords passwords, Clock clock, int lifetimeSeconds) {
    this.directory = directory;
    this.tokens = tokens;
    this.passwords = passwords;
    this.clock = clock;
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** The claims of the token asked for; 401 if it is not due. */
  CompletionStage<TokenClaims> authenticate(AuthRequest request) {
    CompletionStage<Proven> proven = CompletableFuture.completedFuture(Proven.NOBODY);
    for (AuthRequest.Proof proof : request.proofs()) {
      proven = proven.thenCompose(before -> prove(proof).thenApply(before::and));
    }
    return proven.thenApply(who -> claims(who, request.scope()));
  }

  /** A user who has proven who they are, how, and until when that holds. */
  private record Proven(
      Optional<User> user,
      Optional<ApplicationCredential> credential,
      List<String> methods,
      List<String> auditIds,
      Instant until) {
    static final Proven NOBODY =
        new Proven(Optional.empty(), Optional.empty(), List.of(), List.of(), Instant.MAX);

    Proven and(Proven other) {
      if (user.isPresent() && !user.get().id().equals(other.user().orElseThrow().id())) {
        throw refused();
      }
      var allMethods = new ArrayList<>(methods);
      other.methods().stream().filter(m -> !allMethods.contains(m)).forEach(allMethods::add);
      var chain = auditIds.isEmpty() ? other.auditIds() : auditIds;
      return new Proven(
          other.user(),
          credential.or(other::credential),
          allMethods,
          chain,
          until.isBefore(other.until()) ? until : other.until());
    }
  }

  private CompletionStage<Proven> prove(AuthRequest.Proof proof) {
    return switch (proof) {
      case AuthRequest.Proof.ByToken(var text) -> {
        TokenClaims old = tokens.claims(text).orElseThrow(Authenticator::refused);
        if (old.credentialId().isPresent()) {
          throw refused(); // such a token is for its project and cannot be turned into another
        }
        var methods = new ArrayList<>(old.methods());
        if (!methods.contains("token")) {
          methods.add("token");
        }
        yield CompletableFuture.completedFuture(
            new Proven(
                directory.user(old.userId()),
                Optional.empty(),
                methods,
                List.of(old.auditIds().getLast()),
                old.expiresAt()));
      }
      case AuthRequest.Proof.ByPassword(var named, var domain, var password) -> {
        Optional<User> user =
            Directory.isDefaultDomain(domain) ? directory.user(named) : Optional.empty();
        yield passwords
            .check(user.map(User::passwordHash), password)
            .thenApply(
                right -> {
                  if (!right || !user.get().enabled()) {
                    throw refused();
                  }
                  return new Proven(
                      user, Optional.empty(), List.of("password"), List.of(), Instant.MAX);
                });
      }
      case AuthRequest.Proof.ByCredential asked -> {
        Optional<ApplicationCredential> credential = credential(asked);
        yield passwords
            .check(credential.map(ApplicationCredential::secretHash), asked.secret())
            .thenApply(right -> proven(credential.filter(found -> right)));
      }
    };
  }

  private Optional<ApplicationCredential> credential(AuthRequest.Proof.ByCredential asked) {
    if (asked.credential().id().isPresent()) {
      return directory.credential(asked.credential().id().get());
    }
    Optional<User> user =
        Directory.isDefaultDomain(asked.domain()) ? directory.user(asked.user()) : Optional.empty();
    return user.stream()
        .flatMap(found -> directory.credentials(found.id()).stream())
        .filter(one -> one.name().equals(asked.credential().name().orElseThrow()))
        .findFirst();
  }

  private Proven proven(Optional<ApplicationCredential> credential) {
    Optional<User> user =
        credential
            .filter(one -> directory.role(one, clock.instant()).isPresent())
            .flatMap(one -> directory.user(one.userId()))
            .filter(User::enabled);
    if (user.isEmpty()) {
      throw refused();
    }
    return new Proven(
        user,
        credential,
        List.of("application_credential"),
        List.of(),
        credential.get().expiresAt().orElse(Instant.MAX));
  }

  private TokenClaims claims(Proven proven, AuthRequest.Scope scope) {
    User user = proven.user().orElseThrow(Authenticator::refused);
    Optional<Project> project =
        proven.credential().isPresent()
            ? Optional.of(projectOf(proven.credential().get(), scope))
            : project(user, scope);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant expiry = now.plusSeconds(lifetimeSeconds);
    var audit = new ArrayList<String>();
    audit.add(auditId());
    audit.addAll(proven.auditIds());
    return new TokenClaims(
        user.id(),
        project.map(Project::id),
        proven.methods(),
        audit,
        now,
        proven.until().isBefore(expiry) ? proven.until() : expiry,
        proven.credential().map(ApplicationCredential::id),
        user.tokensEnded(),
        project.map(Project::tokensEnded).orElse(0L));
  }

  /** A credential is good for its own project only, which need not be said. */
  private Project projectOf(ApplicationCredential credential, AuthRequest.Scope scope) {
    Project own =
        directory
            .project(credential.projectId())
            .filter(Project::enabled)
            .orElseThrow(Authenticator::refused);
    boolean fits =
        switch (scope) {
          case AuthRequest.Scope.Default() -> true;
          case AuthRequest.Scope.InProject(var named, var domain) ->
              Directory.isDefaultDomain(domain)
                  && directory.project(named).filter(own::equals).isPresent();
          case AuthRequest.Scope.Unscoped(), AuthRequest.Scope.Elsewhere(_) -> false;
        };
    if (!fits) {
      throw refused();
    }
    return own;
  }

  private Optional<Project> project(User user, AuthRequest.Scope scope) {
    return switch (scope) {
      case AuthRequest.Scope.Unscoped() -> Optional.empty();
      case AuthRequest.Scope.Default() ->
          user.defaultProjectId().flatMap(directory::project).filter(one -> mayUse(user, one));
      case AuthRequest.Scope.InProject(var named, var domain) ->
          Optional.of(
              Optional.of(domain)
                  .filter(Directory::isDefaultDomain)
                  .flatMap(ours -> directory.project(named))
                  .filter(one -> mayUse(user, one))
                  .orElseThrow(Authenticator::refused));
      case AuthRequest.Scope.Elsewhere(var what) -> throw refused();
    };
  }

  private boolean mayUse(User user, Project project) {
    return project.enabled() && directory.role(user.id(), project.id()).isPresent();
  }

  private static String auditId() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Refused refused() {
    return ApiError.unauthorized().thrown();
  }
}
