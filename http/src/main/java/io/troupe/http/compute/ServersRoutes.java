package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Page;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /servers}: create, list, show, update, delete. */
final class ServersRoutes {
  private final Api api;
  private final Servers servers;
  private final Boots boots;

  ServersRoutes(Api api, Servers servers) {
    this.api = api;
    this.servers = servers;
    this.boots = new Boots(api);
  }

  List<Route> routes() {
    return List.of(
        Route.get("/servers", Policy.READER, Handler.now(this::list)),
        Route.post("/servers", Policy.MEMBER, this::create),
        Route.get("/servers/detail", Policy.READER, this::detail),
        Route.get("/servers/{id}", Policy.READER, this::show),
        Route.put("/servers/{id}", Policy.MEMBER, this::update),
        Route.delete("/servers/{id}", Policy.MEMBER, this::delete));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body(root -> CreateRequest.of(root, call.version()))
        .thenCompose(request -> boots.boot(call, request));
  }

  private HttpResponse list(Call call) {
    Page<InstanceView> page = page(call);
    var body = Json.object();
    var list = body.putArray("servers");
    page.entries().forEach(server -> list.add(ServerJson.brief(call.links(), server)));
    page.addNextLink(body, "servers_links", call, "/servers");
    return Reply.ok(body);
  }

  private CompletionStage<HttpResponse> detail(Call call) {
    Page<InstanceView> page = page(call);
    return HostStates.of(api.hosts(), call, page.entries())
        .thenApply(
            hosts -> {
              var json = new ServerJson(call, hosts);
              var body = Json.object();
              var list = body.putArray("servers");
              page.entries().forEach(server -> list.add(json.inList(server)));
              page.addNextLink(body, "servers_links", call, "/servers/detail");
              return Reply.ok(body);
            });
  }

  private Page<InstanceView> page(Call call) {
    var search = ServerSearch.of(call);
    Iterable<InstanceView> all =
        search.allProjects()
            ? api.instances().all()
            : api.instances().ofProject(call.caller().project().value());
    return Page.of(
        search.in(all), call.query(), api.settings().pageLimit(), server -> server.id().toString());
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return servers
        .find(call)
        .thenCompose(
            server ->
                hosts(call, server)
                    .thenApply(hosts -> one(new ServerJson(call, hosts).shown(server))));
  }

  private CompletionStage<HostStates> hosts(Call call, InstanceView server) {
    return HostStates.of(api.hosts(), call, List.of(server));
  }

  private CompletionStage<HttpResponse> update(Call call) {
    return call.body(root -> UpdateRequest.of(root, call.version()))
        .thenCompose(
            revision ->
                servers
                    .command(call, new UserCommand.Revise(call.origin(), revision))
                    .thenCompose(
                        server ->
                            hosts(call, server)
                                .thenApply(
                                    hosts -> one(new ServerJson(call, hosts).updated(server)))));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    return servers
        .command(call, new UserCommand.Delete(call.origin()))
        .thenApply(_ -> Reply.empty(204));
  }

  private static HttpResponse one(ObjectNode server) {
    var body = Json.object();
    body.set("server", server);
    return Reply.ok(body);
  }
}
