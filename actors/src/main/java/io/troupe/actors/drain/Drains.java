package io.troupe.actors.drain;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Hosts;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.HostDrain;
import io.troupe.actors.catalog.HostDrain.Terms;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.UserCommand.Origin;
import io.troupe.core.value.HostId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Drains as administrators begin, watch and end them. */
public final class Drains {
  private final Catalog catalog;
  private final Hosts hosts;
  private final Clock clock;

  public Drains(Catalog catalog, Hosts hosts, Clock clock) {
    this.catalog = catalog;
    this.hosts = hosts;
    this.clock = clock;
  }

  /** That of a host; empty when it was never drained. */
  public CompletionStage<Optional<HostDrain>> of(HostId host) {
    return catalog
        .refresh(HostDrain.class)
        .thenApply(_ -> catalog.find(HostDrain.class, host.value()));
  }

  /** Those that were not ended, as this node knows them. */
  public List<HostDrain> inForce() {
    return catalog.all(HostDrain.class).stream().filter(one -> !one.stopped()).toList();
  }

  /**
   * Disables the host, and has its instances moved. {@link Rejection.NotFound} when there is no
   * such host, {@link Rejection.Conflict} when it does not answer (its instances can be evacuated)
   * or is being drained. One that is blocked or drained is begun anew.
   *
   * @param origin who asked; an administrator
   */
  public CompletionStage<Answer<HostDrain>> start(
      HostId host, String reason, Terms terms, Origin origin) {
    var now = clock.instant();
    var wanted =
        new HostDrain(
            origin.operation().value(),
            host,
            reason,
            terms,
            origin.userId(),
            origin.projectId(),
            false,
            false,
            List.of(),
            now,
            now);
    return hosts
        .host(host)
        .thenCombine(of(host), (view, before) -> refusal(host, view, before))
        .thenCompose(
            refusal ->
                refusal
                    .<CompletionStage<Answer<HostDrain>>>map(
                        reasonNot -> CompletableFuture.completedFuture(Answer.refuse(reasonNot)))
                    .orElseGet(() -> disable(host, reason, () -> write(wanted))));
  }

  private static Optional<Rejection> refusal(
      HostId host, Optional<HostView> view, Optional<HostDrain> before) {
    if (view.isEmpty()) {
      return Optional.of(new Rejection.NotFound("Host", host.value()));
    }
    if (!view.get().up()) {
      return Optional.of(
          new Rejection.Conflict(
              "Host %s is down: nothing can be moved off it; its instances can be evacuated."
                  .formatted(host)));
    }
    return before.flatMap(Drains::runs);
  }

  private static Optional<Rejection> runs(HostDrain before) {
    return before.status().equals("draining")
        ? Optional.of(
            new Rejection.Conflict("Host %s is being drained already.".formatted(before.host())))
        : Optional.empty();
  }

  private CompletionStage<Answer<HostDrain>> disable(
      HostId host, String reason, Supplier<CompletionStage<Answer<HostDrain>>> then) {
    return hosts
        .administer(host, Administration.Change.disable(reason))
        .thenCompose(
            answer ->
                answer instanceof Answer.Rejected<HostView>(var why)
                    ? CompletableFuture.completedFuture(Answer.refuse(why))
                    : then.get());
  }

  private CompletionStage<Answer<HostDrain>> write(HostDrain wanted) {
    return catalog.find(HostDrain.class, wanted.key()).isEmpty()
        ? catalog.create(wanted)
        : catalog.update(
            HostDrain.class,
            wanted.key(),
            now ->
                now.id().equals(wanted.id())
                    ? Answer.of(now)
                    : runs(now)
                        .map(Answer::<HostDrain>refuse)
                        .orElseGet(() -> Answer.of(wanted.after(now))));
  }

  /**
   * Begins nothing more; what is under way comes to its end. {@link Rejection.NotFound} when the
   * host was never drained; may be repeated.
   *
   * @param enable whether the host takes new instances again
   */
  public CompletionStage<Answer<HostDrain>> stop(HostId host, boolean enable) {
    return of(host)
        .thenCompose(
            known ->
                known.isEmpty()
                    ? CompletableFuture.completedFuture(
                        Answer.<HostDrain>refuse(new Rejection.NotFound("Drain", host.value())))
                    : catalog.update(
                        HostDrain.class,
                        host.value(),
                        now -> Answer.of(now.stopped() ? now : now.ended(clock.instant()))))
        .thenCompose(
            answer ->
                enable && answer instanceof Answer.Accepted<HostDrain>
                    ? hosts
                        .administer(host, Administration.Change.enable())
                        .thenApply(enabled -> enabled.map(_ -> accepted(answer)))
                    : CompletableFuture.completedFuture(answer));
  }

  private static HostDrain accepted(Answer<HostDrain> answer) {
    return switch (answer) {
      case Answer.Accepted<HostDrain>(var drain) -> drain;
      case Answer.Rejected<HostDrain>(var reason) ->
          throw new IllegalStateException("refused: " + reason);
    };
  }
}
