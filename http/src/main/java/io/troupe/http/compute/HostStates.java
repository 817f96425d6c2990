package io.troupe.http.compute;

import io.troupe.actors.Hosts;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.HostId;
import io.troupe.http.access.Permission;
import io.troupe.http.route.Call;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code host_status} of the hosts servers are on. */
record HostStates(Map<HostId, HostView> hosts) {
  private static final HostStates UNASKED = new HostStates(Map.of());

  /**
   * Asks for the servers' hosts, and only where the answer shows them: to an administrator, from
   * 2.16.
   */
  static CompletionStage<HostStates> of(Hosts hosts, Call call, List<InstanceView> servers) {
    if (!call.version().from(16) || !call.caller().may(Permission.EXTENDED_ATTRIBUTES)) {
      return CompletableFuture.completedFuture(UNASKED);
    }
    var asked =
        servers.stream()
            .flatMap(server -> server.host().stream())
            .distinct()
            .map(id -> hosts.host(id).toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              var byId = new HashMap<HostId, HostView>();
              asked.forEach(one -> one.join().ifPresent(host -> byId.put(host.id(), host)));
              return new HostStates(byId);
            });
  }

  String word(HostId id) {
    HostView host = hosts.get(id);
    if (host == null) {
      return "UNKNOWN";
    }
    if (!host.up()) {
      return "DOWN";
    }
    return host.enabled() ? "UP" : "MAINTENANCE";
  }
}
