package io.troupe.actors.scheduler;

import io.troupe.core.value.HostId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Which nodes the hosts' actors and those of their connections are on, by their last word. A hint
 * and no more: nothing but speed depends on it. See docs/adr/0042.
 *
 * @param <N> what tells nodes apart
 */
final class HostNodes<N> {
  /** A claim, a spawn and a destroy go from the instance to its host. */
  private static final int TO_HOST = 3;

  /** The last two go on to the driver. */
  private static final int TO_DRIVER = 2;

  private static final int UNKNOWN = TO_HOST + TO_DRIVER;

  private record Nodes<N>(N host, N driver) {}

  private final Map<HostId, Nodes<N>> nodes = new HashMap<>();

  /** Each pair once; there are few. */
  private final Map<Nodes<N>, Nodes<N>> pairs = new HashMap<>();

  /**
   * @param driver where its commands are carried out; where the host is, if that is not known
   */
  void heard(HostId id, N host, Optional<N> driver) {
    var pair = new Nodes<>(host, driver.orElse(host));
    nodes.put(id, pairs.computeIfAbsent(pair, one -> one));
  }

  void forget(HostId host) {
    nodes.remove(host);
  }

  /** How many questions go to another node for the boot and the delete of an instance there. */
  ToIntFunction<HostId> roundsFrom(N from) {
    return host -> {
      var its = nodes.get(host);
      return its == null
          ? UNKNOWN
          : (its.host.equals(from) ? 0 : TO_HOST) + (its.driver.equals(its.host) ? 0 : TO_DRIVER);
    };
  }
}
