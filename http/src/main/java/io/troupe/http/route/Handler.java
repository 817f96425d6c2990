package io.troupe.http.route;

import io.troupe.http.json.Body;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Answers one call. It must not block; refusals are thrown as {@code ApiError.thrown()}, at once or
 * inside the stage.
 */
@FunctionalInterface
public interface Handler {
  CompletionStage<HttpResponse> handle(Call call);

  /** For answers that need nobody else. */
  static Handler now(Function<Call, HttpResponse> answer) {
    return call -> CompletableFuture.completedFuture(answer.apply(call));
  }

  /** Reads the JSON body into {@code T}, then answers. */
  static <T> Handler withBody(
      Function<Body, T> shape, BiFunction<Call, T, CompletionStage<HttpResponse>> answer) {
    return call -> call.body(shape).thenCompose(body -> answer.apply(call, body));
  }
}
