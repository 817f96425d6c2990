package io.troupe.actors;

import io.troupe.actors.catalog.Connection;
import io.troupe.actors.host.HostView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The fleet: hypervisor connections and the hosts they show. */
public interface Hosts {
  /**
   * A registered connection as it is now.
   *
   * @param state {@code connecting}, {@code up} or {@code down}
   * @param error why it is down, empty otherwise
   */
  record ConnectionView(Connection connection, String state, String error, List<HostView> hosts) {}

  /**
   * Registers a connection. Answers when the hypervisor was reached once and its hosts are known;
   * {@link Rejection.Invalid} when the URI is not understood or the hypervisor does not answer, and
   * then nothing is kept.
   */
  CompletionStage<Answer<ConnectionView>> register(
      String id, String uri, Map<String, String> options);

  CompletionStage<List<ConnectionView>> connections();

  CompletionStage<Answer<ConnectionView>> connection(String id);

  /** Whether the connection's hosts take new instances. Running ones stay. */
  CompletionStage<Answer<ConnectionView>> setEnabled(String id, boolean enabled, String reason);

  /**
   * Forgets a connection and its hosts; {@link Rejection.Conflict} while one of them has instances.
   */
  CompletionStage<Answer<ConnectionView>> remove(String id);

  /** Every host of every connection. */
  CompletionStage<List<HostView>> hosts();
}
