package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Flavor;
import io.troupe.http.Api;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Permission;
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
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /flavors}: list, show, create, describe, delete. */
final class FlavorsRoutes {
  private static final Set<String> QUERY =
      Set.of("limit", "marker", "is_public", "minRam", "minDisk", "sort_key", "sort_dir");

  private static final Map<String, Comparator<Flavor>> SORT_KEYS =
      Map.of(
          "flavorid", Comparator.comparing(Flavor::id),
          "name", Comparator.comparing(Flavor::name),
          "vcpus", Comparator.comparing(Flavor::vcpus),
          "memory_mb", Comparator.comparing(Flavor::ramMib),
          "root_gb", Comparator.comparing(Flavor::rootGib),
          "ephemeral_gb", Comparator.comparing(Flavor::ephemeralGib),
          "swap", Comparator.comparing(Flavor::swapMib),
          "rxtx_factor", Comparator.comparing(Flavor::rxtxFactor),
          "is_public", Comparator.comparing(Flavor::isPublic),
          "created_at", Comparator.comparing(Flavor::createdAt));

  private final Api api;
  private final Catalog catalog;

  FlavorsRoutes(Api api) {
    this.api = api;
    this.catalog = api.catalog();
  }

  List<Route> routes() {
    return List.of(
        Route.get("/flavors", Policy.ANY, Handler.now(call -> list(call, "", FlavorJson::brief))),
        Route.get(
            "/flavors/detail",
            Policy.ANY,
            Handler.now(call -> list(call, "/detail", FlavorJson::full))),
        Route.get("/flavors/{id}", Policy.ANY, Handler.now(call -> one(call, find(catalog, call)))),
        Route.post("/flavors", Policy.ADMIN, this::create),
        Route.put("/flavors/{id}", Policy.ADMIN, this::describe).in(Window.from(55)),
        Route.delete("/flavors/{id}", Policy.ADMIN, this::delete));
  }

  /** Whether the flavor exists for the caller. */
  static boolean isVisible(Caller caller, Flavor flavor) {
    return flavor.isPublic()
        || caller.may(Permission.PRIVATE_FLAVORS)
        || caller.scope().filter(project -> flavor.access().contains(project.value())).isPresent();
  }

  /** The flavor in the path; 404 when there is none for the caller. */
  static Flavor find(Catalog catalog, Call call) {
    String id = call.path("id");
    return catalog
        .find(Flavor.class, id)
        .filter(flavor -> isVisible(call.caller(), flavor))
        .orElseThrow(() -> ApiError.notFound("Flavor", id).thrown());
  }

  private HttpResponse list(Call call, String path, BiFunction<Call, Flavor, ObjectNode> json) {
    Query query = call.query();
    if (call.version().from(75)) {
      query.expectOnly(QUERY);
    }
    long minRam = query.number("minRam").orElse(0);
    int minDisk = query.number("minDisk").orElse(0);
    List<Flavor> wanted =
        catalog.all(Flavor.class).stream()
            .filter(isPublic(call))
            .filter(flavor -> flavor.ramMib() >= minRam && flavor.rootGib() >= minDisk)
            .sorted(order(query))
            .toList();
    var page = Page.of(wanted, query, api.settings().pageLimit(), Flavor::id);
    var body = Json.object();
    var list = body.putArray("flavors");
    page.entries().forEach(flavor -> list.add(json.apply(call, flavor)));
    page.addNextLink(body, "flavors_links", call, "/flavors" + path);
    return Reply.ok(body);
  }

  /** Public ones and those the project may use; an administrator may ask for others. */
  private static Predicate<Flavor> isPublic(Call call) {
    Optional<String> asked = call.query().get("is_public").map(w -> w.toLowerCase(Locale.ROOT));
    if (!call.caller().may(Permission.PRIVATE_FLAVORS)) {
      return flavor -> isVisible(call.caller(), flavor);
    }
    if (asked.isPresent() && asked.get().equals("none")) {
      return flavor -> true;
    }
    boolean wanted = call.query().flag("is_public", true);
    return flavor -> flavor.isPublic() == wanted;
  }

  private static Comparator<Flavor> order(Query query) {
    String key = query.get("sort_key").orElse("flavorid");
    Comparator<Flavor> order = SORT_KEYS.get(key);
    if (order == null) {
      throw ApiError.badRequest("Invalid sort_key: " + key).thrown();
    }
    order = order.thenComparing(Flavor::id);
    return switch (query.get("sort_dir").orElse("asc")) {
      case "asc" -> order;
      case "desc" -> order.reversed();
      default -> throw ApiError.badRequest("Invalid sort_dir: it is asc or desc.").thrown();
    };
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(root -> flavor(root, call.version(), api.clock().instant()))
        .thenCompose(catalog::create)
        .thenApply(answer -> one(call, ApiError.accepted(answer)));
  }

  private static Flavor flavor(Body root, Microversion version, Instant now) {
    return root.required("flavor")
        .object(
            body ->
                new Flavor(
                    body.nullable("id")
                        .filter(field -> !field.node().asText().isEmpty())
                        .map(FlavorsRoutes::id)
                        .orElseGet(() -> UUID.randomUUID().toString()),
                    body.required("name").name(),
                    (int) body.required("vcpus").integer(1, Integer.MAX_VALUE),
                    body.required("ram").integer(1, Integer.MAX_VALUE),
                    (int) body.required("disk").integer(0, Integer.MAX_VALUE),
                    body.optional("OS-FLV-EXT-DATA:ephemeral")
                        .map(field -> (int) field.integer(0, Integer.MAX_VALUE))
                        .orElse(0),
                    body.optional("swap")
                        .filter(field -> !field.node().asText().isEmpty())
                        .map(field -> (int) field.integer(0, Integer.MAX_VALUE))
                        .orElse(0),
                    body.optional("rxtx_factor").map(f -> f.number(0.001, 1e9)).orElse(1.0),
                    body.optional("os-flavor-access:is_public").map(Field::flag).orElse(true),
                    version.from(55)
                        ? body.nullable("description").map(field -> field.printable(65535))
                        : Optional.empty(),
                    Map.of(),
                    Set.of(),
                    now));
  }

  private static String id(Field field) {
    String text = field.node().isInt() ? field.node().asText() : field.name();
    boolean fits =
        text.chars()
            .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || "._- ".indexOf(c) >= 0));
    if (!fits) {
      throw field.invalid("'" + text + "' may have letters, digits, '.', '_', '-' and blanks");
    }
    return text;
  }

  private CompletionStage<HttpResponse> describe(Call call) {
    return call.body(
            root ->
                root.required("flavor")
                    .object(
                        body -> {
                          var field = body.required("description");
                          return field.isNull()
                              ? Optional.<String>empty()
                              : Optional.of(field.printable(65535));
                        }))
        .thenCompose(
            text ->
                catalog.update(
                    Flavor.class, call.path("id"), flavor -> Answer.of(described(flavor, text))))
        .thenApply(answer -> one(call, ApiError.accepted(answer)));
  }

  private static Flavor described(Flavor old, Optional<String> description) {
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
        description,
        old.extraSpecs(),
        old.access(),
        old.createdAt());
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return catalog
        .remove(Flavor.class, call.path("id"))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }

  private static HttpResponse one(Call call, Flavor flavor) {
    var body = Json.object();
    body.set("flavor", FlavorJson.full(call, flavor));
    return Reply.ok(body);
  }
}
