package io.troupe.actors;

import io.troupe.actors.catalog.Connection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /**
   * An administrator's decision about one host, whatever its connection says; {@link
   * Rejection.NotFound} when there is no such host.
   */
  CompletionStage<Answer<HostView>> administer(HostId host, Administration.Change change);

  /**
   * What an operator says one host has beyond what its driver sees; {@link Rejection.NotFound} when
   * there is no such host, {@link Rejection.Conflict} when instances hold what would go.
   */
  CompletionStage<Answer<HostView>> equip(HostId host, Equipment.Change change);

  /**
   * Forgets one host and takes it out of its aggregates; {@link Rejection.Conflict} while it has
   * instances. A host its connection still shows comes back as a new one.
   */
  CompletionStage<Answer<HostView>> removeHost(HostId host);

  /** One host as it is now; empty when nobody has seen it. */
  CompletionStage<Optional<HostView>> host(HostId id);

  /** How it is, and no more. */
  CompletionStage<HostStatus> status(HostId id);

  /**
   * Where inside a host an instance's guest runs.
   *
   * @param size of the guest, by which one of two places is meant while it is resized there
   */
  CompletionStage<GuestPlace> place(HostId host, InstanceId instance, Resources size);

  /** Every host of every connection. */
  CompletionStage<List<HostView>> hosts();
}
