package io.troupe.actors.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/**
 * Puts a question to an entity, again and again until it is answered: what was sent to a node that
 * has just died, or to a shard that is moving, may be lost. Only for questions that may be
 * repeated.
 */
final class PatientAsk {
  /**
   * One try. Longer than an entity takes to wake up, short enough for the client to notice no more
   * than a pause.
   */
  private static final Duration ONE_TRY = Duration.ofSeconds(4);

  private final ActorSystem<?> system;

  PatientAsk(ActorSystem<?> system) {
    this.system = system;
  }

  /** The answer, or a {@link TimeoutException} when none came within {@code patience}. */
  <Q, R> CompletionStage<R> ask(
      RecipientRef<Q> whom, Function<ActorRef<R>, Q> question, Duration patience) {
    return ask(whom, question, (int) Math.max(1, patience.dividedBy(ONE_TRY)));
  }

  private <Q, R> CompletionStage<R> ask(
      RecipientRef<Q> whom, Function<ActorRef<R>, Q> question, int tries) {
    return AskPattern.ask(whom, question, ONE_TRY, system.scheduler())
        .exceptionallyCompose(
            failure -> {
              var cause = failure instanceof CompletionException ? failure.getCause() : failure;
              return cause instanceof TimeoutException && tries > 1
                  ? ask(whom, question, tries - 1)
                  : CompletableFuture.failedFuture(cause);
            });
  }
}
