package io.troupe.node.jmx;

import io.troupe.actors.cluster.PatientAsk;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.japi.function.Function;

/**
 * Puts a bean's question to an actor and waits on the JMX client's own thread. What goes wrong
 * becomes an {@link IllegalStateException} with one line, as a client has none of our classes.
 */
final class Asker {
  /** Through a fail-over; then a client shows an attribute as unavailable rather than hang. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PatientAsk patiently;

  Asker(ActorSystem<?> system) {
    this.patiently = new PatientAsk(system);
  }

  /**
   * @param whom in words, for the message
   */
  <Q, A> A ask(String whom, RecipientRef<Q> recipient, Function<ActorRef<A>, Q> question) {
    return await(whom, put(recipient, question));
  }

  /** For several questions that are under way at once. */
  <Q, A> CompletionStage<A> put(RecipientRef<Q> recipient, Function<ActorRef<A>, Q> question) {
    return patiently.ask(recipient, question, PATIENCE);
  }

  static <T> T await(String whom, CompletionStage<T> answer) {
    try {
      return answer.toCompletableFuture().get(PATIENCE.toMillis() + 500, TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      throw unanswered(whom);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw unanswered(whom);
      }
      throw new IllegalStateException(whom + ": " + e.getCause().getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking " + whom);
    }
  }

  private static IllegalStateException unanswered(String whom) {
    return new IllegalStateException(
        "no answer from %s within %d s".formatted(whom, PATIENCE.toSeconds()));
  }
}
