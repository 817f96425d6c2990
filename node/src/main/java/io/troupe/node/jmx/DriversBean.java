package io.troupe.node.jmx;

import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.core.value.ConnectionId;
import io.troupe.drivers.DriverActor;
import io.troupe.http.operator.Masked;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

final class DriversBean implements DriversMXBean {
  private final Catalog catalog;
  private final Entities entities;
  private final Asker asker;
  private final Cached<List<Connection>> connections =
      new Cached<>(Duration.ofSeconds(1), this::ask);

  DriversBean(Catalog catalog, Entities entities, Asker asker) {
    this.catalog = catalog;
    this.entities = entities;
    this.asker = asker;
  }

  @Override
  public List<Connection> getConnections() {
    return connections.get();
  }

  @Override
  public Map<String, Integer> getCountByState() {
    var counts = new TreeMap<String, Integer>();
    connections.get().forEach(one -> counts.merge(one.state(), 1, Integer::sum));
    return counts;
  }

  @Override
  public int getInFlight() {
    return connections.get().stream().mapToInt(one -> one.running() + one.waiting()).sum();
  }

  private List<Connection> ask() {
    var questions =
        catalog.all(io.troupe.actors.catalog.Connection.class).stream()
            .sorted(Comparator.comparing(io.troupe.actors.catalog.Connection::id))
            .map(this::ask)
            .toList();
    return questions.stream().map(one -> Asker.await("the connections", one)).toList();
  }

  /** One that does not answer does not hide the others. */
  private CompletionStage<Connection> ask(io.troupe.actors.catalog.Connection registered) {
    var id = new ConnectionId(registered.id());
    return asker
        .<ConnectionActor.Message, ConnectionActor.Status>put(
            entities.connection(id), ConnectionActor.GetStatus::new)
        .exceptionally(
            failure ->
                new ConnectionActor.Status(
                    id, "unknown", failure.getMessage(), 0, new DriverActor.Load(0, 0)))
        .thenApply(
            status ->
                new Connection(
                    registered.id(),
                    Masked.uri(registered.uri()),
                    registered.enabled(),
                    status.state(),
                    Masked.text(status.error(), registered.uri(), registered.options()),
                    status.hosts(),
                    status.load().running(),
                    status.load().waiting()));
  }
}
