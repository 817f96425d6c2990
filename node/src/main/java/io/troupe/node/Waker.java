package io.troupe.node;

import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.OperationSettings;
import io.troupe.config.Settings.ViewSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.ProjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Wakes what has work to do and nobody to ask it: the registered connections, the projects' volumes
 * (a deletion may wait for a host), after a crash the instances whose operation is not finished,
 * and soft-deleted and shelved ones whose time has come. Waking what is awake costs a message.
 */
final class Waker {
  private record Tick() {}

  private Waker() {}

  static Behavior<Object> create(
      Entities entities,
      InstanceIndex index,
      Catalog catalog,
      ViewSettings settings,
      OperationSettings operations) {
    return Behaviors.withTimers(
        timers -> {
          var pause = Duration.ofMillis(settings.wakeMillis());
          timers.startTimerWithFixedDelay("tick", new Tick(), Duration.ZERO, pause);
          var firstTick = new AtomicBoolean(true);
          return Behaviors.receiveMessage(
              _ -> {
                catalog
                    .all(Connection.class)
                    .forEach(
                        one ->
                            entities
                                .connection(new ConnectionId(one.id()))
                                .tell(new ConnectionActor.Wake()));
                catalog
                    .all(Project.class)
                    .forEach(
                        one ->
                            entities
                                .volumes(new ProjectId(one.id()))
                                .tell(new VolumesActor.Wake()));
                // At the start nobody works on anything yet: what the journal shows as unfinished
                // goes on at once.
                var notHeardOfFor = firstTick.getAndSet(false) ? Duration.ZERO : pause;
                index
                    .unfinished(Instant.now().minus(notHeardOfFor))
                    .forEach(id -> entities.instance(id).tell(new InstanceActor.Wake()));
                if (operations.reclaimMillis() > 0) {
                  index
                      .softDeleted(Instant.now().minusMillis(operations.reclaimMillis()))
                      .forEach(id -> entities.instance(id).tell(new InstanceActor.Wake()));
                }
                if (operations.shelvedOffloadMillis() > 0) {
                  index
                      .shelved(Instant.now().minusMillis(operations.shelvedOffloadMillis()))
                      .forEach(id -> entities.instance(id).tell(new InstanceActor.Wake()));
                }
                if (operations.moves().confirmAfterMillis() > 0) {
                  index
                      .resized(Instant.now().minusMillis(operations.moves().confirmAfterMillis()))
                      .forEach(id -> entities.instance(id).tell(new InstanceActor.Wake()));
                }
                return Behaviors.same();
              });
        });
  }
}
