package io.troupe.actors.cluster;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The way to an entity on another node, which loses something when told to: a question, as when the
 * node has died or the shard is moving; or an answer, as when the node dies after it has written.
 */
final class Wire {
  private enum Loss {
    NOTHING,
    QUESTION,
    ANSWER
  }

  private final ActorSystem<?> system;
  private final Predicate<Object> what;
  private volatile Loss next;
  private final BlockingQueue<Object> lost = new LinkedBlockingQueue<>();

  private Wire(ActorSystem<?> system, Predicate<Object> what, Loss next) {
    this.system = system;
    this.what = what;
    this.next = next;
  }

  /** Loses the next such message. */
  static Wire losingAQuestion(ActorSystem<?> system, Predicate<Object> what) {
    return new Wire(system, what, Loss.QUESTION);
  }

  /** Carries the next such message, and loses what is answered to it. */
  static Wire losingAnAnswer(ActorSystem<?> system, Predicate<Object> what) {
    return new Wire(system, what, Loss.ANSWER);
  }

  /** Stands before an entity. */
  <M> Behavior<M> to(ActorRef<M> entity) {
    return Behaviors.receiveMessage(
        message -> {
          if (next == Loss.NOTHING || !what.test(message)) {
            entity.tell(message);
          } else {
            if (next == Loss.ANSWER) {
              entity.tell(unanswerable(message));
            }
            next = Loss.NOTHING;
            lost.add(message);
          }
          return Behaviors.same();
        });
  }

  /** Returns when something was lost. */
  Object awaitLoss() throws InterruptedException {
    var message = lost.poll(10, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("nothing to lose came by");
    }
    return message;
  }

  /** The same message with nobody to answer to; each of ours is a record. */
  @SuppressWarnings("unchecked")
  private <M> M unanswerable(M message) {
    try {
      var parts = message.getClass().getRecordComponents();
      var values = new Object[parts.length];
      for (int i = 0; i < parts.length; i++) {
        values[i] =
            parts[i].getType() == ActorRef.class
                ? system.ignoreRef()
                : parts[i].getAccessor().invoke(message);
      }
      var types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return (M) message.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(message + " cannot be made anew", e);
    }
  }
}
