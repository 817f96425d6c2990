package io.troupe.http.network;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What the network service says about itself: version, resources, extensions. */
final class NetworkDocuments {
  private static final String API = "/networking/v2.0/";
  private static final List<String> RESOURCES = List.of("network", "subnet", "port");

  /** An extension of Neutron's that we have as far as reading goes. */
  private record Extension(String alias, String name, String description) {}

  private static final List<Extension> EXTENSIONS =
      List.of(
          new Extension(
              "external-net", "Neutron external network", "Shows router:external, always false."),
          new Extension("net-mtu", "Network MTU", "Shows the MTU of a network."),
          new Extension("project-id", "project_id field enabled", "Shows project_id."),
          new Extension(
              "security-group", "security-group", "One group per project that filters nothing."),
          new Extension("sorting", "Sorting support", "sort_key and sort_dir in lists."),
          new Extension("pagination", "Pagination support", "limit and marker in lists."));

  private NetworkDocuments() {}

  static List<Route> routes() {
    return List.of(
        Route.get("/", Policy.OPEN, Handler.now(NetworkDocuments::versions)),
        Route.get("/v2.0", Policy.OPEN, Handler.now(NetworkDocuments::resources)),
        Route.get("/v2.0/extensions", Policy.ANY, Handler.now(call -> extensions())),
        Route.get("/v2.0/extensions/{alias}", Policy.ANY, Handler.now(NetworkDocuments::one)));
  }

  private static HttpResponse versions(Call call) {
    ObjectNode body = Json.object();
    ObjectNode version =
        body.putArray("versions").addObject().put("id", "v2.0").put("status", "CURRENT");
    version
        .putArray("links")
        .addObject()
        .put("rel", "self")
        .put("href", call.links().absolute(API));
    return Reply.ok(body);
  }

  private static HttpResponse resources(Call call) {
    ObjectNode body = Json.object();
    ArrayNode resources = body.putArray("resources");
    for (String name : RESOURCES) {
      ObjectNode resource = resources.addObject().put("name", name).put("collection", name + "s");
      resource
          .putArray("links")
          .addObject()
          .put("rel", "self")
          .put("href", call.links().absolute(API + name + "s"));
    }
    return Reply.ok(body);
  }

  private static HttpResponse extensions() {
    ObjectNode body = Json.object();
    ArrayNode extensions = body.putArray("extensions");
    EXTENSIONS.forEach(extension -> extensions.add(json(extension)));
    return Reply.ok(body);
  }

  private static HttpResponse one(Call call) {
    String alias = call.path("alias");
    return EXTENSIONS.stream()
        .filter(extension -> extension.alias().equals(alias))
        .findFirst()
        .map(extension -> Reply.ok(Json.object().set("extension", json(extension))))
        .orElseThrow(() -> ApiError.notFound("Extension", alias).thrown());
  }

  private static ObjectNode json(Extension extension) {
    ObjectNode json =
        Json.object()
            .put("alias", extension.alias())
            .put("name", extension.name())
            .put("description", extension.description())
            .put("updated", "2026-01-01T00:00:00-00:00");
    json.putArray("links");
    return json;
  }
}
