package io.troupe.actors.cluster;

import io.troupe.actors.Release;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Where the instances of one node give back what they have of one project or network. The first of
 * a while is passed on at once; what follows soon is collected, asked as one question, and answered
 * with its answer. A question that gets none is not answered: who asked asks again.
 *
 * @param <M> what the project or network takes
 * @param <R> what it answers
 */
final class ReleasePost<M, R> extends AbstractBehavior<Object> {
  /** How often one question goes at most; a delete waits this long for it, on a busy node. */
  static final Duration BETWEEN = Duration.ofMillis(100);

  private record Send() {}

  private record Answered<R>(List<ActorRef<R>> askers, Optional<R> answer) {
    void pass() {
      answer.ifPresent(one -> askers.forEach(asker -> asker.tell(one)));
    }
  }

  private final RecipientRef<M> entity;
  private final Class<R> answers;
  private final BiFunction<List<InstanceId>, ActorRef<R>, M> question;
  private final TimerScheduler<Object> timers;
  private final List<InstanceId> instances = new ArrayList<>();
  private final List<ActorRef<R>> askers = new ArrayList<>();

  /**
   * @param entity gets the releases, several together
   * @param question a release of several instances
   */
  static <M, R> Behavior<M> create(
      RecipientRef<M> entity,
      Class<R> answers,
      BiFunction<List<InstanceId>, ActorRef<R>, M> question) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers -> new ReleasePost<>(entity, answers, question, timers, context)))
        .narrow();
  }

  private ReleasePost(
      RecipientRef<M> entity,
      Class<R> answers,
      BiFunction<List<InstanceId>, ActorRef<R>, M> question,
      TimerScheduler<Object> timers,
      ActorContext<Object> context) {
    super(context);
    this.entity = entity;
    this.answers = answers;
    this.question = question;
    this.timers = timers;
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Object> on(Object message) {
    switch (message) {
      case Release<?> release -> collect(release);
      case Send() -> send();
      case Answered<?> answered -> answered.pass();
      default -> throw new IllegalArgumentException("nothing to release: " + message);
    }
    return this;
  }

  @SuppressWarnings("unchecked") // what an M releases is answered with an R
  private void collect(Release<?> release) {
    instances.addAll(release.instances());
    askers.add((ActorRef<R>) release.replyTo());
    if (!timers.isTimerActive(Send.class)) {
      send();
    }
  }

  private void send() {
    if (instances.isEmpty()) {
      return;
    }
    timers.startSingleTimer(Send.class, new Send(), BETWEEN);
    var these = List.copyOf(instances);
    var theirs = List.copyOf(askers);
    instances.clear();
    askers.clear();
    getContext()
        .ask(
            answers,
            entity,
            StepAsker.ENTITY_ANSWER,
            (ActorRef<R> us) -> question.apply(these, us),
            (answer, silence) -> new Answered<>(theirs, Optional.ofNullable(answer)));
  }
}
