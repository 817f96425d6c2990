package io.troupe.actors.scheduler;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostState;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.config.FleetSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** A scheduler whose fleet is one host, {@link Examples#H1}, each in its own actor. */
record OneHost(
    Stage stage, ActorRef<SchedulerActor.Message> scheduler, ActorRef<HostActor.Message> host) {
  private static final FleetSettings FLEET =
      new FleetSettings(10_000, 60_000, 1.0, 1.0, 1.0, 0, 0, 0, "nova");

  /** Entered, and known to each other: a host with as many vCPUs, 1 GiB and 10 GiB of disk each. */
  static OneHost enter(
      Stage stage,
      int vcpus,
      Supplier<SchedulerSettings> settings,
      ActorRef<InstanceActor.Message> instances) {
    var all = new Wired();
    all.put(
        CatalogActor.Message.class,
        stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
    all.put(ConnectionActor.Message.class, stage.nobody());
    all.put(InstanceActor.Message.class, instances);
    var scheduler =
        stage.enter(
            SchedulerActor.create(all, Set::of, settings, new SimpleMeterRegistry(), stage));
    all.put(SchedulerActor.Message.class, scheduler);
    var host =
        stage.enter(
            HostActor.create(
                Examples.H1,
                all,
                (_, _, up) -> new HostState.Surroundings("nova", Map.of(), true, "", up),
                FLEET,
                stage.journalMeter(),
                stage));
    host.tell(
        new HostActor.Seen(
            new ConnectionId("c"),
            "incarnation",
            Examples.inventory(Examples.H1, vcpus, 1024 * vcpus, 10 * vcpus)));
    var one = new OneHost(stage, scheduler, host);
    stage.until(() -> one.figures().hosts() == 1);
    return one;
  }

  SchedulerFigures figures() {
    return stage.figures(scheduler);
  }
}
