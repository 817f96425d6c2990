package io.troupe.actors.cluster;

import io.troupe.actors.Answer;
import io.troupe.actors.Entities;
import io.troupe.actors.Rejection;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** What is read of a guest without changing it, straight from its hypervisor. */
final class GuestReadings {
  /** Longer than the instance gives the driver. */
  private static final Duration ANSWER = Duration.ofSeconds(35);

  /** The most that a console log is kept for and shown. */
  private static final int CONSOLE_BYTES = 1 << 20;

  private final ActorSystem<?> system;
  private final Entities entities;

  GuestReadings(ActorSystem<?> system, Entities entities) {
    this.system = system;
    this.entities = entities;
  }

  CompletionStage<Answer<String>> console(InstanceId id, int lines) {
    return ask(
            id,
            replyTo -> new InstanceActor.ReadConsole(OperationId.fresh(), CONSOLE_BYTES, replyTo))
        .thenApply(
            reply ->
                switch (reply) {
                  case DriverActor.Done(_, _, _, DriverResult.Console(var text)) ->
                      Answer.of(lines < 0 ? text : lastLines(text, lines));
                  case DriverActor.Done _ -> Answer.refuse(new Rejection.NotReady(id.toString()));
                  case DriverActor.Failed failed -> Answer.refuse(refusal(id, failed));
                });
  }

  CompletionStage<Answer<DriverResult.Diagnostics>> diagnostics(InstanceId id) {
    return ask(id, replyTo -> new InstanceActor.ReadDiagnostics(OperationId.fresh(), replyTo))
        .thenApply(
            reply ->
                switch (reply) {
                  case DriverActor.Done(_, _, _, DriverResult.Diagnostics counted) ->
                      Answer.of(counted);
                  case DriverActor.Done _ -> Answer.refuse(new Rejection.NotReady(id.toString()));
                  case DriverActor.Failed failed -> Answer.refuse(refusal(id, failed));
                });
  }

  private CompletionStage<DriverActor.Reply> ask(
      InstanceId id,
      org.apache.pekko.japi.function.Function<ActorRef<DriverActor.Reply>, InstanceActor.Message>
          question) {
    return AskPattern.ask(entities.instance(id), question, ANSWER, system.scheduler());
  }

  private static Rejection refusal(InstanceId id, DriverActor.Failed failed) {
    DriverFailure failure = failed.failure();
    return switch (failure.kind()) {
      case UNSUPPORTED -> new Rejection.Unsupported(failure.message());
      case INSTANCE_FAULT -> new Rejection.NotReady(id.toString());
      case RETRYABLE, HOST_FAULT -> new Rejection.Unavailable(failure.message());
    };
  }

  private static String lastLines(String text, int lines) {
    var end = text.endsWith("\n") ? text.length() - 1 : text.length();
    var from = end;
    for (int n = 0; n < lines && from >= 0; n++) {
      from = text.lastIndexOf('\n', from - 1);
    }
    return lines == 0 ? "" : text.substring(from + 1);
  }
}
