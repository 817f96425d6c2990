package io.troupe.http.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.core.value.Names;
import io.troupe.http.access.Caller;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Page;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Image records: create, show, list, patch, tags. */
final class ImageRoutes {
  /** How often a patch is tried again because another writer came first. */
  private static final int PATCH_ATTEMPTS = 5;

  private static final Rejection CHANGED_MEANWHILE =
      new Rejection.Conflict("The image was changed by somebody else meanwhile; please try again.");

  private final Catalog catalog;
  private final ImageAccess access;
  private final int pageLimit;
  private final Clock clock;

  ImageRoutes(Catalog catalog, int pageLimit, Clock clock) {
    this.catalog = catalog;
    this.access = new ImageAccess(catalog);
    this.pageLimit = pageLimit;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v2/images", Policy.READER, Handler.now(this::list)),
        Route.post("/v2/images", Policy.MEMBER, Handler.withBody(NewImage::read, this::create)),
        Route.get("/v2/images/{id}", Policy.READER, Handler.now(this::show)),
        Route.patch("/v2/images/{id}", Policy.MEMBER, this::patch),
        Route.put("/v2/images/{id}/tags/{tag}", Policy.MEMBER, this::addTag),
        Route.delete("/v2/images/{id}/tags/{tag}", Policy.MEMBER, this::removeTag));
  }

  /** A create body: the details, and an id if the client chose one. */
  private record NewImage(Optional<String> id, ImageDetails details) {
    static NewImage read(Body body) {
      return new NewImage(body.nullable("id").map(Field::uuid), ImageDetails.read(body));
    }
  }

  private CompletionStage<HttpResponse> create(Call call, NewImage asked) {
    Caller caller = call.caller();
    ImageDetails details = asked.details();
    ImageAccess.requirePublicise(caller, "", details.visibility());
    requireOwner(caller, caller.project().value(), details);
    String id = asked.id().orElseGet(() -> UUID.randomUUID().toString());
    Image image = details.create(id, caller.project().value(), clock.instant());
    return catalog
        .create(image)
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Accepted<Image>(var made) ->
                      Reply.located(
                          Reply.json(201, ImageJson.of(made)),
                          call.links().absolute("/image/v2/images/" + id));
                  case Answer.Rejected<Image>(Rejection.Conflict _) ->
                      throw ApiError.conflict("Image ID " + id + " already exists!").thrown();
                  case Answer.Rejected<Image>(var reason) -> throw ApiError.of(reason).thrown();
                });
  }

  private static void requireOwner(Caller caller, String before, ImageDetails details) {
    if (!caller.isAdmin() && !details.owner().orElse(before).equals(before)) {
      throw ApiError.forbidden("You are not permitted to give images to another project.").thrown();
    }
    if (!Names.isToken(details.owner().orElse(before))) {
      throw ApiError.badRequest("The owner is not a project id.").thrown();
    }
  }

  private HttpResponse show(Call call) {
    return Reply.ok(ImageJson.of(access.visible(call.caller(), call.path("id"))));
  }

  private HttpResponse list(Call call) {
    List<Image> images =
        new ImageFilter(call.query()).apply(call.caller(), catalog.all(Image.class));
    Page<Image> page = Page.of(images, call.query(), pageLimit, Image::id);
    ObjectNode body = Json.object();
    var entries = body.putArray("images");
    page.entries().forEach(image -> entries.add(ImageJson.of(image)));
    body.put("first", address(call, Optional.empty()));
    page.next().ifPresent(marker -> body.put("next", address(call, Optional.of(marker))));
    body.put("schema", "/v2/schemas/images");
    return Reply.ok(body);
  }

  /** This list again, from the start or from a marker; clients put the service's address before. */
  private static String address(Call call, Optional<String> marker) {
    StringBuilder address = new StringBuilder("/v2/images");
    char separator = '?';
    for (String key : call.query().keys()) {
      if (!key.equals("marker")) {
        for (String value : call.query().all(key)) {
          address.append(separator).append(encode(key)).append('=').append(encode(value));
          separator = '&';
        }
      }
    }
    if (marker.isPresent()) {
      address.append(separator).append("marker=").append(encode(marker.get()));
    }
    return address.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private CompletionStage<HttpResponse> patch(Call call) {
    access.changeable(call.caller(), call.path("id"));
    return call.json(
            Set.of(ImagePatch.MEDIA_TYPE),
            root -> root.list(0, ImagePatch.MAX_STEPS, step -> step.object(ImagePatch::read)))
        .thenCompose(steps -> patch(call, steps, PATCH_ATTEMPTS))
        .thenApply(image -> Reply.ok(ImageJson.of(image)));
  }

  private CompletionStage<Image> patch(Call call, List<ImagePatch> steps, int attempts) {
    Image seen = access.changeable(call.caller(), call.path("id"));
    ImageDetails details = ImagePatch.apply(seen, steps);
    ImageAccess.requirePublicise(call.caller(), seen.visibility(), details.visibility());
    requireOwner(call.caller(), seen.owner(), details);
    Image patched = details.applyTo(seen, clock.instant());
    return catalog
        .update(
            Image.class,
            seen.id(),
            now -> now.equals(seen) ? Answer.of(patched) : Answer.refuse(CHANGED_MEANWHILE))
        .thenCompose(
            answer ->
                attempts > 1 && answer.equals(Answer.refuse(CHANGED_MEANWHILE))
                    ? patch(call, steps, attempts - 1)
                    : CompletableFuture.completedFuture(ApiError.accepted(answer)));
  }

  private CompletionStage<HttpResponse> addTag(Call call) {
    String tag = call.path("tag");
    if (tag.isEmpty() || tag.length() > 255 || tag.chars().anyMatch(Character::isISOControl)) {
      throw ApiError.badRequest("A tag has 1 to 255 printable characters.").thrown();
    }
    return changeTags(
        call,
        tags -> {
          tags.add(tag);
          return tags.size() <= ImageDetails.MAX_TAGS
              ? Optional.empty()
              : Optional.of(
                  new Rejection.Conflict(
                      "The limit has been exceeded on the number of allowed image tags: "
                          + ImageDetails.MAX_TAGS));
        });
  }

  private CompletionStage<HttpResponse> removeTag(Call call) {
    String tag = call.path("tag");
    return changeTags(
        call,
        tags ->
            tags.remove(tag)
                ? Optional.empty()
                : Optional.of(new Rejection.NotFound("ImageTag", tag)));
  }

  private interface TagChange {
    /** Changes the tags, or says why not. */
    Optional<Rejection> apply(Set<String> tags);
  }

  private CompletionStage<HttpResponse> changeTags(Call call, TagChange change) {
    Image seen = access.changeable(call.caller(), call.path("id"));
    return catalog
        .update(
            Image.class,
            seen.id(),
            now -> {
              Set<String> tags = new TreeSet<>(now.tags());
              return change
                  .apply(tags)
                  .<Answer<Image>>map(Answer::refuse)
                  .orElseGet(() -> Answer.of(now.withTags(tags, clock.instant())));
            })
        .thenApply(ApiError::accepted)
        .thenApply(image -> Reply.empty(204));
  }
}
