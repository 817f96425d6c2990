package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.http.Api;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * The action {@code rescue}: from the image that the request names, else from the one that the
 * server was booted from.
 */
record ServerRescue(Api api) {
  private record Wanted(Optional<String> adminPass, Optional<String> image) {
    static Wanted of(Body body) {
      return new Wanted(
          body.optional("adminPass").map(field -> field.text(0, 255)),
          body.optional("rescue_image_ref").map(Field::uuid));
    }
  }

  /** A volume says nothing of the image to rescue from, so that has to be named. */
  private static void requireRescuable(Call call, InstanceView server, Wanted wanted) {
    if (call.version().until(86)) {
      throw ApiError.badRequest(
              "Instance %s cannot be rescued: Cannot rescue a volume-backed instance"
                  .formatted(server.id()))
          .thrown();
    }
    if (wanted.image().isEmpty()) {
      throw ApiError.badRequest(
              "rescue_image_ref: instance %s boots from a volume, an image to rescue it from is needed"
                  .formatted(server.id()))
          .thrown();
    }
  }

  CompletionStage<HttpResponse> act(Call call, InstanceView server, Field argument) {
    var wanted =
        argument.isNull()
            ? new Wanted(Optional.empty(), Optional.empty())
            : argument.object(Wanted::of);
    if (server.request().bootsFromVolume()) {
      requireRescuable(call, server, wanted);
    }
    var image =
        wanted
            .image()
            .map(id -> ImageFit.usable(api.catalog(), call.caller(), id, "rescue_image_ref"))
            .map(ImageFit::reference)
            .orElseGet(() -> server.request().image());
    return api.instances()
        .command(server.id(), new UserCommand.Rescue(call.origin(), image))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              var password = wanted.adminPass().orElseGet(AdminPass::generated);
              return Reply.ok(Json.object().put("adminPass", password));
            });
  }
}
