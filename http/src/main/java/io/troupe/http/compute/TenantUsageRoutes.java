package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.error.ApiError;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-simple-tenant-usage}: what each project's servers took in a period. */
final class TenantUsageRoutes {
  private static final Set<String> QUERY = Set.of("start", "end", "detailed", "limit", "marker");

  private final Api api;

  TenantUsageRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/os-simple-tenant-usage", Policy.ADMIN, Handler.now(this::list)),
        Route.get("/os-simple-tenant-usage/{id}", Policy.READER, Handler.now(this::show)));
  }

  private record Period(Instant start, Instant stop) {}

  private HttpResponse list(Call call) {
    Period period = period(call);
    boolean detailed = call.query().get("detailed").filter("1"::equals).isPresent();
    var page = page(call, api.instances().all(), period);
    var byProject = new LinkedHashMap<String, List<InstanceView>>();
    for (InstanceView server : page.entries()) {
      byProject.computeIfAbsent(server.project().value(), id -> new ArrayList<>()).add(server);
    }
    var body = Json.object();
    var list = body.putArray("tenant_usages");
    byProject.forEach((id, servers) -> list.add(json(id, servers, period, detailed)));
    if (call.version().from(40)) {
      page.addNextLink(body, "tenant_usages_links", call, "/os-simple-tenant-usage");
    }
    return Reply.ok(body);
  }

  private HttpResponse show(Call call) {
    String id = call.path("id");
    if (!call.caller().reaches(new ProjectId(id))) {
      throw ApiError.forbidden("Policy doesn't allow seeing another project's usage.").thrown();
    }
    Period period = period(call);
    var page = page(call, api.instances().ofProject(id), period);
    var body = Json.object();
    body.set(
        "tenant_usage",
        page.entries().isEmpty() ? Json.object() : json(id, page.entries(), period, true));
    if (call.version().from(40)) {
      page.addNextLink(body, "tenant_usage_links", call, "/os-simple-tenant-usage/" + id);
    }
    return Reply.ok(body);
  }

  private Page<InstanceView> page(Call call, Iterable<InstanceView> servers, Period period) {
    var counted = new ArrayList<InstanceView>();
    for (InstanceView server : servers) {
      if (TenantUsage.touches(server, period.start(), period.stop())) {
        counted.add(server);
      }
    }
    counted.sort(
        Comparator.comparing(InstanceView::createdAt)
            .thenComparing(server -> server.id().toString()));
    return call.version().from(40)
        ? Page.of(
            counted, call.query(), api.settings().pageLimit(), server -> server.id().toString())
        : new Page<>(counted, Optional.empty());
  }

  /** The period a query names; both ends are now unless said, and it never reaches past now. */
  private Period period(Call call) {
    Query query = call.query();
    if (call.version().from(75)) {
      query.expectOnly(QUERY);
    }
    Instant now = api.clock().instant();
    Instant start = query.get("start").map(text -> time("start", text)).orElse(now);
    Instant stop = query.get("end").map(text -> time("end", text)).orElse(now);
    if (start.isAfter(stop)) {
      throw ApiError.badRequest(
              "Invalid start time. The start time cannot occur after the end time.")
          .thrown();
    }
    return new Period(start, stop.isAfter(now) ? now : stop);
  }

  /** {@code 2026-01-02T03:04:05}, with a blank for the T and with a fraction if one likes; UTC. */
  private static Instant time(String key, String text) {
    try {
      return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw ApiError.badRequest(
              "Invalid input for query parameters %s. Value: %s. It is not a date and time such as"
                      .formatted(key, text)
                  + " 2026-01-02T03:04:05.")
          .thrown();
    }
  }

  private ObjectNode json(
      String project, List<InstanceView> servers, Period period, boolean detailed) {
    var usage = TenantUsage.of(servers, period.start(), period.stop());
    var json = Json.object();
    json.put("tenant_id", project)
        .put("start", Json.timeMicros(period.start()))
        .put("stop", Json.timeMicros(period.stop()))
        .put("total_hours", usage.hours())
        .put("total_memory_mb_usage", usage.ramMibHours())
        .put("total_vcpus_usage", usage.vcpuHours())
        .put("total_local_gb_usage", usage.diskGibHours());
    if (detailed) {
      var list = json.putArray("server_usages");
      usage.servers().forEach(one -> list.add(json(one)));
    }
    return json;
  }

  private ObjectNode json(TenantUsage.Hours one) {
    InstanceView server = one.server();
    var flavor = server.request().flavor();
    Instant end = server.terminatedAt().orElseGet(() -> api.clock().instant());
    long uptimeSeconds =
        server.launchedAt().map(start -> Duration.between(start, end).toSeconds()).orElse(0L);
    return Json.object()
        .put("instance_id", server.id().toString())
        .put("name", server.name())
        .put("tenant_id", server.project().value())
        .put("flavor", flavor.name())
        .put("hours", one.hours())
        .put("vcpus", flavor.vcpus())
        .put("memory_mb", flavor.ramMib())
        .put("local_gb", flavor.rootGib() + flavor.ephemeralGib())
        .put("started_at", server.launchedAt().map(Json::timeMicros).orElse(null))
        .put("ended_at", server.terminatedAt().map(Json::timeMicros).orElse(null))
        .put("state", server.terminatedAt().isPresent() ? "terminated" : server.vmState().word())
        .put("uptime", uptimeSeconds);
  }
}
