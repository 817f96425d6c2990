package io.troupe.node.jmx;

import io.troupe.actors.Entities;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.SchedulerFigures;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.function.Function;

final class SchedulerBean implements SchedulerMXBean {
  private final Entities entities;
  private final Asker asker;
  private final Cached<SchedulerFigures> figures =
      new Cached<>(Duration.ofMillis(500), () -> ask(SchedulerActor.GetFigures::new));

  SchedulerBean(Entities entities, Asker asker) {
    this.entities = entities;
    this.asker = asker;
  }

  private SchedulerFigures ask(
      Function<ActorRef<SchedulerFigures>, SchedulerActor.Message> question) {
    return asker.ask("the scheduler", entities.scheduler(), question);
  }

  @Override
  public String getSince() {
    return figures.get().since().toString();
  }

  @Override
  public int getHosts() {
    return figures.get().hosts();
  }

  @Override
  public long getDecisions() {
    var now = figures.get();
    return now.placed() + now.noValidHost();
  }

  @Override
  public long getPlaced() {
    return figures.get().placed();
  }

  @Override
  public long getNoValidHost() {
    return figures.get().noValidHost();
  }

  @Override
  public double getDecisionsPerSecond() {
    return figures.get().decisionsPerSecond();
  }

  @Override
  public Map<String, Long> getRefusalsByFilter() {
    return new TreeMap<>(figures.get().removed());
  }

  @Override
  public long getConflicts() {
    return figures.get().conflicts();
  }

  @Override
  public boolean isPaused() {
    return figures.get().paused();
  }

  @Override
  public int getWaiting() {
    return figures.get().waiting();
  }

  @Override
  public void pause() {
    ask(SchedulerActor.Pause::new);
    figures.forget();
  }

  @Override
  public void resume() {
    ask(SchedulerActor.Resume::new);
    figures.forget();
  }
}
