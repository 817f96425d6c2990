package io.troupe.http.identity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ErrorForm;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import io.troupe.http.route.Service;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The Identity service: {@code /identity} lists its versions, {@code /identity/v3} is the one. */
public final class IdentityService {
  private IdentityService() {}

  public static List<Service> services(Api api, Tokens tokens, Passwords passwords) {
    var directory = new Directory(api.catalog());
    var settings = api.settings();
    var authenticator =
        new Authenticator(
            directory, tokens, passwords, api.clock(), settings.tokenLifetimeSeconds());
    var v3 = new ArrayList<Route>();
    v3.add(Route.get("/", Policy.OPEN, Handler.now(call -> Reply.ok(versionDocument(call)))));
    v3.addAll(new TokenRoutes(directory, tokens, authenticator, settings.region()).routes());
    v3.addAll(new DirectoryRoutes(directory, settings.region()).routes());
    v3.addAll(new ProjectRoutes(api, directory).routes());
    v3.addAll(new UserRoutes(api.catalog(), directory, passwords).routes());
    v3.addAll(new GrantRoutes(api.catalog(), directory).routes());
    v3.addAll(
        new ApplicationCredentialRoutes(api.catalog(), directory, passwords, api.clock()).routes());
    return List.of(
        Service.of(
            "identity",
            "/identity",
            ErrorForm.IDENTITY,
            List.of(Route.get("/", Policy.OPEN, Handler.now(IdentityService::versions)))),
        Service.of("identity", "/identity/v3", ErrorForm.IDENTITY, v3));
  }

  private static HttpResponse versions(Call call) {
    var body = Json.object();
    body.putObject("versions").putArray("values").add(version(call));
    return Reply.json(300, body);
  }

  private static ObjectNode versionDocument(Call call) {
    var body = Json.object();
    body.set("version", version(call));
    return body;
  }

  private static ObjectNode version(Call call) {
    var version = Json.object();
    version.put("id", "v3.14").put("status", "stable").put("updated", "2020-04-07T00:00:00Z");
    version
        .putArray("links")
        .addObject()
        .put("rel", "self")
        .put("href", call.links().absolute("/identity/v3/"));
    version
        .putArray("media-types")
        .addObject()
        .put("base", "application/json")
        .put("type", "application/vnd.openstack.identity-v3+json");
    return version;
  }
}
