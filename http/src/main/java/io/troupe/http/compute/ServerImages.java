package io.troupe.http.compute;

import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.ImageProperty;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.core.value.PowerState;
import io.troupe.http.Api;
import io.troupe.http.error.ApiError;
import io.troupe.http.image.PropertyNames;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The actions {@code createImage} and {@code createBackup}. */
record ServerImages(Api api) {
  private record Wanted(String name, Map<String, String> metadata) {
    static Wanted of(Body body) {
      return new Wanted(
          body.required("name").name(),
          body.optional("metadata").map(Wanted::metadata).orElse(Map.of()));
    }

    private static Map<String, String> metadata(Field field) {
      var items = field.texts(CreateRequest::isMetadataKey);
      for (String key : items.keySet()) {
        if (PropertyNames.isReserved(key)) {
          throw field.invalid("'" + key + "' is not a property's name: images say it themselves");
        }
      }
      return items;
    }
  }

  private record Backup(Wanted image, String type, int rotation) {
    static Backup of(Body body) {
      return new Backup(
          Wanted.of(body),
          body.required("backup_type").text(0, 255),
          (int) body.required("rotation").integer(0, Integer.MAX_VALUE));
    }
  }

  CompletionStage<HttpResponse> createImage(Call call, InstanceView server, Field argument) {
    var wanted = argument.object(Wanted::of);
    checkMetadataCount(server, wanted);
    var image = image(server, wanted, Map.of());
    if (server.request().bootsFromVolume()) {
      return command(server, ofVolumes(call, server, image))
          .thenApply(_ -> answer(call, image.id()));
    }
    return command(server, new UserCommand.CreateImage(call.origin(), image))
        .thenApply(_ -> answer(call, image.id()));
  }

  /** As Nova does it: a snapshot of each volume, and an image that names them. */
  private UserCommand ofVolumes(Call call, InstanceView server, Image draft) {
    var copies =
        server.volumes().stream()
            .map(volume -> new ImageOfVolumes.Copy(volume, UUID.randomUUID().toString()))
            .toList();
    var snapshots =
        copies.stream()
            .map(
                copy ->
                    new VolumeSnapshot.Wanted(
                        copy.snapshotId(),
                        call.caller().userId(),
                        "snapshot for " + draft.name(),
                        "",
                        copy.volume().id(),
                        Map.of(),
                        true))
            .toList();
    return new UserCommand.CreateImageOfVolumes(
        call.origin(), ImageOfVolumes.of(draft, copies, api.clock().instant()), snapshots);
  }

  CompletionStage<HttpResponse> createBackup(Call call, InstanceView server, Field argument) {
    var backup = argument.object(Backup::of);
    checkMetadataCount(server, backup.image());
    var image =
        backup.rotation() == 0
            ? Optional.<Image>empty()
            : Optional.of(
                image(
                    server,
                    backup.image(),
                    Map.of("image_type", "backup", "backup_type", backup.type())));
    var command =
        new UserCommand.CreateBackup(call.origin(), image, backup.type(), backup.rotation());
    return command(server, command)
        .thenApply(_ -> image.map(made -> answer(call, made.id())).orElseGet(this::nothing));
  }

  /** An image that must be quiesced cannot be made where there is no agent to see to it. */
  private CompletionStage<InstanceView> command(InstanceView server, UserCommand command) {
    var said = server.request().imageProperties();
    var impossible =
        ImageProperty.OS_REQUIRE_QUIESCE.isTrue(said)
            && ImageProperty.HW_QEMU_GUEST_AGENT.isFalse(said)
            && server.power() == PowerState.RUNNING;
    var answer =
        impossible
            ? api.instances()
                .refuse(
                    server.id(),
                    command,
                    new Rejection.Conflict(
                        "Quiescing is not supported in instance %s: QEMU guest agent is not enabled"
                            .formatted(server.id())))
            : api.instances().command(server.id(), command);
    return answer.thenApply(ApiError::accepted);
  }

  private HttpResponse nothing() {
    return Reply.empty(202);
  }

  private Image image(InstanceView server, Wanted wanted, Map<String, String> kind) {
    var own = new HashMap<>(wanted.metadata());
    own.putAll(kind);
    return SnapshotImage.of(
        UUID.randomUUID().toString(),
        wanted.name(),
        server,
        api.catalog().find(Image.class, server.request().image().id()),
        own,
        api.clock().instant());
  }

  private void checkMetadataCount(InstanceView server, Wanted wanted) {
    long limit = ProjectQuotas.of(api).of(server.project()).get("metadata_items");
    if (limit >= 0 && wanted.metadata().size() > limit) {
      throw ApiError.forbidden("Image metadata limit exceeded").thrown();
    }
  }

  /** Up to 2.44 where the image is, from 2.45 its id. */
  private static HttpResponse answer(Call call, String imageId) {
    return call.version().from(45)
        ? Reply.json(202, Json.object().put("image_id", imageId))
        : Reply.located(Reply.empty(202), call.links().absolute("/image/v2/images/" + imageId));
  }
}
