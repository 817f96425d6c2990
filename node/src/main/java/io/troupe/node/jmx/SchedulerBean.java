package io.troupe.node.jmx;

import io.troupe.actors.Answer;
import io.troupe.actors.Catalog;
import io.troupe.actors.Entities;
import io.troupe.actors.catalog.SchedulerChanges;
import io.troupe.actors.catalog.SchedulerOverrides;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.SchedulerFigures;
import io.troupe.config.SchedulerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.function.Function;

final class SchedulerBean implements SchedulerMXBean {
  private final Entities entities;
  private final Asker asker;
  private final Cached<SchedulerFigures> figures =
      new Cached<>(Duration.ofMillis(500), () -> ask(SchedulerActor.GetFigures::new));

  private final Catalog catalog;
  private final Clock clock;

  SchedulerBean(Entities entities, Asker asker, Catalog catalog, Clock clock) {
    this.entities = entities;
    this.asker = asker;
    this.catalog = catalog;
    this.clock = clock;
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
    return now.placed() + now.preemptions() + now.noValidHost();
  }

  @Override
  public long getPlaced() {
    return figures.get().placed();
  }

  @Override
  public long getPreemptions() {
    return figures.get().preemptions();
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

  @Override
  public Map<String, String> getChangedSettings() {
    var changed = new TreeMap<String, String>();
    catalog
        .find(SchedulerOverrides.class, SchedulerOverrides.KEY)
        .ifPresent(
            changes -> {
              changes.policy().ifPresent(policy -> changed.put("policy", policy));
              changes
                  .enabledFilters()
                  .ifPresent(names -> changed.put("enabled_filters", String.join(",", names)));
              changes
                  .enabledWeighers()
                  .ifPresent(names -> changed.put("enabled_weighers", String.join(",", names)));
              changes.multipliers().forEach((option, value) -> changed.put(option, "" + value));
              changes.limits().forEach((limit, value) -> changed.put(limit, "" + value));
            });
    return changed;
  }

  @Override
  public void changePolicy(String policy) {
    change(
        old ->
            new SchedulerOverrides(
                Optional.of(policy),
                old.enabledFilters(),
                old.enabledWeighers(),
                old.multipliers(),
                old.limits(),
                clock.instant()));
  }

  @Override
  public void changeMultiplier(String option, double value) {
    change(
        old -> {
          var multipliers = new TreeMap<>(old.multipliers());
          multipliers.put(option, value);
          return new SchedulerOverrides(
              old.policy(),
              old.enabledFilters(),
              old.enabledWeighers(),
              multipliers,
              old.limits(),
              clock.instant());
        });
  }

  @Override
  public void changeFilters(String names) {
    var filters =
        Stream.of(names.split(",")).map(String::strip).filter(name -> !name.isEmpty()).toList();
    change(
        old ->
            new SchedulerOverrides(
                old.policy(),
                Optional.of(filters),
                old.enabledWeighers(),
                old.multipliers(),
                old.limits(),
                clock.instant()));
  }

  @Override
  public void resetSettings() {
    change(_ -> SchedulerChanges.none(clock.instant()));
  }

  /** Names and ranges are checked before anything is written. */
  private void change(UnaryOperator<SchedulerOverrides> change) {
    change.apply(SchedulerChanges.none(clock.instant())).appliedTo(SchedulerSettings.DEFAULT);
    var answer =
        Asker.await("the catalog", SchedulerChanges.change(catalog, clock.instant(), change));
    if (answer instanceof Answer.Rejected<SchedulerOverrides>(var reason)) {
      throw new IllegalArgumentException(reason.toString());
    }
  }
}
