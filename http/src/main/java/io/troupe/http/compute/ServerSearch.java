package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.VmState;
import io.troupe.http.access.Permission;
import io.troupe.http.error.ApiError;
import io.troupe.http.route.Call;
import io.troupe.http.route.Query;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a server list asks for: whose servers, which of them, in which order.
 *
 * @param allProjects whether other projects' servers are asked for (and may be)
 */
record ServerSearch(
    boolean allProjects, Predicate<InstanceView> filter, Comparator<InstanceView> order) {
  /** Keys that are no filters. */
  private static final Set<String> PLAIN =
      Set.of("limit", "marker", "sort_key", "sort_dir", "all_tenants");

  /** Nova's inner names, which an administrator is told not to use. */
  private static final Set<String> FORBIDDEN =
      Set.of(
          "metadata",
          "system_metadata",
          "services",
          "info_cache",
          "pci_devices",
          "block_device_mapping",
          "security_groups");

  static ServerSearch of(Call call) {
    Query query = call.query();
    boolean all = query.has("all_tenants") && query.flag("all_tenants", false);
    if (all) {
      if (!call.caller().may(Permission.ALL_TENANTS)) {
        throw ApiError.forbidden(
                "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be"
                    + " performed.")
            .thrown();
      }
    } else {
      call.caller().project();
    }
    if (call.version().from(66)) {
      ServerFilter.requireInOrder(
          query.get("changes-since").map(ServerFilter::time),
          query.get("changes-before").map(ServerFilter::time));
    }
    boolean deletedToo = showsDeleted(call, query);
    Predicate<InstanceView> filter = server -> deletedToo || server.vmState() != VmState.DELETED;
    boolean internal = call.caller().may(Permission.INTERNAL_FILTERS);
    for (String key : query.keys()) {
      if (PLAIN.contains(key)) {
        continue;
      }
      ServerFilter rule = ServerFilter.BY_KEY.get(key);
      if (rule == null) {
        refuseUnknown(call, key, internal);
      } else if (call.version().from(rule.knownFrom())) {
        boolean ignored = key.equals("project_id") || key.equals("tenant_id");
        if (rule.isFor(call.version(), internal) && !(ignored && !all)) {
          filter = filter.and(rule.predicate(query.all(key), call.version()));
        }
      } else if (call.version().from(75)) {
        throw unknown(key).thrown();
      }
    }
    return new ServerSearch(all, filter, ServerOrder.of(query, call.version(), internal));
  }

  /** The servers asked for, in order. */
  List<InstanceView> in(Iterable<InstanceView> servers) {
    var found = new ArrayList<InstanceView>();
    for (InstanceView server : servers) {
      if (filter.test(server)) {
        found.add(server);
      }
    }
    found.sort(order);
    return found;
  }

  /** Deleted servers are seen through their time of change, by status, or by an admin's wish. */
  private static boolean showsDeleted(Call call, Query query) {
    boolean changes =
        query.has("changes-since") || (query.has("changes-before") && call.version().from(66));
    boolean byStatus =
        query.all("status").stream().anyMatch(word -> word.equalsIgnoreCase("deleted"));
    if (byStatus && !call.caller().may(Permission.INTERNAL_FILTERS)) {
      throw ApiError.forbidden("Only administrators may list deleted servers.").thrown();
    }
    boolean asked =
        call.caller().may(Permission.INTERNAL_FILTERS)
            && query.has("deleted")
            && query.flag("deleted", false);
    return changes || byStatus || asked;
  }

  private static void refuseUnknown(Call call, String key, boolean internal) {
    if (key.startsWith("_") || FORBIDDEN.contains(key)) {
      if (internal || call.version().from(75)) {
        throw ApiError.badRequest("Invalid filter: " + key.toLowerCase(Locale.ROOT)).thrown();
      }
    } else if (call.version().from(75)) {
      throw unknown(key).thrown();
    }
  }

  private static ApiError unknown(String key) {
    return ApiError.badRequest(
        "Additional properties are not allowed ('" + key + "' was unexpected)");
  }
}
