package io.troupe.http.compute;

import io.troupe.actors.instance.InstanceView;
import io.troupe.http.error.ApiError;
import io.troupe.http.microversion.Microversion;
import io.troupe.http.route.Query;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The order of a server list: {@code sort_key} and {@code sort_dir}, newest first without. */
final class ServerOrder {
  private static final Comparator<InstanceView> NEWEST_FIRST =
      Comparator.comparing(InstanceView::createdAt).thenComparing(InstanceView::id).reversed();

  private static final Set<String> INTERNAL = Set.of("host", "node");

  private static final Map<String, Comparator<InstanceView>> BY_KEY = keys();

  private ServerOrder() {}

  /** 400 for an unknown key or direction, 403 for a key that only an administrator may use. */
  static Comparator<InstanceView> of(Query query, Microversion version, boolean internal) {
    List<String> keys = query.all("sort_key");
    List<String> directions = query.all("sort_dir");
    if (keys.isEmpty() && directions.isEmpty()) {
      return NEWEST_FIRST;
    }
    if (keys.isEmpty()) {
      keys = List.of("created_at");
    }
    if (directions.size() > keys.size()) {
      throw ApiError.badRequest("Sort direction size exceeds sort key size").thrown();
    }
    Comparator<InstanceView> order = null;
    for (int i = 0; i < keys.size(); i++) {
      String direction =
          i < directions.size()
              ? directions.get(i)
              : directions.isEmpty() ? "desc" : directions.getFirst();
      Comparator<InstanceView> next = directed(key(keys.get(i), version, internal), direction);
      order = order == null ? next : order.thenComparing(next);
    }
    return order.thenComparing(NEWEST_FIRST); // so that pages neither overlap nor miss
  }

  private static Comparator<InstanceView> key(String key, Microversion version, boolean internal) {
    Comparator<InstanceView> order = BY_KEY.get(key);
    if (order == null || (key.equals("locked") && !version.from(73))) {
      throw ApiError.badRequest(
              "Invalid input for query parameters sort_key. Value: %s. It is not a sort key."
                  .formatted(key))
          .thrown();
    }
    if (INTERNAL.contains(key) && !internal) {
      throw ApiError.forbidden("Only administrators can sort servers by " + key).thrown();
    }
    return order;
  }

  private static Comparator<InstanceView> directed(
      Comparator<InstanceView> order, String direction) {
    return switch (direction) {
      case "asc" -> order;
      case "desc" -> order.reversed();
      default ->
          throw ApiError.badRequest(
                  "Invalid input for query parameters sort_dir. Value: %s. It is asc or desc."
                      .formatted(direction))
              .thrown();
    };
  }

  private static Map<String, Comparator<InstanceView>> keys() {
    var keys = new HashMap<String, Comparator<InstanceView>>();
    keys.put("created_at", Comparator.comparing(InstanceView::createdAt));
    keys.put("updated_at", Comparator.comparing(InstanceView::updatedAt));
    keys.put("launched_at", optional(InstanceView::launchedAt));
    keys.put("terminated_at", optional(InstanceView::terminatedAt));
    keys.put("uuid", Comparator.comparing(server -> server.id().toString()));
    keys.put("display_name", Comparator.comparing(InstanceView::name));
    keys.put("display_description", optional(server -> server.request().description()));
    keys.put("hostname", Comparator.comparing(server -> server.request().hostname()));
    keys.put("user_id", Comparator.comparing(server -> server.request().userId()));
    keys.put("project_id", Comparator.comparing(server -> server.project().value()));
    keys.put("image_ref", Comparator.comparing(server -> server.request().image().id()));
    keys.put("instance_type_id", Comparator.comparing(server -> server.request().flavor().id()));
    keys.put("key_name", optional(server -> server.request().keyName()));
    keys.put("launch_index", Comparator.comparing(server -> server.request().launchIndex()));
    keys.put("config_drive", Comparator.comparing(server -> server.request().configDrive()));
    keys.put("auto_disk_config", Comparator.comparing(server -> server.request().diskConfig()));
    keys.put("access_ip_v4", optional(server -> server.request().accessIpv4()));
    keys.put("access_ip_v6", optional(server -> server.request().accessIpv6()));
    keys.put("vm_state", Comparator.comparing(server -> server.vmState().word()));
    keys.put("task_state", optional(server -> server.taskState().map(task -> task.word())));
    keys.put("power_state", Comparator.comparing(server -> server.power().code()));
    keys.put("availability_zone", optional(InstanceView::availabilityZone));
    keys.put("host", optional(server -> server.host().map(host -> host.value())));
    keys.put("node", keys.get("host"));
    keys.put("locked", Comparator.comparing(InstanceView::locked));
    keys.put("locked_by", optional(server -> server.lock().map(lock -> lock.by().word())));
    Comparator<InstanceView> same = (a, b) -> 0; // the same for all servers so far
    for (String key : List.of("progress", "kernel_id", "ramdisk_id", "root_device_name")) {
      keys.put(key, same);
    }
    return Map.copyOf(keys);
  }

  /** Without a value first, as SQL's null. */
  private static <T extends Comparable<T>> Comparator<InstanceView> optional(
      Function<InstanceView, Optional<T>> value) {
    return Comparator.comparing(
        server -> value.apply(server).orElse(null),
        Comparator.nullsFirst(Comparator.naturalOrder()));
  }
}
