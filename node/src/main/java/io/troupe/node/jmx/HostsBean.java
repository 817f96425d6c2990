package io.troupe.node.jmx;

import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class HostsBean implements HostsMXBean {
  private final Hosts hosts;

  /** Every host is asked for it. */
  private final Cached<List<HostView>> views;

  HostsBean(Hosts hosts) {
    this.hosts = hosts;
    this.views = new Cached<>(Duration.ofSeconds(2), () -> Asker.await("the hosts", hosts.hosts()));
  }

  @Override
  public int getCount() {
    return views.get().size();
  }

  @Override
  public Map<String, Integer> getCountByState() {
    var counts = new TreeMap<String, Integer>();
    for (HostView host : views.get()) {
      counts.merge(state(host) + (host.enabled() ? ", enabled" : ", disabled"), 1, Integer::sum);
    }
    return counts;
  }

  @Override
  public Map<String, List<String>> getUnknownGuests() {
    var byHost = new TreeMap<String, List<String>>();
    for (HostView host : views.get()) {
      if (!host.foreignGuests().isEmpty()) {
        byHost.put(host.id().value(), host.foreignGuests());
      }
    }
    return byHost;
  }

  @Override
  public List<Host> list(String prefix, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
    }
    return views.get().stream()
        .filter(host -> host.id().value().startsWith(prefix))
        .limit(limit)
        .map(
            host ->
                new Host(
                    host.id().value(),
                    host.connection().value(),
                    state(host),
                    host.enabled(),
                    host.disabledReason(),
                    host.availabilityZone(),
                    host.instances().size(),
                    host.claimed().vcpus(),
                    host.claimed().ramMib()))
        .toList();
  }

  @Override
  public void enable(String id) {
    administer(id, Administration.Change.enable());
  }

  @Override
  public void disable(String id, String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason must not be empty");
    }
    administer(id, Administration.Change.disable(reason));
  }

  private void administer(String id, Administration.Change change) {
    var answer = Asker.await("host " + id, hosts.administer(new HostId(id), change));
    views.forget();
    switch (answer) {
      case Answer.Accepted<HostView> _ -> {}
      case Answer.Rejected<HostView>(Rejection.NotFound _) ->
          throw new IllegalArgumentException("there is no host " + id);
      case Answer.Rejected<HostView>(var reason) ->
          throw new IllegalStateException("host " + id + ": " + reason);
    }
  }

  private static String state(HostView host) {
    return host.up() ? "up" : "down";
  }
}
