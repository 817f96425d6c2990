package io.troupe.http.cloud;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Aggregate;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.host.HostView;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.HostInventory;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Connections in a map. A {@code fake://NAME} shows one host of that name; other URIs fail. */
public final class MemoryHosts implements Hosts {
  private final Map<String, Connection> connections = new LinkedHashMap<>();
  private final Map<String, String> zones = new LinkedHashMap<>();
  private final Map<String, Administration> decided = new LinkedHashMap<>();
  private final Map<String, List<InstanceId>> instances = new LinkedHashMap<>();
  private final Map<InstanceId, GuestPlace> places = new LinkedHashMap<>();
  private boolean oneIsSilent;
  private final Catalog catalog;
  private final Clock clock;

  public MemoryHosts(Catalog catalog, Clock clock) {
    this.catalog = catalog;
    this.clock = clock;
  }

  /** Puts instances on a host. */
  public synchronized void occupy(String host, List<InstanceId> these) {
    instances.put(host, these);
  }

  /** Says where on its host an instance's guest runs. */
  public synchronized void seat(InstanceId instance, GuestPlace place) {
    places.put(instance, place);
  }

  @Override
  public synchronized CompletionStage<GuestPlace> place(
      HostId host, InstanceId instance, Resources size) {
    boolean meant =
        places.containsKey(instance)
            && places
                .get(instance)
                .placement()
                .filter(one -> one.isFor(size.vcpus(), size.ramMib()))
                .isPresent();
    return CompletableFuture.completedFuture(meant ? places.get(instance) : GuestPlace.NONE);
  }

  /** One host, no matter which, does not answer any more: nobody gets a list of all. */
  public synchronized void silenceOne() {
    oneIsSilent = true;
  }

  /** Registers a connection to a host of this name in a zone. */
  public void add(String host, String zone) {
    zones.put(host, zone);
    register(host, "fake://" + host, Map.of());
  }

  @Override
  public synchronized CompletionStage<Answer<ConnectionView>> register(
      String id, String uri, Map<String, String> options) {
    if (!uri.startsWith("fake://")) {
      return refuse(new Rejection.Invalid("uri", "No driver understands " + uri));
    }
    if (connections.containsKey(id)) {
      return refuse(new Rejection.Conflict("Connection " + id + " already exists."));
    }
    connections.put(id, new Connection(id, uri, options, true, "", clock.instant()));
    return CompletableFuture.completedFuture(Answer.of(view(connections.get(id))));
  }

  @Override
  public synchronized CompletionStage<List<ConnectionView>> connections() {
    return CompletableFuture.completedFuture(
        connections.values().stream().map(this::view).toList());
  }

  @Override
  public synchronized CompletionStage<Answer<ConnectionView>> connection(String id) {
    return connections.containsKey(id)
        ? CompletableFuture.completedFuture(Answer.of(view(connections.get(id))))
        : refuse(new Rejection.NotFound("Connection", id));
  }

  @Override
  public synchronized CompletionStage<Answer<ConnectionView>> setEnabled(
      String id, boolean enabled, String reason) {
    connections.computeIfPresent(
        id,
        (key, old) ->
            new Connection(key, old.uri(), old.options(), enabled, reason, old.createdAt()));
    return connection(id);
  }

  @Override
  public synchronized CompletionStage<Answer<ConnectionView>> remove(String id) {
    var found = connection(id);
    connections.remove(id);
    return found;
  }

  @Override
  public synchronized CompletionStage<Answer<HostView>> administer(
      HostId host, Administration.Change change) {
    return find(host)
        .map(
            connection -> {
              decided.compute(
                  host.value(),
                  (name, old) -> (old == null ? Administration.USUAL : old).changedBy(change));
              return CompletableFuture.completedStage(Answer.of(host(connection)));
            })
        .orElseGet(() -> refuse(new Rejection.NotFound("Compute host", host.value())));
  }

  @Override
  public CompletionStage<Answer<HostView>> equip(HostId host, Equipment.Change change) {
    throw new UnsupportedOperationException("no test of the Compute API asks this");
  }

  @Override
  public synchronized CompletionStage<Answer<HostView>> removeHost(HostId host) {
    var found = find(host);
    if (found.isEmpty()) {
      return refuse(new Rejection.NotFound("Compute host", host.value()));
    }
    var view = host(found.get());
    if (!view.instances().isEmpty()) {
      return refuse(new Rejection.Conflict("Host " + host + " still has instances."));
    }
    connections.remove(found.get().id());
    return CompletableFuture.completedFuture(Answer.of(view));
  }

  private Optional<Connection> find(HostId host) {
    return connections.values().stream()
        .filter(one -> one.uri().equals("fake://" + host))
        .findFirst();
  }

  private String zone(String host) {
    return catalog.all(Aggregate.class).stream()
        .filter(one -> one.hosts().contains(host))
        .flatMap(one -> one.availabilityZone().stream())
        .findFirst()
        .orElseGet(() -> zones.getOrDefault(host, "nova"));
  }

  @Override
  public synchronized CompletionStage<Optional<HostView>> host(HostId id) {
    return CompletableFuture.completedFuture(find(id).map(this::host));
  }

  @Override
  public CompletionStage<HostStatus> status(HostId id) {
    return host(id)
        .thenApply(
            known ->
                known
                    .map(host -> HostStatus.of(host.up(), host.enabled()))
                    .orElse(HostStatus.UNKNOWN));
  }

  @Override
  public synchronized CompletionStage<List<HostView>> hosts() {
    if (oneIsSilent) {
      return new CompletableFuture<>();
    }
    return CompletableFuture.completedFuture(
        connections.values().stream().map(this::host).toList());
  }

  private ConnectionView view(Connection connection) {
    return new ConnectionView(connection, "up", "", List.of(host(connection)));
  }

  private HostView host(Connection connection) {
    String name = connection.uri().substring("fake://".length());
    var total = new Resources(64, 262144, 2000);
    var own = decided.getOrDefault(name, Administration.USUAL);
    return new HostView(
        new HostId(name),
        new ConnectionId(connection.id()),
        new HostInventory(
            name, "fake", 1_000_000, "x86_64", "fake", total, "127.0.0.1", Set.of(), Map.of()),
        4,
        1,
        1,
        Resources.NONE,
        Resources.NONE,
        instances.getOrDefault(name, List.of()),
        connection.enabled() && own.enabled(),
        own.enabled() ? connection.disabledReason() : own.disabledReason(),
        !own.forcedDown(),
        zone(name),
        List.of(),
        clock.instant(),
        own.forcedDown(),
        0,
        List.of());
  }

  private static <T> CompletionStage<Answer<T>> refuse(Rejection reason) {
    return CompletableFuture.completedFuture(Answer.refuse(reason));
  }
}
