package io.troupe.http.compute;

import static java.util.stream.Collectors.toMap;

import io.troupe.actors.Hosts;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.HostId;
import io.troupe.http.access.Permission;
import io.troupe.http.route.Call;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code host_status} of the hosts servers are on. */
record HostStates(Map<HostId, HostStatus> hosts) {
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
            .collect(toMap(id -> id, id -> hosts.status(id).toCompletableFuture()));
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            _ ->
                new HostStates(
                    asked.entrySet().stream()
                        .collect(toMap(Map.Entry::getKey, one -> one.getValue().join()))));
  }

  String word(HostId id) {
    return hosts.getOrDefault(id, HostStatus.UNKNOWN).name();
  }
}
