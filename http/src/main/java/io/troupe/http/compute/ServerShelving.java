package io.troupe.http.compute;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Shelf;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.operation.Purpose.Unshelve.Zone;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The actions {@code shelve}, {@code shelveOffload} and {@code unshelve}. */
record ServerShelving(Api api) {
  /**
   * Where to; before 2.77 nobody could say.
   *
   * @param zone from 2.91 with an inner empty one: any from now on
   */
  private record Target(Optional<Zone> zone, Optional<String> host) {
    static final Target ANYWHERE = new Target(Optional.empty(), Optional.empty());

    static Target of(Field argument, Microversion version) {
      return version.from(77) && !argument.isNull()
          ? argument.object(body -> of(body, version))
          : ANYWHERE;
    }

    private static Target of(Body body, Microversion version) {
      if (!version.from(91)) {
        var zone = body.required("availability_zone").text(1, 255);
        return new Target(Optional.of(new Zone(Optional.of(zone))), Optional.empty());
      }
      var zone =
          body.optional("availability_zone")
              .map(
                  field ->
                      new Zone(
                          field.isNull() ? Optional.empty() : Optional.of(field.text(1, 255))));
      var host = body.optional("host").map(Field::name);
      if (zone.isEmpty() && host.isEmpty()) {
        body.required("availability_zone");
      }
      return new Target(zone, host);
    }
  }

  CompletionStage<HttpResponse> shelve(Call call, InstanceView server, Field argument) {
    var image =
        SnapshotImage.of(
            UUID.randomUUID().toString(),
            imageName(server),
            server,
            api.catalog().find(Image.class, server.request().image().id()),
            Map.of(),
            api.clock().instant());
    return command(server, new UserCommand.Shelve(call.origin(), image));
  }

  /** A server's name may be as long as an image's. */
  private static String imageName(InstanceView server) {
    var name = server.name();
    return (name.length() > 247 ? name.substring(0, 247) : name) + "-shelved";
  }

  CompletionStage<HttpResponse> offload(Call call, InstanceView server, Field argument) {
    return command(server, new UserCommand.ShelveOffload(call.origin()));
  }

  CompletionStage<HttpResponse> unshelve(Call call, InstanceView server, Field argument) {
    var target = Target.of(argument, call.version());
    if (target.host().isPresent()) {
      call.caller().require(Policy.ADMIN, "os_compute_api:os-shelve:unshelve_to_host");
    }
    var image =
        server
            .shelf()
            .map(Shelf::imageId)
            .flatMap(id -> api.catalog().find(Image.class, id))
            .filter(found -> found.status().equals("active"))
            .map(ImageFit::reference);
    return checked(target)
        .thenCompose(
            _ ->
                command(
                    server,
                    new UserCommand.Unshelve(call.origin(), image, target.zone(), target.host())));
  }

  /** Whether zone and host are there. */
  private CompletionStage<Target> checked(Target target) {
    var zone = target.zone().flatMap(Zone::name);
    if (zone.isEmpty() && target.host().isEmpty()) {
      return CompletableFuture.completedFuture(target);
    }
    return api.hosts()
        .hosts()
        .thenApply(
            all -> {
              if (zone.isPresent()
                  && all.stream().noneMatch(it -> it.availabilityZone().equals(zone.get()))) {
                throw ApiError.badRequest("The requested availability zone is not available")
                    .thrown();
              }
              var host = target.host();
              if (host.isPresent()
                  && all.stream().noneMatch(it -> it.id().value().equals(host.get()))) {
                throw ApiError.badRequest("Compute host " + host.get() + " could not be found.")
                    .thrown();
              }
              return target;
            });
  }

  private CompletionStage<HttpResponse> command(InstanceView server, UserCommand command) {
    return api.instances()
        .command(server.id(), command)
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }
}
