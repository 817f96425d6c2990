package io.troupe.actors.catalog;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Rejection;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Changes of the scheduler's settings, whether there have been any before or not. */
public final class SchedulerChanges {
  private SchedulerChanges() {}

  public static SchedulerOverrides none(Instant now) {
    return new SchedulerOverrides(
        Optional.empty(), Optional.empty(), Optional.empty(), Map.of(), Map.of(), now);
  }

  /** Applied to the newest changes; durable when it is answered. */
  public static CompletionStage<Answer<SchedulerOverrides>> change(
      Catalog catalog, Instant now, UnaryOperator<SchedulerOverrides> change) {
    return catalog
        .update(
            SchedulerOverrides.class, SchedulerOverrides.KEY, old -> Answer.of(change.apply(old)))
        .thenCompose(
            answer ->
                answer instanceof Answer.Rejected<SchedulerOverrides>(var reason)
                        && reason instanceof Rejection.NotFound
                    ? catalog.create(change.apply(none(now)))
                    : CompletableFuture.completedFuture(answer));
  }
}
