package io.troupe.http.live;

import io.troupe.actors.Answer;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.Equipment;
import io.troupe.actors.host.GuestPlace;
import io.troupe.actors.host.HostStatus;
import io.troupe.actors.host.HostView;
import io.troupe.actors.scheduler.HostDetail;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.HostInventory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A fleet in which every connection shows two hosts, and one named {@code down} does not answer.
 */
public final class HostsInMemory implements Hosts {
  private static final GuestReport SOMEBODY_ELSES =
      new GuestReport(
          "somebody-elses",
          Optional.empty(),
          0,
          PowerState.RUNNING,
          Optional.of(
              new GuestReport.Foreign(
                  InstanceId.parse("5eed0000-0000-4000-8000-00000000f00d").orElseThrow(),
                  new Resources(2, 1024, 8))));

  public static final InstanceId INSTANCE =
      InstanceId.parse("0b7e0f43-5f0c-4a7c-9d0e-00000000000a").orElseThrow();

  private final Map<String, ConnectionView> connections = new LinkedHashMap<>();

  private static HostView host(String connection, String name, boolean enabled, boolean used) {
    HostInventory inventory =
        new HostInventory(
            name,
            "QEMU",
            9_002_000,
            "x86_64",
            "kvm",
            new Resources(8, 16_384, 100),
            "192.0.2.7",
            Set.of("HW_CPU_X86_AVX2"),
            Map.of("cpu_model", "a model"));
    return new HostView(
        new HostId(name),
        new ConnectionId(connection),
        inventory,
        4,
        1,
        1,
        new Resources(0, 512, 0),
        used ? new Resources(1, 512, 1) : Resources.NONE,
        used ? List.of(INSTANCE) : List.of(),
        enabled,
        "",
        true,
        "nova",
        used ? List.of("somebody-elses") : List.of(),
        Instant.EPOCH,
        false,
        0,
        used ? List.of(SOMEBODY_ELSES) : List.of());
  }

  @Override
  public CompletionStage<Answer<HostView>> administer(HostId host, Administration.Change change) {
    throw new UnsupportedOperationException("no test of the operator API asks this");
  }

  @Override
  public CompletionStage<Optional<HostView>> host(HostId id) {
    return hosts().thenApply(all -> all.stream().filter(host -> host.id().equals(id)).findFirst());
  }

  @Override
  public CompletionStage<HostStatus> status(HostId id) {
    throw new UnsupportedOperationException("no test of the operator API asks this");
  }

  @Override
  public CompletionStage<GuestPlace> place(HostId host, InstanceId instance, Resources size) {
    throw new UnsupportedOperationException("no test of the operator API asks this");
  }

  /** Says what was asked as what is there; {@code full} refuses. */
  @Override
  public CompletionStage<Answer<HostView>> equip(HostId host, Equipment.Change change) {
    if (host.value().equals("full")) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.Conflict("Inventory of CUSTOM_FPGA is in use.")));
    }
    var view = host("c", host.value(), true, false);
    return CompletableFuture.completedFuture(
        Answer.of(
            new HostView(
                view.id(),
                view.connection(),
                view.inventory(),
                1,
                1,
                1,
                view.reserved(),
                view.claimed(),
                List.of(),
                true,
                "",
                true,
                "nova",
                List.of(),
                Instant.EPOCH,
                false,
                0,
                List.of(),
                Equipment.NONE.changedBy(change),
                HostDetail.NONE,
                Set.of())));
  }

  @Override
  public CompletionStage<Answer<HostView>> removeHost(HostId host) {
    throw new UnsupportedOperationException("no test of the operator API asks this");
  }

  private static ConnectionView view(Connection connection) {
    boolean used = connection.id().equals("used");
    return new ConnectionView(
        connection,
        "up",
        used ? "lost " + connection.uri() + " once" : "",
        List.of(
            host(connection.id(), connection.id() + "-1", connection.enabled(), used),
            host(connection.id(), connection.id() + "-2", connection.enabled(), false)));
  }

  @Override
  public synchronized CompletionStage<Answer<ConnectionView>> register(
      String id, String uri, Map<String, String> options) {
    if (id.equals("down")) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.Invalid("uri", "no answer from " + uri + " as " + options)));
    }
    if (connections.containsKey(id)) {
      return CompletableFuture.completedFuture(
          Answer.refuse(new Rejection.Conflict("connection " + id + " exists")));
    }
    ConnectionView made = view(new Connection(id, uri, options, true, "", Instant.EPOCH));
    connections.put(id, made);
    return CompletableFuture.completedFuture(Answer.of(made));
  }

  @Override
  public synchronized CompletionStage<List<ConnectionView>> connections() {
    return CompletableFuture.completedFuture(List.copyOf(connections.values()));
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> connection(String id) {
    return with(id, Answer::of);
  }

  private synchronized CompletionStage<Answer<ConnectionView>> with(
      String id, Function<ConnectionView, Answer<ConnectionView>> then) {
    return CompletableFuture.completedFuture(
        connections.containsKey(id)
            ? then.apply(connections.get(id))
            : Answer.refuse(new Rejection.NotFound("Connection", id)));
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> setEnabled(
      String id, boolean enabled, String reason) {
    return with(
        id,
        view -> {
          Connection old = view.connection();
          ConnectionView changed =
              view(new Connection(id, old.uri(), old.options(), enabled, reason, old.createdAt()));
          connections.put(id, changed);
          return Answer.of(changed);
        });
  }

  @Override
  public CompletionStage<Answer<ConnectionView>> remove(String id) {
    return with(
        id,
        view -> {
          if (view.hosts().stream().anyMatch(host -> !host.instances().isEmpty())) {
            return Answer.refuse(new Rejection.Conflict("connection " + id + " has instances"));
          }
          return Answer.of(connections.remove(id));
        });
  }

  @Override
  public synchronized CompletionStage<List<HostView>> hosts() {
    return CompletableFuture.completedFuture(
        connections.values().stream().flatMap(view -> view.hosts().stream()).toList());
  }
}
