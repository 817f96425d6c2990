package io.troupe.http.compute;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.actors.instance.AttachedVolume;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.RebuildRequest;
import io.troupe.actors.instance.Revision;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.volume.Volume;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.Api;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.volume.VolumeAccess;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The action {@code rebuild}: the same server from an image once more. */
record ServerRebuild(Api api, VolumeAccess access) {
  ServerRebuild(Api api) {
    this(api, new VolumeAccess(api.catalog(), api.volumes()));
  }

  /**
   * As the client wrote it.
   *
   * @param keyName an inner empty one takes the key away
   */
  private record Wanted(
      String image,
      Optional<String> adminPass,
      Revision revision,
      Optional<Optional<String>> keyName,
      Optional<String> userDataBase64,
      Optional<Map<String, String>> metadata,
      List<GuestSpec.InjectedFile> files) {
    static Wanted of(Body body, Microversion version) {
      refuseUnsupported(body, version);
      return new Wanted(
          CreateRequest.reference(body.required("imageRef")),
          body.optional("adminPass").map(field -> field.text(0, 255)),
          UpdateRequest.revision(body, version),
          version.from(54) ? body.optional("key_name").map(Wanted::keyName) : Optional.empty(),
          version.from(57) ? body.optional("user_data").map(Wanted::userData) : Optional.empty(),
          body.optional("metadata").map(CreateRequest::metadata),
          Personality.of(body, version));
    }

    private static Optional<String> keyName(Field field) {
      return field.isNull() ? Optional.empty() : Optional.of(field.text(1, 255));
    }

    private static String userData(Field field) {
      return field.isNull() ? "" : CreateRequest.base64(field);
    }

    private static void refuseUnsupported(Body body, Microversion version) {
      if (body.optional("preserve_ephemeral").map(Field::flag).orElse(false)) {
        throw ApiError.badRequest(
                "The current driver does not support preserving ephemeral partitions.")
            .thrown();
      }
      CreateRequest.refuseTrustedCertificates(body, version);
    }
  }

  CompletionStage<HttpResponse> act(Call call, InstanceView server, Field argument) {
    var wanted = argument.object(body -> Wanted.of(body, call.version()));
    Image image = ImageFit.usable(api.catalog(), call.caller(), wanted.image(), "imageRef");
    if (server.request().bootsFromVolume()) {
      return call.version().from(93)
          ? anew(call, server, wanted, image)
          : sameImage(call, server, image)
              .thenCompose(
                  _ ->
                      rebuild(
                          call,
                          server,
                          wanted,
                          server.request().image(),
                          server.request().imageProperties(),
                          Optional.empty()));
    }
    ImageFit.check(call.caller(), server.request().flavor(), image);
    return rebuild(
        call, server, wanted, ImageFit.reference(image), image.properties(), Optional.empty());
  }

  /** The root volume begins anew, also from the image that it began with. */
  private CompletionStage<HttpResponse> anew(
      Call call, InstanceView server, Wanted wanted, Image image) {
    ImageFit.checkMemory(server.request().flavor().ramMib(), image);
    var root = server.volumes().stream().filter(AttachedVolume::root).findFirst();
    ImageFit.checkVolume(root.map(AttachedVolume::sizeGib).orElse(0L), image);
    return rebuild(
        call,
        server,
        wanted,
        server.request().image(),
        image.properties(),
        Optional.of(ImageFit.reference(image)));
  }

  /** The root volume keeps what is in it, so only the image it was made from can be meant. */
  private CompletionStage<Volume> sameImage(Call call, InstanceView server, Image image) {
    var root = server.volumes().stream().filter(AttachedVolume::root).findFirst();
    return access
        .find(call.caller(), root.map(AttachedVolume::id).orElse(""))
        .thenApply(
            found ->
                found
                    .filter(
                        volume ->
                            volume.image().filter(it -> it.id().equals(image.id())).isPresent())
                    .orElseThrow(
                        () ->
                            ApiError.badRequest(
                                    "imageRef: Unable to rebuild with a different image for a"
                                        + " volume-backed server.")
                                .thrown()));
  }

  private CompletionStage<HttpResponse> rebuild(
      Call call,
      InstanceView server,
      Wanted wanted,
      GuestSpec.ImageRef image,
      Map<String, String> imageProperties,
      Optional<GuestSpec.ImageRef> volumeImage) {
    wanted.metadata().ifPresent(items -> checkMetadataCount(server, items.size()));
    var request =
        new RebuildRequest(
            image,
            imageProperties,
            wanted.revision(),
            wanted.keyName().map(name -> key(server, name)),
            wanted.userDataBase64(),
            wanted.metadata(),
            wanted.files(),
            volumeImage);
    return api.instances()
        .command(server.id(), new UserCommand.Rebuild(call.origin(), request))
        .thenApply(ApiError::accepted)
        .thenCompose(
            rebuilt ->
                HostStates.of(api.hosts(), call, List.of(rebuilt))
                    .thenApply(hosts -> answer(call, hosts, rebuilt, wanted.adminPass())));
  }

  private RebuildRequest.Key key(InstanceView server, Optional<String> name) {
    return new RebuildRequest.Key(name, name.map(one -> publicKey(server, one)));
  }

  private String publicKey(InstanceView server, String name) {
    return api.catalog()
        .find(KeyPair.class, KeyPair.key(server.request().userId(), name))
        .map(KeyPair::publicKey)
        .orElseThrow(
            () ->
                ApiError.badRequest(
                        "Invalid key_name provided. Keypair " + name + " could not be found.")
                    .thrown());
  }

  private void checkMetadataCount(InstanceView server, int count) {
    long limit = ProjectQuotas.of(api).of(server.project()).get("metadata_items");
    if (limit >= 0 && count > limit) {
      throw ApiError.forbidden("Maximum number of metadata items exceeds " + limit).thrown();
    }
  }

  private static HttpResponse answer(
      Call call, HostStates hosts, InstanceView server, Optional<String> adminPass) {
    var body = Json.object();
    var json = new ServerJson(call, hosts).updated(server);
    json.put("adminPass", adminPass.orElseGet(AdminPass::generated));
    var request = server.request();
    if (call.version().from(54)) {
      json.put("key_name", request.keyName().orElse(null));
    }
    if (call.version().from(57)) {
      json.put("user_data", request.userDataBase64().isEmpty() ? null : request.userDataBase64());
    }
    body.set("server", json);
    return Reply.located(
        Reply.json(202, body), call.links().self("/servers/" + server.id().toString()));
  }
}
