package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.Answer;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VmState;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.volume.Volume;
import io.troupe.http.Api;
import io.troupe.http.access.Permission;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import io.troupe.http.volume.VolumeAccess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/os-volume_attachments}: the volumes of a server. */
final class VolumeAttachmentsRoutes {
  private static final String PATH = "/servers/{id}/os-volume_attachments";

  private final Api api;
  private final Servers servers;
  private final VolumeAccess volumes;

  VolumeAttachmentsRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
    this.volumes = new VolumeAccess(api.catalog(), api.volumes());
  }

  List<Route> routes() {
    return List.of(
        Route.get(PATH, Policy.READER, this::list),
        Route.post(PATH, Policy.MEMBER, this::attach),
        Route.get(PATH + "/{volume}", Policy.READER, this::show),
        Route.put(PATH + "/{volume}", Policy.MEMBER_OR_SERVICE, this::update),
        Route.delete(PATH + "/{volume}", Policy.MEMBER, this::detach));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    int offset = call.query().number("offset").orElse(0);
    int limit = Math.min(call.query().number("limit").orElse(1000), api.settings().pageLimit());
    return servers
        .find(call)
        .thenApply(
            server -> {
              var body = Json.object();
              var entries = body.putArray("volumeAttachments");
              server.volumes().stream()
                  .skip(offset)
                  .limit(limit)
                  .forEach(volume -> entries.add(json(server, volume, call.version())));
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return servers
        .find(call)
        .thenApply(server -> shown(server, attached(server, call.path("volume")), call.version()));
  }

  private static AttachedVolume attached(InstanceView server, String id) {
    return server.volumes().stream()
        .filter(volume -> volume.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiError(
                        404,
                        "VolumeNotFound",
                        "volume_id not found: " + id + " is not attached to server " + server.id())
                    .thrown());
  }

  private static HttpResponse shown(
      InstanceView server, AttachedVolume volume, Microversion version) {
    return Reply.ok(Json.object().set("volumeAttachment", json(server, volume, version)));
  }

  private static ObjectNode json(InstanceView server, AttachedVolume volume, Microversion version) {
    var json = Json.object();
    if (version.until(88)) {
      json.put("id", volume.id());
    }
    json.put("serverId", server.id().toString())
        .put("volumeId", volume.id())
        .put("device", volume.device());
    if (version.from(70)) {
      json.put("tag", volume.tag().orElse(null));
    }
    if (version.from(79)) {
      json.put("delete_on_termination", volume.deleteOnTermination());
    }
    if (version.from(89)) {
      json.put("attachment_id", volume.attachmentId()).put("bdm_uuid", mappingId(server, volume));
    }
    return json;
  }

  /** The same for the same attachment. */
  private static String mappingId(InstanceView server, AttachedVolume volume) {
    var name = server.id() + "/" + volume.attachmentId();
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  // ---- attach and detach

  private record Wanted(String volumeId, Optional<String> tag, boolean deleteOnTermination) {
    static Wanted of(Body root, Microversion version) {
      return root.required("volumeAttachment").object(body -> attachment(body, version));
    }

    private static Wanted attachment(Body body, Microversion version) {
      body.nullable("device").ifPresent(Wanted::device); // the guest names its disks itself
      return new Wanted(
          body.required("volumeId").uuid(),
          version.from(49) ? body.optional("tag").map(ServerTags::tag) : Optional.empty(),
          version.from(79)
              && body.optional("delete_on_termination").map(Field::flag).orElse(false));
    }

    private static void device(Field field) {
      String name = field.text(0, 255);
      if (!name.isEmpty() && !name.matches("(/dev/)?[a-zA-Z]+[0-9]*")) {
        throw field.invalid("it is not a device name");
      }
    }
  }

  private CompletionStage<HttpResponse> attach(Call call) {
    return call.body(body -> Wanted.of(body, call.version()))
        .thenCompose(
            wanted ->
                servers
                    .find(call)
                    .thenCompose(
                        server ->
                            volumes
                                .visible(call.caller(), wanted.volumeId())
                                .thenCompose(volume -> attach(call, server, wanted, volume))));
  }

  /** Asked once more by the instance itself, which is told if somebody else came first. */
  private static Optional<ApiError> wrong(InstanceView server, Volume volume) {
    if (!volume.projectId().equals(server.project().value())) {
      return Optional.of(
          ApiError.badRequest("The volume and the server are of different projects."));
    }
    if (volume.status() != Volume.Status.AVAILABLE) {
      return Optional.of(
          ApiError.badRequest(
              "Invalid volume: volume '%s' status must be 'available'. Currently in '%s'"
                  .formatted(volume.id(), volume.status().word())));
    }
    if (volume.pool().isEmpty() // else the server's host is asked whether it has the pool too
        && volume.host().isPresent()
        && server.host().isPresent()
        && !volume.host().equals(server.host())) {
      return Optional.of(
          ApiError.conflict(
              ("Volume %s lies on the storage of another host than the server's: it can be attached"
                      + " to servers there only.")
                  .formatted(volume.id())));
    }
    return Optional.empty();
  }

  /** Shelved servers are for clients that know of it. */
  private static void requireKnownState(Call call, InstanceView server, String action) {
    var isShelved =
        server.vmState() == VmState.SHELVED || server.vmState() == VmState.SHELVED_OFFLOADED;
    if (isShelved && call.version().until(19)) {
      throw ApiError.conflict(
              "Cannot '%s' instance %s while it is in vm_state %s"
                  .formatted(action, server.id(), server.vmState().word()))
          .thrown();
    }
  }

  /** What the server says comes first, as in Nova; then what is wrong with the volume. */
  private CompletionStage<HttpResponse> attach(
      Call call, InstanceView server, Wanted wanted, Volume volume) {
    requireKnownState(call, server, "attach_volume");
    var choice =
        new VolumeChoice(
            wanted.volumeId(), Optional.empty(), false, wanted.deleteOnTermination(), wanted.tag());
    var command = new UserCommand.AttachVolume(call.origin(), choice);
    var wrong = wrong(server, volume);
    return wrong.isEmpty()
        ? attach(call, server, wanted, command)
        : api.instances()
            .check(server.id(), command)
            .thenApply(
                answer -> {
                  ApiError.accepted(answer);
                  throw wrong.get().thrown();
                });
  }

  private CompletionStage<HttpResponse> attach(
      Call call, InstanceView server, Wanted wanted, UserCommand.AttachVolume command) {
    String device = nextDevice(server);
    return api.instances()
        .command(server.id(), command)
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              if (call.version().from(101)) {
                return Reply.empty(202);
              }
              var json =
                  Json.object()
                      .put("id", wanted.volumeId())
                      .put("serverId", server.id().toString())
                      .put("volumeId", wanted.volumeId())
                      .put("device", device);
              if (call.version().from(70)) {
                json.put("tag", wanted.tag().orElse(null));
              }
              if (call.version().from(79)) {
                json.put("delete_on_termination", wanted.deleteOnTermination());
              }
              return Reply.ok(Json.object().set("volumeAttachment", json));
            });
  }

  private static String nextDevice(InstanceView server) {
    for (char letter = 'b'; letter <= 'z'; letter++) {
      String device = "/dev/vd" + letter;
      if (server.volumes().stream().noneMatch(volume -> volume.device().equals(device))) {
        return device;
      }
    }
    throw ApiError.forbidden("The server has as many volumes as it can have.").thrown();
  }

  private CompletionStage<HttpResponse> detach(Call call) {
    return servers
        .find(call)
        .thenCompose(
            server -> {
              if (attached(server, call.path("volume")).root()) {
                throw ApiError.badRequest("Cannot detach a root device volume").thrown();
              }
              requireKnownState(call, server, "detach_volume");
              return api.instances()
                  .command(
                      server.id(),
                      new UserCommand.DetachVolume(call.origin(), call.path("volume")));
            })
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }

  /** The same volume: whether it goes with the server, from 2.85. Another one: a swap. */
  private record Update(String volumeId, Optional<Boolean> deleteOnTermination) {
    static Update of(Body root, Microversion version) {
      return root.required("volumeAttachment")
          .object(
              body -> {
                if (version.from(85)) {
                  body.optional("device");
                  body.optional("serverId");
                  body.optional("id");
                  body.optional("tag");
                }
                return new Update(
                    body.required("volumeId").uuid(),
                    version.from(85)
                        ? body.optional("delete_on_termination").map(Field::flag)
                        : Optional.empty());
              });
    }
  }

  /** For volume services, which move a volume that is used: with the role of one, as in Nova. */
  private CompletionStage<Answer<InstanceView>> swap(
      Call call, InstanceView server, AttachedVolume from, String to) {
    call.caller().require(Policy.SERVICE, "os-volumes-attachments:swap");
    return volumes
        .seen(call.caller(), to)
        .thenCompose(
            volume -> {
              wrong(server, volume)
                  .ifPresent(
                      error -> {
                        throw error.thrown();
                      });
              if (volume.sizeGib() < from.sizeGib()) {
                throw ApiError.badRequest(
                        "Invalid volume: the new volume has %d GiB, the old one %d."
                            .formatted(volume.sizeGib(), from.sizeGib()))
                    .thrown();
              }
              return api.instances()
                  .command(server.id(), new UserCommand.SwapVolume(call.origin(), from.id(), to));
            });
  }

  private CompletionStage<HttpResponse> update(Call call) {
    return call.body(body -> Update.of(body, call.version()))
        .thenCompose(
            update ->
                servers
                    .find(call, Permission.VOLUMES_OF_OTHER_PROJECTS)
                    .thenCompose(
                        server -> {
                          String id = call.path("volume");
                          AttachedVolume volume = attached(server, id);
                          if (!update.volumeId().equals(id)) {
                            return swap(call, server, volume, update.volumeId());
                          }
                          if (!call.caller().reaches(server.project())) {
                            throw Servers.missing(server.id().toString());
                          }
                          call.caller().require(Policy.MEMBER, "os-volumes-attachments:update");
                          if (call.version().until(84) || update.deleteOnTermination().isEmpty()) {
                            throw ApiError.badRequest(
                                    "The volume is attached already; delete_on_termination is"
                                        + " needed (from 2.85).")
                                .thrown();
                          }
                          return api.instances()
                              .command(
                                  server.id(),
                                  new UserCommand.SetDeleteOnTermination(
                                      call.origin(), id, update.deleteOnTermination().get()));
                        }))
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }
}
