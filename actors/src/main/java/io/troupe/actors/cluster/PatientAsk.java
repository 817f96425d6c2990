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
 * has just died, or to a shard that is moving, may be lost, and so may its answer. Only for
 * questions that may be repeated.
 */
public final class PatientAsk {
  /**
   * The whole of it. A fail-over takes up to 15 s, what waited for it is worked off after it; the
   * callers of HTTP and HTTP itself ({@code api.request-timeout}) give up after 60 s, and have to
   * hear of us before.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(45);

  /** The first repetition: longer than an entity takes to wake up. */
  static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

  /**
   * The others. In a fail-over thousands of questions wait: each tells the survivors the same once
   * more. What is sent to a shard that is known to have no home is kept and not lost.
   */
  static final Duration AGAIN_AND_AGAIN_AFTER = Duration.ofSeconds(2);

  /**
   * @param repeated whether this is the answer to a repetition: what it says may be the effect of
   *     an earlier one, whose answer got lost
   */
  record Answered<R>(R reply, boolean repeated) {}

  private final ActorSystem<?> system;

  public PatientAsk(ActorSystem<?> system) {
    this.system = system;
  }

  /** The answer, or a {@link TimeoutException} when none came within {@link #PATIENCE}. */
  <Q, R> CompletionStage<R> ask(RecipientRef<Q> whom, Function<ActorRef<R>, Q> question) {
    return ask(whom, question, PATIENCE);
  }

  /** The answer, or a {@link TimeoutException} when none came within {@code patience}. */
  public <Q, R> CompletionStage<R> ask(
      RecipientRef<Q> whom, Function<ActorRef<R>, Q> question, Duration patience) {
    return askCounting(whom, question, patience).thenApply(Answered::reply);
  }

  /** The same for a question whose repetition is answered otherwise than the first would be. */
  <Q, R> CompletionStage<Answered<R>> askCounting(
      RecipientRef<Q> whom, Function<ActorRef<R>, Q> question) {
    return askCounting(whom, question, PATIENCE);
  }

  private <Q, R> CompletionStage<Answered<R>> askCounting(
      RecipientRef<Q> whom, Function<ActorRef<R>, Q> question, Duration patience) {
    var inquiry = new Inquiry<>(whom, question);
    inquiry.put(patience, false);
    return inquiry.answer;
  }

  /** One question on its way. Each try goes on listening: a late answer is an answer. */
  private final class Inquiry<Q, R> {
    private final RecipientRef<Q> whom;
    private final Function<ActorRef<R>, Q> question;
    private final CompletableFuture<Answered<R>> answer = new CompletableFuture<>();

    Inquiry(RecipientRef<Q> whom, Function<ActorRef<R>, Q> question) {
      this.whom = whom;
      this.question = question;
    }

    /**
     * @param left until all tries together have failed
     */
    void put(Duration left, boolean repeated) {
      if (answer.isDone()) {
        return;
      }
      var takeBack = putAgain(left, repeated ? AGAIN_AND_AGAIN_AFTER : AGAIN_AFTER);
      AskPattern.ask(whom, question, left, system.scheduler())
          .whenComplete(
              (reply, failure) -> {
                takeBack.run();
                if (failure == null) {
                  answer.complete(new Answered<>(reply, repeated));
                } else {
                  answer.completeExceptionally(
                      failure instanceof CompletionException ? failure.getCause() : failure);
                }
              });
    }

    /** What takes it back. */
    private Runnable putAgain(Duration left, Duration later) {
      var then = left.minus(later);
      if (!then.isPositive()) {
        return () -> {};
      }
      return system
              .scheduler()
              .scheduleOnce(later, () -> put(then, true), system.executionContext())
          ::cancel;
    }
  }
}
