package io.troupe.node.jmx;

import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.drain.Drains;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.UserCommand;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class HostsBean implements HostsMXBean {
  private final Hosts hosts;
  private final Drains drains;

  /** Every host is asked for it. */
  private final Cached<List<HostView>> views;

  HostsBean(Hosts hosts, Drains drains) {
    this.hosts = hosts;
    this.drains = drains;
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

  @Override
  public Map<String, String> getDrains() {
    var byHost = new TreeMap<String, String>();
    for (HostDrain drain : drains.inForce()) {
      var words = new StringBuilder(drain.status());
      for (HostDrain.State state : HostDrain.State.values()) {
        if (drain.count(state) > 0) {
          words.append(", %d %s".formatted(drain.count(state), state.word()));
        }
      }
      byHost.put(drain.host().value(), words.toString());
    }
    return byHost;
  }

  @Override
  public void drain(String id, String reason, String policy) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason must not be empty");
    }
    var wanted =
        HostDrain.Policy.of(policy)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "policy must be live, cold, stop or leave, was " + policy));
    var usual = HostDrain.Terms.USUAL;
    var terms =
        new HostDrain.Terms(
            wanted,
            usual.coldFallback(),
            usual.ownPolicies(),
            usual.atOnce(),
            usual.attempts(),
            usual.retrySeconds());
    // Whoever may call this is no user of the cloud.
    var origin = new UserCommand.Origin(OperationId.fresh(), "jmx", "", true);
    done(id, Asker.await("host " + id, drains.start(new HostId(id), reason, terms, origin)));
  }

  @Override
  public void undrain(String id, boolean enable) {
    done(id, Asker.await("host " + id, drains.stop(new HostId(id), enable)));
  }

  private void administer(String id, Administration.Change change) {
    var answer = Asker.await("host " + id, hosts.administer(new HostId(id), change));
    done(id, answer);
  }

  private void done(String id, Answer<?> answer) {
    views.forget();
    switch (answer) {
      case Answer.Accepted<?> _ -> {}
      case Answer.Rejected<?>(Rejection.NotFound(var kind, _)) ->
          throw new IllegalArgumentException(
              kind.equals("Drain")
                  ? "host " + id + " was never drained"
                  : "there is no host " + id);
      case Answer.Rejected<?>(Rejection.Conflict(var message)) ->
          throw new IllegalStateException(message);
      case Answer.Rejected<?>(var reason) ->
          throw new IllegalStateException("host " + id + ": " + reason);
    }
  }

  private static String state(HostView host) {
    return host.up() ? "up" : "down";
  }
}
