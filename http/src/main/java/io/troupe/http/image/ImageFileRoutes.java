package io.troupe.http.image;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.image.ImageLimits;
import io.troupe.actors.image.ImageStore;
import io.troupe.actors.image.ImageUpload;
import io.troupe.actors.image.UploadOutcome;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Image bytes: upload, download, and delete, which takes the record along. */
final class ImageFileRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFileRoutes.class);

  /** How long an upload may stand still before it is given up. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  /** How much of a refused upload is still read, so that its sender gets to see the answer. */
  private static final long DRAIN_BYTES = 16L << 20;

  private final ImageAccess access;
  private final ImageStore store;
  private final ImageUpload upload;
  private final ImageLimits limits;
  private final Materializer materializer;

  ImageFileRoutes(
      Catalog catalog,
      ImageStore store,
      ImageLimits limits,
      Clock clock,
      Materializer materializer) {
    this.access = new ImageAccess(catalog);
    this.store = store;
    this.upload = new ImageUpload(catalog, store, limits, clock);
    this.limits = limits;
    this.materializer = materializer;
  }

  List<Route> routes() {
    return List.of(
        Route.put("/v2/images/{id}/file", Policy.MEMBER, this::receive),
        Route.get("/v2/images/{id}/file", Policy.READER, this::send),
        Route.delete("/v2/images/{id}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> receive(Call call) {
    Image image = access.changeable(call.caller(), call.path("id"));
    RequestEntity entity = call.request().entity();
    if (!entity.getContentType().mediaType().equals(MediaTypes.APPLICATION_OCTET_STREAM)) {
      throw new ApiError(
              415,
              "UnsupportedMediaType",
              "Image data has the Content-Type application/octet-stream, not "
                  + entity.getContentType())
          .thrown();
    }
    if (image.diskFormat().isEmpty() || image.containerFormat().isEmpty()) {
      throw ApiError.badRequest(
              "Properties disk_format and container_format must be set prior to saving data.")
          .thrown();
    }
    if (entity.getContentLengthOption().orElse(0) > limits.maxUploadBytes()) {
      throw tooLarge(limits.maxUploadBytes()).thrown();
    }
    return apart(() -> receive(image.id(), entity));
  }

  private HttpResponse receive(String id, RequestEntity entity) throws IOException {
    try (InputStream bytes =
        entity
            .withoutSizeLimit()
            .getDataBytes()
            .runWith(StreamConverters.asInputStream(SILENCE), materializer)) {
      UploadOutcome outcome = upload.receive(id, bytes);
      if (outcome instanceof UploadOutcome.Active) {
        return Reply.empty(204);
      }
      bytes.skip(DRAIN_BYTES);
      throw refusal(id, outcome).thrown();
    } catch (IOException e) {
      LOG.warn("upload of image {} failed: {}", id, e.toString());
      throw new ApiError(
              503, "UploadFailed", "The image's data could not be received or stored; try again.")
          .thrown();
    }
  }

  private static ApiError refusal(String id, UploadOutcome outcome) {
    return switch (outcome) {
      case UploadOutcome.Active _ -> throw new IllegalStateException("an active image is accepted");
      case UploadOutcome.Rejected(var reason) -> ApiError.of(reason);
      case UploadOutcome.WrongStatus(var status) ->
          ApiError.conflict("Image status transition from " + status + " to saving is not allowed");
      case UploadOutcome.TooLarge(var maxBytes) -> tooLarge(maxBytes);
      case UploadOutcome.StoreFull(var message) ->
          new ApiError(413, "StorageFull", "Image storage media is full: " + message);
      case UploadOutcome.Refused(var reason) ->
          ApiError.badRequest("Image " + id + " was refused: " + reason);
      case UploadOutcome.DeletedMeanwhile _ ->
          new ApiError(410, "Gone", "Image " + id + " was deleted during the upload.");
    };
  }

  private static ApiError tooLarge(long maxBytes) {
    return new ApiError(
        413, "ImageTooLarge", "Image data is larger than the limit of " + maxBytes + " bytes.");
  }

  private CompletionStage<HttpResponse> send(Call call) {
    Image image = access.visible(call.caller(), call.path("id"));
    if (!image.status().equals(ImageUpload.ACTIVE) || image.ofVolumes()) {
      return CompletableFuture.completedFuture(Reply.empty(204));
    }
    return apart(
        () -> {
          InputStream bytes = store.open(image.id());
          return HttpResponse.create()
              .withEntity(
                  HttpEntities.create(
                      ContentTypes.APPLICATION_OCTET_STREAM,
                      image.sizeBytes().orElseThrow(),
                      StreamConverters.fromInputStream(() -> bytes)))
              .addHeader(RawHeader.create("Content-MD5", image.md5().orElseThrow()));
        });
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    Image image = access.changeable(call.caller(), call.path("id"));
    if (image.isProtected()) {
      throw ApiError.forbidden("Image " + image.id() + " is protected and cannot be deleted.")
          .thrown();
    }
    return apart(
        () -> {
          ApiError.accepted(upload.delete(image.id()));
          return Reply.empty(204);
        });
  }

  /** On a thread of its own, which may wait for the disk and for the client. */
  private static CompletionStage<HttpResponse> apart(Callable<HttpResponse> work) {
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("image-")
        .start(
            () -> {
              try {
                answer.complete(work.call());
              } catch (CompletionException e) {
                answer.completeExceptionally(e.getCause());
              } catch (Exception e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }
}
