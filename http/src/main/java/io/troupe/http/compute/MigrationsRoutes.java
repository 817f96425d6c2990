package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.Migration;
import io.troupe.core.value.HostId;
import io.troupe.http.Api;
import io.troupe.http.access.Policy;
import io.troupe.http.json.Json;
import io.troupe.http.route.Call;
import io.troupe.http.route.Handler;
import io.troupe.http.route.Page;
import io.troupe.http.route.Query;
import io.troupe.http.route.Reply;
import io.troupe.http.route.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /os-migrations}: every move of every server, the newest first. */
final class MigrationsRoutes {
  private static final Set<String> FILTERS =
      Set.of("hidden", "host", "instance_uuid", "source_compute", "status", "migration_type");
  private static final Set<String> PAGING = Set.of("limit", "marker", "changes-since");

  private final Api api;

  MigrationsRoutes(Api api) {
    this.api = api;
  }

  List<Route> routes() {
    return List.of(Route.get("/os-migrations", Policy.MANAGER, Handler.now(this::list)));
  }

  /** When the wanted ones changed last. */
  private record Times(Optional<Instant> since, Optional<Instant> before) {
    static Times of(Call call) {
      var query = call.query();
      Optional<Instant> since =
          call.version().from(59)
              ? query.get("changes-since").map(ServerFilter::time)
              : Optional.empty();
      Optional<Instant> before =
          call.version().from(66)
              ? query.get("changes-before").map(ServerFilter::time)
              : Optional.empty();
      ServerFilter.requireInOrder(since, before);
      return new Times(since, before);
    }

    boolean include(Instant changed) {
      return since.map(time -> !changed.isBefore(time)).orElse(true)
          && before.map(time -> !changed.isAfter(time)).orElse(true);
    }
  }

  private record Row(InstanceView server, Migration migration) {}

  private HttpResponse list(Call call) {
    if (call.version().from(59)) {
      call.query().expectOnly(known(call));
    }
    var times = Times.of(call);
    var wanted = all(call).stream().filter(row -> isWanted(call, row, times)).toList();
    var paged = call.version().from(59);
    var page =
        Page.of(
            wanted,
            paged ? call.query() : Query.EMPTY,
            paged ? api.settings().pageLimit() : Integer.MAX_VALUE,
            row -> row.migration().uuid());
    var body = Json.object();
    var list = body.putArray("migrations");
    page.entries()
        .forEach(row -> list.add(MigrationJson.inList(call, row.server(), row.migration())));
    if (paged) {
      page.addNextLink(body, "migrations_links", call, "/os-migrations");
    }
    return Reply.ok(body);
  }

  private static Set<String> known(Call call) {
    var all = new HashSet<>(FILTERS);
    all.addAll(PAGING);
    if (call.version().from(66)) {
      all.add("changes-before");
    }
    if (call.version().from(80)) {
      all.add("user_id");
      all.add("project_id");
    }
    return all;
  }

  /** An administrator's: of all projects. */
  private List<Row> all(Call call) {
    var servers =
        call.caller().isAdmin()
            ? api.instances().all()
            : api.instances().ofProject(call.caller().project().value());
    var rows = new ArrayList<Row>();
    for (InstanceView server : servers) {
      server.migrations().forEach(one -> rows.add(new Row(server, one)));
    }
    rows.sort(
        Comparator.comparing((Row row) -> row.migration().createdAt())
            .thenComparing(row -> row.migration().uuid())
            .reversed());
    return rows;
  }

  private static boolean isWanted(Call call, Row row, Times times) {
    Query query = call.query();
    Migration one = row.migration();
    return has(query, "status", one.status().word())
        && has(query, "instance_uuid", row.server().id().toString())
        && has(query, "migration_type", one.type().word())
        && has(query, "source_compute", name(one.source()))
        && query
            .get("host")
            .map(host -> host.equals(name(one.source())) || host.equals(name(one.destination())))
            .orElse(true)
        && !query.flag("hidden", false) // none is ever hidden
        && (call.version().until(79)
            || has(query, "user_id", one.userId()) && has(query, "project_id", one.projectId()))
        && times.include(one.updatedAt());
  }

  private static boolean has(Query query, String key, String value) {
    return query.get(key).map(wanted -> wanted.equals(value)).orElse(true);
  }

  private static String name(Optional<HostId> host) {
    return host.map(HostId::value).orElse("");
  }
}
