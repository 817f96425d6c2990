package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.User;
import io.troupe.http.access.Policy;
import io.troupe.http.access.Role;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** {@code /v3/auth/…}: asking for tokens, checking and revoking them, and what one may use. */
final class TokenRoutes {
  private final Directory directory;
  private final Tokens tokens;
  private final Authenticator authenticator;
  private final String region;

  TokenRoutes(Directory directory, Tokens tokens, Authenticator authenticator, String region) {
    this.directory = directory;
    this.tokens = tokens;
    this.authenticator = authenticator;
    this.region = region;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/auth/tokens", Policy.OPEN, Handler.withBody(AuthRequest::of, this::issue)),
        Route.get("/auth/tokens", Policy.ANY, Handler.now(this::show)),
        Route.delete("/auth/tokens", Policy.ANY, Handler.now(this::revoke)),
        Route.get("/auth/catalog", Policy.ANY, Handler.now(this::catalog)),
        Route.get("/auth/projects", Policy.ANY, Handler.now(this::projects)),
        Route.get("/auth/domains", Policy.ANY, Handler.now(this::domains)),
        Route.get("/auth/system", Policy.ANY, Handler.now(this::system)));
  }

  private CompletionStage<HttpResponse> issue(Call call, AuthRequest request) {
    return authenticator
        .authenticate(request)
        .thenApply(
            claims ->
                answer(call, 201, claims)
                    .addHeader(RawHeader.create("X-Subject-Token", tokens.sign(claims))));
  }

  private HttpResponse show(Call call) {
    String text = subject(call);
    return answer(call, 200, claims(call, text))
        .addHeader(RawHeader.create("X-Subject-Token", text));
  }

  private HttpResponse revoke(Call call) {
    tokens.revoke(claims(call, subject(call)));
    return Reply.empty(204);
  }

  private static String subject(Call call) {
    return call.header("X-Subject-Token")
        .orElseThrow(() -> ApiError.badRequest("The header X-Subject-Token is missing.").thrown());
  }

  /** The claims of the subject token; 404 if it is not good, 403 if it is another user's. */
  private TokenClaims claims(Call call, String text) {
    if (tokens.read(text).isEmpty()) {
      throw new ApiError(404, "TokenNotFound", "This token is not valid.").thrown();
    }
    TokenClaims claims = tokens.claims(text).orElseThrow();
    call.caller().requireUser(claims.userId());
    return claims;
  }

  private HttpResponse answer(Call call, int status, TokenClaims claims) {
    boolean nocatalog = call.query().has("nocatalog");
    var body = Json.object();
    var token = body.putObject("token");
    token.put("issued_at", Json.timeMicros(claims.issuedAt()) + "Z");
    token.put("expires_at", Json.timeMicros(claims.expiresAt()) + "Z");
    claims.methods().forEach(token.putArray("methods")::add);
    claims.auditIds().forEach(token.putArray("audit_ids")::add);
    User user = directory.user(claims.userId()).orElseThrow();
    var shownUser = token.putObject("user");
    shownUser.put("id", user.id()).put("name", user.name()).putNull("password_expires_at");
    putDomain(shownUser);
    claims
        .projectId()
        .flatMap(directory::project)
        .ifPresent(project -> putProject(token, call, claims, project, nocatalog));
    tokens
        .credential(claims)
        .ifPresent(
            credential ->
                token
                    .putObject("application_credential")
                    .put("id", credential.id())
                    .put("name", credential.name())
                    .put("restricted", !credential.unrestricted()));
    return Reply.json(status, body).addHeader(RawHeader.create("Vary", "X-Auth-Token"));
  }

  private void putProject(
      ObjectNode token, Call call, TokenClaims claims, Project project, boolean nocatalog) {
    token.put("is_domain", false);
    var shown = token.putObject("project");
    shown.put("id", project.id()).put("name", project.name());
    putDomain(shown);
    var roles = token.putArray("roles");
    Role highest = tokens.role(claims).orElseThrow(() -> ApiError.unauthorized().thrown());
    for (Role role : Role.values()) {
      if (highest.holds(role) || role == Role.SERVICE && tokens.isService(claims)) {
        roles.addObject().put("id", Directory.roleId(role)).put("name", role.word());
      }
    }
    if (!nocatalog) {
      token.set("catalog", ServiceCatalog.json(call.links(), region));
    }
  }

  private static void putDomain(ObjectNode owner) {
    owner.putObject("domain").put("id", Directory.DOMAIN_ID).put("name", Directory.DOMAIN_NAME);
  }

  private HttpResponse catalog(Call call) {
    call.caller().project();
    var body = Json.object();
    body.set("catalog", ServiceCatalog.json(call.links(), region));
    body.putObject("links").put("self", call.links().self("/auth/catalog"));
    return Reply.ok(body);
  }

  private HttpResponse projects(Call call) {
    return CollectionJson.reply(
        call,
        "projects",
        "/auth/projects",
        directory.projectsOf(call.caller().userId()).stream()
            .map(project -> DirectoryJson.project(call.links(), project)));
  }

  private HttpResponse domains(Call call) {
    return CollectionJson.reply(call, "domains", "/auth/domains", Stream.empty());
  }

  private HttpResponse system(Call call) {
    return CollectionJson.reply(call, "system", "/auth/system", Stream.empty());
  }
}
