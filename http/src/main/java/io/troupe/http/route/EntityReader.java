package io.troupe.http.route;

import com.fasterxml.jackson.databind.JsonNode;
import io.troupe.config.ApiSettings;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * Reads JSON bodies within a limit, whether the client says their length or sends them in chunks.
 */
final class EntityReader {
  private final ApiSettings settings;
  private final Materializer materializer;

  EntityReader(ApiSettings settings, Materializer materializer) {
    this.settings = settings;
    this.materializer = materializer;
  }

  CompletionStage<JsonNode> read(RequestEntity entity, Set<String> mediaTypes) {
    if (entity.isKnownEmpty()) {
      throw ApiError.badRequest("Malformed request body: it is empty, JSON is needed.").thrown();
    }
    String type = mediaType(entity);
    if (!mediaTypes.contains(type)) {
      throw new ApiError(
              415,
              "UnsupportedMediaType",
              "Unsupported Content-Type '%s', expected one of %s".formatted(type, mediaTypes))
          .thrown();
    }
    if (entity.getContentLengthOption().orElse(0) > settings.bodyLimitBytes()) {
      throw tooLarge().thrown();
    }
    if (entity instanceof HttpEntity.Strict whole) {
      return CompletableFuture.completedFuture(Json.parse(whole.getData().toArray()));
    }
    return gather(entity).thenApply(bytes -> Json.parse(bytes.toArray()));
  }

  private CompletionStage<ByteString> gather(RequestEntity entity) {
    long limit = settings.bodyLimitBytes();
    return entity
        .withoutSizeLimit()
        .getDataBytes()
        .completionTimeout(Duration.ofSeconds(settings.bodyTimeoutSeconds()))
        .runWith(
            Sink.fold(
                ByteString.emptyByteString(),
                (gathered, part) -> {
                  if (gathered.size() + (long) part.size() > limit) {
                    throw tooLarge().thrown();
                  }
                  return gathered.concat(part);
                }),
            materializer);
  }

  private ApiError tooLarge() {
    return new ApiError(
        413,
        "RequestTooLarge",
        "Request is too large: the limit is " + settings.bodyLimitBytes() + " bytes.");
  }

  private static String mediaType(RequestEntity entity) {
    var type = entity.getContentType().mediaType();
    return (type.mainType() + "/" + type.subType()).toLowerCase(Locale.ROOT);
  }
}
