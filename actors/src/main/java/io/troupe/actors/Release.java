package io.troupe.actors;

import io.troupe.core.value.InstanceId;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A question that gives back what instances have of somebody; harmless when they have nothing.
 * Several may go as one.
 *
 * @param <R> the answer, the same for all
 */
public interface Release<R> {
  List<InstanceId> instances();

  ActorRef<R> replyTo();
}
