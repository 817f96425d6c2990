package io.troupe.actors.drain;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Instances;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.Item;
import io.troupe.actors.catalog.HostDrain.State;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceView;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a drained host once: asks it and some of its instances, writes down what has become of
 * them and what begins, and only then begins it. May be broken off anywhere and done again, also by
 * two at once: the record has one writer at a time, and an operation has one effect.
 */
public final class DrainRunner {
  private static final Logger LOG = LoggerFactory.getLogger(DrainRunner.class);

  private final Catalog catalog;
  private final Hosts hosts;
  private final Instances instances;
  private final Clock clock;

  public DrainRunner(Catalog catalog, Hosts hosts, Instances instances, Clock clock) {
    this.catalog = catalog;
    this.hosts = hosts;
    this.instances = instances;
    this.clock = clock;
  }

  /** What is to be looked at, as the catalog has it now. */
  CompletionStage<List<HostDrain>> current() {
    return catalog.refresh(HostDrain.class).thenApply(_ -> known());
  }

  /** What is to be looked at, as this node knows it. */
  List<HostDrain> known() {
    return catalog.all(HostDrain.class).stream().filter(one -> !one.isOver()).toList();
  }

  /** One look. Fails when somebody does not answer; then the next one sees to it. */
  CompletionStage<Void> look(HostDrain drain) {
    return hosts
        .host(drain.host())
        .thenCompose(
            view ->
                view.isEmpty()
                    ? forget(drain)
                    : keepClosed(drain, view.get(), () -> look(drain, view.get())));
  }

  /** A host that was removed is none that new instances have to be kept from. */
  private CompletionStage<Void> forget(HostDrain drain) {
    LOG.info("host {} is gone, and its drain with it", drain.host());
    return catalog.remove(HostDrain.class, drain.key()).thenAccept(_ -> {});
  }

  /**
   * Somebody, or its connection, may have enabled it since. Whoever ends a drain writes so before
   * the host is enabled, so that is looked at first.
   */
  private CompletionStage<Void> keepClosed(
      HostDrain drain, HostView view, Supplier<CompletionStage<Void>> then) {
    return drain.stopped() || !view.enabled()
        ? then.get()
        : catalog
            .refresh(HostDrain.class)
            .thenCompose(
                _ ->
                    isInForce(drain)
                        ? hosts
                            .administer(drain.host(), Administration.Change.disable(drain.reason()))
                            .thenCompose(_ -> then.get())
                        : CompletableFuture.<Void>completedFuture(null));
  }

  private boolean isInForce(HostDrain drain) {
    return catalog
        .find(HostDrain.class, drain.key())
        .filter(now -> now.id().equals(drain.id()) && !now.stopped())
        .isPresent();
  }

  private CompletionStage<Void> look(HostDrain drain, HostView view) {
    var claims =
        view.instances().stream()
            .sorted(Comparator.comparing(InstanceId::toString))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Set<InstanceId> asked = Draining.toAsk(drain, claims, view.up(), clock.instant());
    var moving =
        drain.items().stream()
            .filter(item -> item.state() == State.MOVING)
            .map(Item::instance)
            .collect(Collectors.toSet());
    // First the operations: the instance as it is after the end of one knows of that end.
    return all(moving, instances::operations)
        .thenCompose(
            operations ->
                all(asked, instances::get)
                    .thenCompose(
                        seen ->
                            write(
                                drain,
                                new Look(claims, view.up(), seen, operations, clock.instant()))));
  }

  /** One that does not answer is as if it had not been asked: it holds up nobody else. */
  private static <T> CompletionStage<Map<InstanceId, T>> all(
      Set<InstanceId> ids, Function<InstanceId, CompletionStage<T>> ask) {
    var answers = new LinkedHashMap<InstanceId, CompletableFuture<Optional<T>>>();
    ids.forEach(
        id ->
            answers.put(
                id,
                ask.apply(id)
                    .thenApply(Optional::of)
                    .exceptionally(
                        failure -> {
                          LOG.warn("instance {}, to be drained: {}", id, failure.toString());
                          return Optional.empty();
                        })
                    .toCompletableFuture()));
    return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              var all = new LinkedHashMap<InstanceId, T>();
              answers.forEach((id, answer) -> answer.join().ifPresent(one -> all.put(id, one)));
              return all;
            });
  }

  private CompletionStage<Void> write(HostDrain drain, Look look) {
    var next = Draining.next(drain, look, OperationId::fresh);
    if (next.equals(drain)) {
      return send(drain, look);
    }
    return change(
            drain, now -> now.equals(drain) ? next : Draining.next(now, look, OperationId::fresh))
        .thenCompose(
            written -> {
              if (written.isPresent() && !written.get().status().equals(drain.status())) {
                LOG.info("host {} is {}", drain.host(), written.get().status());
              }
              return written
                  .map(now -> send(now, look))
                  .orElseGet(() -> CompletableFuture.<Void>completedFuture(null));
            });
  }

  /** Empty when another drain has taken its place, or none. */
  private CompletionStage<Optional<HostDrain>> change(
      HostDrain drain, UnaryOperator<HostDrain> change) {
    return catalog
        .update(
            HostDrain.class,
            drain.key(),
            now ->
                now.id().equals(drain.id())
                    ? Answer.of(change.apply(now))
                    : Answer.<HostDrain>refuse(new Rejection.Conflict("another one")))
        .thenApply(
            answer ->
                answer instanceof Answer.Accepted<HostDrain>(var written)
                    ? Optional.of(written)
                    : Optional.empty());
  }

  private CompletionStage<Void> send(HostDrain drain, Look look) {
    return CompletableFuture.allOf(
        Draining.toSend(drain, look).stream()
            .map(item -> send(drain, item).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  private CompletionStage<Void> send(HostDrain drain, Item item) {
    return instances
        .command(item.instance(), Draining.command(drain, item))
        .thenCompose(
            answer ->
                answer instanceof Answer.Rejected<InstanceView>(var reason)
                        && !Draining.isForNow(reason)
                    ? change(drain, now -> Draining.refused(now, item, reason, clock.instant()))
                        .thenAccept(_ -> {})
                    : CompletableFuture.<Void>completedFuture(null));
  }
}
