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
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** What is read of a guest without changing it, straight from its hypervisor. */
final class GuestReadings {
  /** The most that a console log is kept for and shown. */
  private static final int CONSOLE_BYTES = 1 << 20;

  private final Entities entities;
  private final PatientAsk patiently;

  GuestReadings(Entities entities, PatientAsk patiently) {
    this.entities = entities;
    this.patiently = patiently;
  }

  CompletionStage<Answer<String>> console(InstanceId id, int lines) {
    var operation = OperationId.fresh(); // the same each time: the driver reads once
    return ask(id, replyTo -> new InstanceActor.ReadConsole(operation, CONSOLE_BYTES, replyTo))
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
    var operation = OperationId.fresh();
    return ask(id, replyTo -> new InstanceActor.ReadDiagnostics(operation, replyTo))
        .thenApply(
            reply ->
                switch (reply) {
                  case DriverActor.Done(_, _, _, DriverResult.Diagnostics counted) ->
                      Answer.of(counted);
                  case DriverActor.Done _ -> Answer.refuse(new Rejection.NotReady(id.toString()));
                  case DriverActor.Failed failed -> Answer.refuse(refusal(id, failed));
                });
  }

  CompletionStage<Answer<DriverResult.MigrationSeen>> migration(InstanceId id) {
    var operation = OperationId.fresh();
    return ask(id, replyTo -> new InstanceActor.ReadMigration(operation, replyTo))
        .thenApply(
            reply ->
                switch (reply) {
                  case DriverActor.Done(_, _, _, DriverResult.MigrationSeen seen) ->
                      Answer.of(seen);
                  case DriverActor.Done _ -> Answer.refuse(new Rejection.NotReady(id.toString()));
                  case DriverActor.Failed failed -> Answer.refuse(refusal(id, failed));
                });
  }

  private CompletionStage<DriverActor.Reply> ask(
      InstanceId id,
      org.apache.pekko.japi.function.Function<ActorRef<DriverActor.Reply>, InstanceActor.Message>
          question) {
    return patiently.ask(entities.instance(id), question);
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
