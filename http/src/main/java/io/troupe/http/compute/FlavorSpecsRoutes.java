package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Extra specs of a flavor, and which projects may use it when it is private. */
final class FlavorSpecsRoutes {
  private final Catalog catalog;

  FlavorSpecsRoutes(Catalog catalog) {
    this.catalog = catalog;
  }

  List<Route> routes() {
    String specs = "/flavors/{id}/os-extra_specs";
    return List.of(
        Route.get(specs, Policy.READER, Handler.now(this::list)),
        Route.post(specs, Policy.ADMIN, this::merge),
        Route.get(specs + "/{key}", Policy.READER, Handler.now(this::show)),
        Route.put(specs + "/{key}", Policy.ADMIN, this::put),
        Route.delete(specs + "/{key}", Policy.ADMIN, this::remove),
        Route.get("/flavors/{id}/os-flavor-access", Policy.ADMIN, Handler.now(this::access)),
        Route.post("/flavors/{id}/action", Policy.ADMIN, this::changeAccess));
  }

  private HttpResponse list(Call call) {
    return Reply.ok(specs(FlavorsRoutes.find(catalog, call).extraSpecs()));
  }

  private HttpResponse show(Call call) {
    String key = call.path("key");
    String value = FlavorsRoutes.find(catalog, call).extraSpecs().get(key);
    if (value == null) {
      throw noSuchKey(call.path("id"), key).thrown();
    }
    return Reply.ok(Json.object().put(key, value));
  }

  private CompletionStage<HttpResponse> merge(Call call) {
    return call.body(root -> root.required("extra_specs").texts(CreateRequest::isMetadataKey))
        .thenCompose(
            added -> {
              check(call, added);
              return change(call, flavor -> Answer.of(with(flavor, added)))
                  .thenApply(flavor -> Reply.ok(specs(added)));
            });
  }

  private CompletionStage<HttpResponse> put(Call call) {
    String key = call.path("key");
    return call.json(Set.of("application/json"), root -> root.texts(CreateRequest::isMetadataKey))
        .thenCompose(
            body -> {
              if (!body.keySet().equals(Set.of(key))) {
                throw ApiError.badRequest("The body must have exactly the key of the URL: " + key)
                    .thrown();
              }
              check(call, body);
              return change(call, flavor -> Answer.of(with(flavor, body)))
                  .thenApply(flavor -> Reply.ok(Json.object().put(key, body.get(key))));
            });
  }

  private static void check(Call call, Map<String, String> specs) {
    ExtraSpecRules.checkOwn(specs);
    if (call.version().from(86)) {
      ExtraSpecRules.check(specs);
    }
  }

  private CompletionStage<HttpResponse> remove(Call call) {
    String key = call.path("key");
    FlavorsRoutes.find(catalog, call);
    return change(
            call,
            flavor -> {
              if (!flavor.extraSpecs().containsKey(key)) {
                return Answer.refuse(new Rejection.NotFound("Flavor extra spec", key));
              }
              var specs = new HashMap<>(flavor.extraSpecs());
              specs.remove(key);
              return Answer.of(changed(flavor, specs, flavor.access()));
            })
        .thenApply(flavor -> Reply.empty(200));
  }

  private HttpResponse access(Call call) {
    Flavor flavor = FlavorsRoutes.find(catalog, call);
    if (flavor.isPublic()) {
      throw new ApiError(
              404, "FlavorAccessNotFound", "Access list not available for public flavors.")
          .thrown();
    }
    return accessList(flavor);
  }

  /** Which project an access action adds or removes. */
  private record AccessChange(boolean add, String project) {}

  private CompletionStage<HttpResponse> changeAccess(Call call) {
    return call.body(
            root -> {
              boolean add = root.has("addTenantAccess");
              if (!add && !root.has("removeTenantAccess")) {
                throw ApiError.badRequest(
                        "There is no such action: " + String.join(", ", root.keys()))
                    .thrown();
              }
              return root.required(add ? "addTenantAccess" : "removeTenantAccess")
                  .object(body -> new AccessChange(add, body.required("tenant").text(1, 255)));
            })
        .thenCompose(wish -> change(call, flavor -> changeAccess(call, flavor, wish)))
        .thenApply(FlavorSpecsRoutes::accessList);
  }

  private static Answer<Flavor> changeAccess(Call call, Flavor flavor, AccessChange wish) {
    if (flavor.isPublic() && wish.add() && call.version().from(7)) {
      return Answer.refuse(new Rejection.Conflict("Can not add access to a public flavor."));
    }
    var access = new HashSet<>(flavor.access());
    if (wish.add() && !access.add(wish.project())) {
      return Answer.refuse(
          new Rejection.Conflict(
              "Flavor access already exists for flavor %s and project %s combination."
                  .formatted(flavor.id(), wish.project())));
    }
    if (!wish.add() && !access.remove(wish.project())) {
      return Answer.refuse(new Rejection.NotFound("Flavor access", wish.project()));
    }
    return Answer.of(changed(flavor, flavor.extraSpecs(), access));
  }

  private CompletionStage<Flavor> change(Call call, Function<Flavor, Answer<Flavor>> change) {
    return catalog.update(Flavor.class, call.path("id"), change).thenApply(ApiError::accepted);
  }

  private static Flavor with(Flavor flavor, Map<String, String> added) {
    var specs = new HashMap<>(flavor.extraSpecs());
    specs.putAll(added);
    return changed(flavor, specs, flavor.access());
  }

  private static Flavor changed(Flavor old, Map<String, String> specs, Set<String> access) {
    return new Flavor(
        old.id(),
        old.name(),
        old.vcpus(),
        old.ramMib(),
        old.rootGib(),
        old.ephemeralGib(),
        old.swapMib(),
        old.rxtxFactor(),
        old.isPublic(),
        old.description(),
        specs,
        access,
        old.createdAt());
  }

  private static ObjectNode specs(Map<String, String> specs) {
    var body = Json.object();
    var shown = body.putObject("extra_specs");
    specs.forEach(shown::put);
    return body;
  }

  private static HttpResponse accessList(Flavor flavor) {
    var body = Json.object();
    var list = body.putArray("flavor_access");
    flavor.access().stream()
        .sorted()
        .forEach(
            project -> list.addObject().put("flavor_id", flavor.id()).put("tenant_id", project));
    return Reply.ok(body);
  }

  private static ApiError noSuchKey(String flavor, String key) {
    return new ApiError(
        404,
        "FlavorExtraSpecsNotFound",
        "Flavor %s has no extra specs with key %s.".formatted(flavor, key));
  }
}
