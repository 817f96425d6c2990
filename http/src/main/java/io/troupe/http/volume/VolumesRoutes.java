package io.troupe.http.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.ProjectVolumes;
import io.troupe.actors.volume.Volume;
import io.troupe.actors.volume.VolumeChange;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.compute.ImageFit;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /volumes}: volumes of the caller's project; an administrator reaches all. */
final class VolumesRoutes {
  private static final long GIB = 1L << 30;

  private final Api api;
  private final VolumeAccess access;

  VolumesRoutes(Api api) {
    this.api = api;
    this.access = new VolumeAccess(api.catalog(), api.volumes());
  }

  List<Route> routes() {
    return List.of(
        Route.get("/volumes", Policy.READER_OR_SERVICE, call -> list(call, VolumeJson::brief)),
        Route.get("/volumes/detail", Policy.READER_OR_SERVICE, call -> list(call, VolumeJson::of)),
        Route.get("/volumes/summary", Policy.READER, this::summary),
        Route.post("/volumes", Policy.MEMBER, this::create),
        Route.get("/volumes/{id}", Policy.READER_OR_SERVICE, this::show),
        Route.put("/volumes/{id}", Policy.MEMBER, this::update),
        Route.delete(
            "/volumes/{id}",
            Policy.MEMBER,
            call -> change(call, new VolumeChange.Delete()).thenApply(_ -> Reply.empty(202))),
        Route.post("/volumes/{id}/action", Policy.MEMBER, Handler.withBody(Action::of, this::act)));
  }

  // ---- lists

  private CompletionStage<HttpResponse> list(
      Call call, BiFunction<Call, Volume, ObjectNode> shown) {
    return access
        .asked(call, ProjectVolumes::volumes)
        .thenApply(
            all ->
                StoredList.of(all, VolumesRoutes::matches, call)
                    .page(
                        "volumes",
                        api.settings().pageLimit(),
                        volume -> shown.apply(call, volume)));
  }

  private static boolean matches(Volume volume, Query query) {
    return StoredList.is(query, "name", volume.name())
        && StoredList.is(query, "display_name", volume.name())
        && StoredList.is(query, "status", volume.status().word())
        && StoredList.is(query, "bootable", Boolean.toString(volume.bootable()))
        && StoredList.is(query, "id", volume.id())
        && StoredList.is(query, "project_id", volume.projectId());
  }

  private CompletionStage<HttpResponse> summary(Call call) {
    return access
        .asked(call, ProjectVolumes::volumes)
        .thenApply(
            all -> {
              var body = Json.object();
              var summary =
                  body.putObject("volume-summary")
                      .put("total_size", all.stream().mapToLong(Volume::sizeGib).sum())
                      .put("total_count", all.size());
              summary.putObject("metadata");
              return Reply.ok(body);
            });
  }

  // ---- one

  private CompletionStage<HttpResponse> show(Call call) {
    return access.seen(call.caller(), call.path("id")).thenApply(one -> shown(200, call, one));
  }

  private static HttpResponse shown(int status, Call call, Volume volume) {
    return Reply.json(status, Json.object().set("volume", VolumeJson.of(call, volume)));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(
            body -> {
              body.acceptUnknown(); // scheduler hints: of them nothing is known here
              return body.required("volume").object(NewVolume::of);
            })
        .thenCompose(this::inKnownZone)
        .thenCompose(
            wanted ->
                wanted.snapshotId().isPresent()
                    ? access
                        .findSnapshot(call.caller(), wanted.snapshotId().get())
                        .thenCompose(found -> createOfSnapshot(call, wanted, found))
                    : create(call, wanted))
        .thenApply(answer -> shown(202, call, accepted(answer)));
  }

  /** Of nothing, or of an image. */
  private CompletionStage<Answer<Volume>> create(Call call, NewVolume wanted) {
    long sizeGib = wanted.sizeGib().orElseThrow();
    var image =
        wanted.imageId().map(id -> ImageFit.usable(api.catalog(), call.caller(), id, "imageRef"));
    image.ifPresent(one -> requireRoom(sizeGib, one));
    return create(
        call,
        wanted,
        new VolumeChoice.NewVolume(wanted.name(), sizeGib, image.map(ImageFit::reference)));
  }

  private static void requireRoom(long sizeGib, Image image) {
    long bytes = ImageFit.neededBytes(image);
    if (bytes > sizeGib * GIB) {
      throw ApiError.badRequest(
              ("Invalid input received: Size of specified image %dGB is larger than"
                      + " volume size %dGB.")
                  .formatted(Math.ceilDiv(bytes, GIB), sizeGib))
          .thrown();
    }
  }

  /** It belongs to the caller's project, and so does the snapshot, also for an administrator. */
  private CompletionStage<Answer<Volume>> createOfSnapshot(
      Call call, NewVolume wanted, Optional<VolumeSnapshot> found) {
    var snapshot =
        found
            .filter(one -> one.projectId().equals(call.caller().project().value()))
            .orElseThrow(
                () -> ApiError.notFound("Snapshot", wanted.snapshotId().orElseThrow()).thrown());
    return create(
        call,
        wanted,
        new VolumeChoice.NewVolume(
            wanted.name(),
            wanted.sizeGib().orElse(snapshot.sizeGib()),
            Optional.empty(),
            Optional.of(snapshot.id())));
  }

  private CompletionStage<Answer<Volume>> create(
      Call call, NewVolume wanted, VolumeChoice.NewVolume as) {
    var fresh =
        Volume.fresh(
            UUID.randomUUID().toString(),
            call.caller().project().value(),
            call.caller().userId(),
            as,
            api.clock().instant());
    var described = fresh.describedAs(wanted.description(), wanted.metadata());
    return api.volumes()
        .createVolume(
            wanted.namedZone().isPresent()
                ? described.toBePlaced(wanted.zone())
                : described.inZone(wanted.zone()));
  }

  /** 400, as in Cinder, for a zone that no host is in. */
  private CompletionStage<NewVolume> inKnownZone(NewVolume wanted) {
    if (wanted.namedZone().isEmpty()) {
      return CompletableFuture.completedFuture(wanted);
    }
    String zone = wanted.namedZone().get();
    return api.hosts()
        .hosts()
        .thenApply(
            all -> {
              if (all.stream().noneMatch(host -> host.availabilityZone().equals(zone))) {
                throw ApiError.badRequest("Availability zone '" + zone + "' is invalid.").thrown();
              }
              return wanted;
            });
  }

  private CompletionStage<HttpResponse> update(Call call) {
    return call.body(body -> body.required("volume").object(VolumesRoutes::description))
        .thenCompose(change -> change(call, change))
        .thenApply(volume -> shown(200, call, volume));
  }

  static VolumeChange description(Body body) {
    return new VolumeChange.Describe(
        NewVolume.words(body, "name"),
        NewVolume.words(body, "description"),
        body.nullable("metadata").map(NewVolume::metadata));
  }

  private CompletionStage<Volume> change(Call call, VolumeChange change) {
    return access
        .visible(call.caller(), call.path("id"))
        .thenCompose(volume -> api.volumes().changeVolume(volume.projectId(), volume.id(), change))
        .thenApply(VolumesRoutes::accepted);
  }

  /** Over quota is 413 here, as in Cinder, and not 403 as in Nova. */
  static <T> T accepted(Answer<T> answer) {
    if (answer
        instanceof
        Answer.Rejected<T>(
            Rejection.QuotaExceeded(var resource, var requested, var used, var limit))) {
      String message =
          !resource.equals("gigabytes")
              ? "%sLimitExceeded: Maximum number of %s allowed (%d) exceeded for quota '%s'."
                  .formatted(
                      resource.equals("volumes") ? "Volume" : "Snapshot", resource, limit, resource)
              : ("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed"
                      + " gigabytes quota. Requested %dG, quota is %dG and %dG has been consumed.")
                  .formatted(requested, limit, used);
      throw new ApiError(413, "OverLimit", message).thrown();
    }
    return ApiError.accepted(answer);
  }

  // ---- actions

  /**
   * @param image of {@code os-reimage}, which alone has to be looked up first
   */
  private record Action(
      VolumeChange change, boolean admin, Optional<String> refusal, Optional<String> image) {
    private Action(VolumeChange change, boolean admin, Optional<String> refusal) {
      this(change, admin, refusal, Optional.empty());
    }

    static Action of(Body body) {
      if (body.keys().size() != 1) {
        throw ApiError.badRequest("The request body must have exactly one action.").thrown();
      }
      String key = body.keys().iterator().next();
      Field argument = body.required(key);
      return switch (key) {
        case "os-extend" ->
            of(
                new VolumeChange.Extend(
                    argument.object(it -> it.required("new_size").integer(1, 1L << 30))));
        case "os-set_bootable" ->
            of(new VolumeChange.SetBootable(argument.object(it -> it.required("bootable").flag())));
        case "os-reimage" -> argument.object(Action::reimage);
        case "os-force_delete" -> new Action(new VolumeChange.Delete(), true, Optional.empty());
        case "os-attach",
            "os-detach",
            "os-reserve",
            "os-unreserve",
            "os-begin_detaching",
            "os-roll_detaching",
            "os-initialize_connection",
            "os-terminate_connection" ->
            refused(
                key
                    + " is done by the compute service alone; use the server's volume"
                    + " attachments.");
        case "os-reset_status" ->
            refused("the status of a volume follows what its host says; it cannot be set.");
        case "os-update_readonly_flag",
            "os-volume_upload_image",
            "os-retype",
            "os-migrate_volume",
            "os-set_image_metadata",
            "os-unset_image_metadata" ->
            refused("volumes on the storage of hosts cannot do " + key + ".");
        default -> refused("There is no such action: " + key);
      };
    }

    /** For one that a server has there is the server's own rebuild. */
    private static Action reimage(Body body) {
      String image = body.required("image_id").uuid();
      return body.optional("reimage_reserved").map(Field::flag).orElse(false)
          ? refused("a volume that is reserved begins anew when its server is rebuilt.")
          : new Action(new VolumeChange.Delete(), false, Optional.empty(), Optional.of(image));
    }

    private static Action of(VolumeChange change) {
      return new Action(change, false, Optional.empty());
    }

    private static Action refused(String why) {
      return new Action(new VolumeChange.Delete(), false, Optional.of(why));
    }
  }

  private CompletionStage<HttpResponse> act(Call call, Action action) {
    if (action.admin()) {
      call.caller().require(Policy.ADMIN, "volume_extension:volume_admin_actions:force_delete");
    }
    action
        .refusal()
        .ifPresent(
            why -> {
              throw ApiError.badRequest(why).thrown();
            });
    if (action.image().isPresent()) {
      return reimage(call, action.image().get()).thenApply(_ -> Reply.empty(202));
    }
    int ok = action.change() instanceof VolumeChange.SetBootable ? 200 : 202;
    return change(call, action.change()).thenApply(_ -> Reply.empty(ok));
  }

  private CompletionStage<Volume> reimage(Call call, String imageId) {
    var image = ImageFit.usable(api.catalog(), call.caller(), imageId, "image_id");
    var change = new VolumeChange.Reimage(call.origin().operation(), ImageFit.reference(image));
    return access
        .visible(call.caller(), call.path("id"))
        .thenCompose(
            volume -> {
              requireRoom(volume.sizeGib(), image);
              return api.volumes().changeVolume(volume.projectId(), volume.id(), change);
            })
        .thenApply(VolumesRoutes::accepted);
  }
}
