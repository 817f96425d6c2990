package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.config.SchedulerPolicy;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.HostId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.pekko.actor.Address;
import org.junit.jupiter.api.Test;

/** Among hosts that weigh the same the one whose actors are near whoever asks. */
class NearestHostTest {
  private static final SchedulerSettings DEFAULT = SchedulerSettings.DEFAULT;
  private static final Address HERE = new Address("pekko", "troupe", "10.0.0.1", 25520);
  private static final Address THERE = new Address("pekko", "troupe", "10.0.0.2", 25520);
  private final HostTable table = new HostTable();
  private final HostNodes<Address> nodes = new HostNodes<>();

  private void hosts(int count) {
    IntStream.range(0, count).forEach(i -> table.put(HostDraft.named("h" + i).row()));
  }

  private void on(String host, Address node, Address driver) {
    nodes.heard(new HostId(host), node, Optional.of(driver));
  }

  private List<String> names(SchedulerSettings settings, int candidates, long seed) {
    var request = RequestDraft.any().candidates(candidates).spec();
    var decision = Scheduling.decide(table, request, settings, seed, nodes.roundsFrom(HERE));
    return ((Decision.Placed) decision)
        .candidates().stream().map(candidate -> candidate.host().value()).toList();
  }

  @Test
  void countsWhatGoesToOtherNodes() {
    on("near", HERE, HERE);
    on("driver-far", HERE, THERE);
    on("far", THERE, THERE);
    on("between", THERE, HERE);
    nodes.heard(new HostId("no-driver"), HERE, Optional.empty());

    var rounds = nodes.roundsFrom(HERE);

    assertThat(
            List.of("near", "no-driver", "driver-far", "far", "between", "unknown").stream()
                .map(HostId::new)
                .mapToInt(rounds))
        .containsExactly(0, 0, 2, 3, 5, 5);
    nodes.forget(new HostId("near"));
    assertThat(rounds.applyAsInt(new HostId("near"))).isEqualTo(5);
  }

  @Test
  void equalsAreTakenNearestFirst() {
    hosts(5);
    on("h0", THERE, THERE);
    on("h1", HERE, THERE);
    on("h2", THERE, HERE);
    on("h3", HERE, HERE);
    on("h4", THERE, THERE);

    for (long seed = 0; seed < 50; seed++) {
      assertThat(names(DEFAULT, 2, seed)).containsExactly("h3", "h1");
    }
  }

  @Test
  void whoWeighsMoreGoesFirstHoweverFar() {
    hosts(1);
    table.put(HostDraft.named("less").claimed(1, 1024, 10).row());
    on("h0", THERE, THERE);
    on("less", HERE, HERE);

    assertThat(names(DEFAULT, 3, 1)).containsExactly("h0", "less");
  }

  @Test
  void whereChanceIsWantedItDecides() {
    hosts(4);
    on("h0", HERE, HERE);

    assertThat(
            firsts(DEFAULT.withLimits(4, DEFAULT.maxIoOpsPerHost(), DEFAULT.maxInstancesPerHost())))
        .containsExactlyInAnyOrder("h0", "h1", "h2", "h3");
    assertThat(firsts(DEFAULT.withPolicy(SchedulerPolicy.CHANCE)))
        .containsExactlyInAnyOrder("h0", "h1", "h2", "h3");
    assertThat(firsts(DEFAULT.withPolicy(SchedulerPolicy.STRIPING))).containsExactly("h0");
  }

  private Set<String> firsts(SchedulerSettings settings) {
    var firsts = new HashSet<String>();
    for (long seed = 0; seed < 200; seed++) {
      firsts.add(names(settings, 1, seed).getFirst());
    }
    return firsts;
  }

  /** All actors of a test are on one node; of a host whose word came alone it is not known. */
  @Test
  void theSchedulerKnowsWhereWordsComeFrom() {
    try (var stage = new Stage()) {
      var others = new Wired();
      others.put(
          CatalogActor.Message.class,
          stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
      var scheduler =
          stage.enter(
              SchedulerActor.create(others, Set::of, DEFAULT, new SimpleMeterRegistry(), stage));
      for (int i = 0; i < 7; i++) {
        scheduler.tell(
            new SchedulerActor.HostDelta(HostDraft.named("unknown-" + i).row(), List.of()));
      }
      var near = new SchedulerActor.HostDelta(HostDraft.named("near").row(), List.of());
      scheduler.tell(new SchedulerActor.HostDeltas(List.of(near), Optional.of(scheduler)));
      for (boolean mayPreempt : new boolean[] {false, true}) {
        for (int i = 0; i < 10; i++) {
          var request = RequestDraft.any().spec();
          var decision =
              stage.ask(
                  scheduler,
                  Decision.class,
                  to -> new SchedulerActor.Place(request, mayPreempt, to));

          assertThat(((Decision.Placed) decision).candidates().getFirst().host().value())
              .isEqualTo("near");
          scheduler.tell( // the claim was refused: all are equal again
              new SchedulerActor.HostDelta(
                  HostDraft.named("near").row(), List.of(request.instance())));
        }
      }
    }
  }
}
