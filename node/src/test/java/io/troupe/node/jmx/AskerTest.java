package io.troupe.node.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** What a bean asks is answered though a message is lost, and asked once for many readers. */
class AskerTest {
  private record Question(ActorRef<String> replyTo) {}

  private static Behavior<Question> losingTheFirst(AtomicInteger asked) {
    return Behaviors.receiveMessage(
        question -> {
          if (asked.incrementAndGet() > 1) {
            question.replyTo().tell("here");
          }
          return Behaviors.same();
        });
  }

  @Test
  void aLostQuestionIsAskedAgain() {
    var asked = new AtomicInteger();
    var system =
        ActorSystem.create(
            losingTheFirst(asked),
            "asker-test",
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.load()));
    try {
      assertThat(new Asker(system).ask("somebody", system, Question::new)).isEqualTo("here");
      assertThat(asked).hasValue(2);
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  @Test
  void whoDoesNotAnswerIsWaitedForOnceByAllWhoRead() {
    var asked = new AtomicInteger();
    var cached =
        new Cached<String>(
            Duration.ofMinutes(1),
            () -> {
              asked.incrementAndGet();
              throw new IllegalStateException("no answer from the scheduler");
            });

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(cached::get).hasMessage("no answer from the scheduler");
    }
    assertThat(asked).hasValue(1);
    cached.forget();
    assertThatThrownBy(cached::get).isInstanceOf(IllegalStateException.class);
    assertThat(asked).hasValue(2);
  }
}
