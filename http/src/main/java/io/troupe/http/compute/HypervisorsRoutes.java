package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.InstanceId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Field;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.microversion.Window;
import io.troupe.http.route.Call;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-hypervisors}: the hosts as an administrator of the cloud looks at them. */
final class HypervisorsRoutes {
  private static final Set<String> QUERY =
      Set.of("limit", "marker", "hypervisor_hostname_pattern", "with_servers");

  private final Api api;

  HypervisorsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    var old = Window.until(52);
    return List.of(
        Route.get("/os-hypervisors", Policy.ADMIN, call -> list(call, "", HypervisorJson::brief)),
        Route.get(
            "/os-hypervisors/detail",
            Policy.ADMIN,
            call -> list(call, "/detail", HypervisorJson::full)),
        Route.get("/os-hypervisors/statistics", Policy.ADMIN, this::statistics)
            .in(Window.until(87)),
        Route.get("/os-hypervisors/{id}", Policy.ADMIN, this::show),
        Route.get("/os-hypervisors/{id}/uptime", Policy.ADMIN, this::uptime).in(Window.until(87)),
        Route.get("/os-hypervisors/{id}/search", Policy.ADMIN, call -> search(call, false)).in(old),
        Route.get("/os-hypervisors/{id}/servers", Policy.ADMIN, call -> search(call, true))
            .in(old));
  }

  private CompletionStage<HttpResponse> list(
      Call call, String path, BiFunction<HypervisorJson, HostView, ObjectNode> shape) {
    Microversion version = call.version();
    Query query = version.from(33) ? call.query() : Query.EMPTY;
    if (version.from(75)) {
      query.expectOnly(QUERY);
    }
    Optional<String> pattern =
        version.from(53) ? query.get("hypervisor_hostname_pattern") : Optional.empty();
    if (pattern.isPresent() && (query.has("limit") || query.has("marker"))) {
      throw ApiError.badRequest(
              "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not"
                  + " supported.")
          .thrown();
    }
    boolean withServers = version.from(53) && query.flag("with_servers", false);
    return hosts()
        .thenApply(
            all -> {
              var wanted = pattern.map(text -> matching(all, text)).orElse(all);
              var page =
                  Page.of(wanted, query, api.settings().pageLimit(), host -> id(version, host));
              var json = new HypervisorJson(version);
              var names = withServers ? names() : Map.<InstanceId, String>of();
              var body = Json.object();
              var list = body.putArray("hypervisors");
              page.entries()
                  .forEach(
                      host -> {
                        var shown = shape.apply(json, host);
                        if (withServers) {
                          json.putServers(shown, host, names);
                        }
                        list.add(shown);
                      });
              if (version.from(33)) {
                page.addNextLink(body, "hypervisors_links", call, "/os-hypervisors" + path);
              }
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> show(Call call) {
    boolean withServers = call.version().from(53) && call.query().flag("with_servers", false);
    return find(call)
        .thenApply(
            host -> {
              var json = new HypervisorJson(call.version());
              var shown = json.full(host);
              if (withServers) {
                json.putServers(shown, host, names());
              }
              var body = Json.object();
              body.set("hypervisor", shown);
              return Reply.ok(body);
            });
  }

  /** Disabled hosts do not count, as in Nova. */
  private CompletionStage<HttpResponse> statistics(Call call) {
    return hosts()
        .thenApply(
            all -> {
              var counted = all.stream().filter(HostView::enabled).toList();
              var body = Json.object();
              var sum = body.putObject("hypervisor_statistics").put("count", counted.size());
              HypervisorJson.putCapacity(sum, counted);
              return Reply.ok(body);
            });
  }

  private CompletionStage<HttpResponse> uptime(Call call) {
    return find(call)
        .thenApply(
            host -> {
              if (!host.up()) {
                throw ApiError.badRequest(
                        "Service is unavailable at this time: host " + host.id() + " is down.")
                    .thrown();
              }
              throw new ApiError(
                      501, "NotImplemented", "Virt driver does not implement uptime function.")
                  .thrown();
            });
  }

  private CompletionStage<HttpResponse> search(Call call, boolean withServers) {
    String pattern = call.path("id");
    return hosts()
        .thenApply(
            all -> {
              var json = new HypervisorJson(call.version());
              var names = withServers ? names() : Map.<InstanceId, String>of();
              var body = Json.object();
              var list = body.putArray("hypervisors");
              matching(all, pattern)
                  .forEach(
                      host -> {
                        var shown = json.brief(host);
                        if (withServers) {
                          json.putServers(shown, host, names);
                        }
                        list.add(shown);
                      });
              return Reply.ok(body);
            });
  }

  private static List<HostView> matching(List<HostView> all, String pattern) {
    var found = all.stream().filter(host -> host.id().value().contains(pattern)).toList();
    if (found.isEmpty()) {
      throw new ApiError(
              404, "HypervisorNotFound", "No hypervisor matching '" + pattern + "' could be found.")
          .thrown();
    }
    return found;
  }

  /** The hypervisor in the path; 400 when the id is no UUID from 2.53, 404 when there is none. */
  private CompletionStage<HostView> find(Call call) {
    String id = call.path("id");
    if (call.version().from(53) && !Field.isUuid(id)) {
      throw ApiError.badRequest("Invalid uuid " + id).thrown();
    }
    return hosts()
        .thenApply(
            all ->
                all.stream()
                    .filter(host -> id(call.version(), host).equals(id))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new ApiError(
                                    404,
                                    "HypervisorNotFound",
                                    "Hypervisor with ID '" + id + "' could not be found.")
                                .thrown()));
  }

  private static String id(Microversion version, HostView host) {
    var id = FleetIds.hypervisor(host.id());
    return version.from(53) ? id.toString() : Long.toString(FleetIds.number(id));
  }

  private CompletionStage<List<HostView>> hosts() {
    return api.hosts()
        .hosts()
        .thenApply(
            all -> all.stream().sorted(Comparator.comparing(host -> host.id().value())).toList());
  }

  private Map<InstanceId, String> names() {
    var names = new HashMap<InstanceId, String>();
    for (InstanceView server : api.instances().all()) {
      names.put(server.id(), server.name());
    }
    return names;
  }
}
