package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.UserCommand;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Body;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Call;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers/{id}/os-interface}: the network cards of a server. */
final class InterfacesRoutes {
  private static final String PATH = "/servers/{id}/os-interface";

  private final Api api;
  private final Servers servers;
  private final NetworkResolver resolver;

  InterfacesRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
    this.resolver = new NetworkResolver(api.catalog(), api.networks());
  }

  List<Route> routes() {
    return List.of(
        Route.get(PATH, Policy.READER, this::list),
        Route.post(PATH, Policy.MEMBER, this::attach),
        Route.get(PATH + "/{port}", Policy.READER, this::show),
        Route.delete(PATH + "/{port}", Policy.MEMBER, this::detach));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return servers
        .find(call)
        .thenApply(
            server -> {
              var body = Json.object();
              var entries = body.putArray("interfaceAttachments");
              server.nics().forEach(nic -> entries.add(json(nic, call.version())));
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return servers
        .find(call)
        .thenApply(server -> Reply.ok(one(attached(server, call.path("port")), call.version())));
  }

  private static Nic attached(InstanceView server, String port) {
    return server.nics().stream()
        .filter(nic -> nic.portId().equals(port))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiError(
                        404,
                        "PortNotFound",
                        "Instance %s does not have a port with id %s".formatted(server.id(), port))
                    .thrown());
  }

  private static ObjectNode one(Nic nic, Microversion version) {
    return Json.object().set("interfaceAttachment", json(nic, version));
  }

  private static ObjectNode json(Nic nic, Microversion version) {
    var json =
        Json.object()
            .put("port_id", nic.portId())
            .put("net_id", nic.networkId())
            .put("mac_addr", nic.mac())
            .put("port_state", "ACTIVE");
    json.putArray("fixed_ips")
        .addObject()
        .put("subnet_id", nic.subnetId())
        .put("ip_address", nic.address());
    if (version.from(70)) {
      json.put("tag", nic.tag().orElse(null));
    }
    return json;
  }

  // ---- attach and detach

  private record Wanted(CreateRequest.NetworkWish wish, Optional<String> tag) {
    static Wanted of(Body root, Microversion version) {
      return root.optional("interfaceAttachment")
          .map(field -> field.object(body -> attachment(body, version)))
          .orElse(new Wanted(new CreateRequest.NetworkWish.Auto(), Optional.empty()));
    }

    private static Wanted attachment(Body body, Microversion version) {
      Optional<String> network = body.nullable("net_id").map(Field::uuid);
      Optional<String> port = body.nullable("port_id").map(Field::uuid);
      Optional<String> address =
          body.nullable("fixed_ips")
              .flatMap(field -> field.list(1, 1, Wanted::address).stream().findFirst());
      Optional<String> tag =
          version.from(49) ? body.optional("tag").map(ServerTags::tag) : Optional.empty();
      if (network.isPresent() && port.isPresent()) {
        throw ApiError.badRequest("Must not input both network_id and port_id").thrown();
      }
      if (address.isPresent() && network.isEmpty()) {
        throw ApiError.badRequest("Must input network_id when request IP address").thrown();
      }
      if (network.isEmpty() && port.isEmpty()) {
        return new Wanted(new CreateRequest.NetworkWish.Auto(), tag);
      }
      var item = new CreateRequest.NetworkWish.Item(network, port, address, Optional.empty());
      return new Wanted(new CreateRequest.NetworkWish.These(List.of(item)), tag);
    }

    private static String address(Field field) {
      return field.object(body -> CreateRequest.ipv4OrEmpty(body.required("ip_address")));
    }
  }

  private CompletionStage<HttpResponse> attach(Call call) {
    return call.bodyOrEmpty(body -> Wanted.of(body, call.version()))
        .thenCompose(
            wanted ->
                servers
                    .find(call)
                    .thenCompose(
                        server ->
                            resolver
                                .resolve(call.caller(), wanted.wish())
                                .thenCompose(
                                    choices -> attach(call, server, choices, wanted.tag()))));
  }

  private CompletionStage<HttpResponse> attach(
      Call call, InstanceView server, List<NetworkChoice> choices, Optional<String> tag) {
    if (choices.isEmpty()) {
      throw ApiError.badRequest("There is no network to attach the server to.").thrown();
    }
    var before = server.nics().stream().map(Nic::portId).collect(Collectors.toSet());
    return api.instances()
        .command(
            server.id(), new UserCommand.AttachInterface(call.origin(), choices.getFirst(), tag))
        .thenApply(
            answer -> {
              var nic =
                  ApiError.accepted(answer).nics().stream()
                      .filter(one -> !before.contains(one.portId()))
                      .findFirst()
                      .orElseThrow(
                          () -> ApiError.conflict("The card was taken away again.").thrown());
              return Reply.ok(one(nic, call.version()));
            });
  }

  private CompletionStage<HttpResponse> detach(Call call) {
    return servers
        .find(call)
        .thenCompose(
            server -> {
              String port = attached(server, call.path("port")).portId();
              return api.instances()
                  .command(server.id(), new UserCommand.DetachInterface(call.origin(), port));
            })
        .thenApply(
            answer -> {
              ApiError.accepted(answer);
              return Reply.empty(202);
            });
  }
}
