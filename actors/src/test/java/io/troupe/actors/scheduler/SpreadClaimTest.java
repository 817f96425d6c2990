package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever was promised to whom by which scheduler, a group stays evenly spread over zones. */
class SpreadClaimTest {
  private static final Duration SILENCE = Duration.ofSeconds(6);
  @RegisterExtension static final Stage stage = new Stage();
  private RealHosts fleet;

  @BeforeEach
  void enter() {
    stage.clear();
    fleet = new RealHosts(stage);
    fleet.add("a1", "east", 64);
    fleet.add("a2", "east", 64);
    fleet.add("b1", "west", 64);
    fleet.add("c1", "north", 64);
    stage.pass(SILENCE);
  }

  private static RequestSpec member() {
    return new RequestSpec(
        InstanceId.fresh(),
        new ProjectId("demo"),
        new Resources(1, 128, 1),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.of(new GroupSpec("g", GroupSpec.Policy.SOFT_ANTI_AFFINITY, 1)),
        Map.of("spread", List.of("zone=1")),
        Map.of(),
        Map.of(),
        3);
  }

  private Decision place(RequestSpec spec) {
    return stage.ask(fleet.scheduler, Decision.class, to -> new SchedulerActor.Place(spec, to));
  }

  private static HostId best(Decision decision) {
    return ((Decision.Placed) decision).candidates().getFirst().host();
  }

  private Map<String, Integer> byZone() {
    var members = new HashMap<String, Integer>();
    for (HostId host : fleet.ids()) {
      members.merge(fleet.zone(host), fleet.instancesOn(host), Integer::sum);
    }
    return members;
  }

  @Test
  void aSchedulerThatForgotWhatWasPromisedDoesNotBreakIt() {
    var first = member();
    var there = best(place(first)); // promised, not claimed
    fleet.newScheduler();
    var second = member();
    var zone = fleet.zone(there);
    assertThat(fleet.claim(there, first)).isInstanceOf(HostActor.ClaimMade.class);

    var another =
        fleet.ids().stream().filter(host -> fleet.zone(host).equals(zone)).toList().getLast();
    var reply = fleet.claim(another, second); // as if the new one had promised it before

    assertThat(reply)
        .isInstanceOfSatisfying(
            HostActor.ClaimRefused.class,
            refused ->
                assertThat(refused.reason())
                    .isEqualTo(
                        "SpreadFilter refused %s: places in zone %s 1 asked, 0 free"
                            .formatted(another, zone)));
  }

  @Test
  void aNewSchedulerIsSilentUntilTheWordOfTheFormerOneIsWorthNothing() {
    fleet.newScheduler();

    var answer =
        stage.ask(
            fleet.scheduler,
            SchedulerActor.JoinAnswer.class,
            to -> new SchedulerActor.MayJoin(new HostId("a1"), member(), to));

    assertThat(answer).isEqualTo(new SchedulerActor.JoinAnswer(false, Optional.empty()));
    stage.pass(SILENCE);
    assertThat(fleet.claim(new HostId("a1"), member())).isInstanceOf(HostActor.ClaimMade.class);
  }

  /** The former scheduler's yes comes after its successor has asked the host what is there. */
  @Test
  void aLateYesOfTheFormerSchedulerDoesNotCount() {
    var late = stage.probe(SchedulerActor.Message.class);
    fleet.schedulerIs(late.getRef());
    var reply = stage.probe(HostActor.ClaimReply.class);
    fleet.host(new HostId("a1")).tell(new HostActor.MakeClaim(member(), 1, reply.getRef()));
    var asked = late.expectMessageClass(SchedulerActor.MayJoin.class);
    fleet.newScheduler();

    asked.replyTo().tell(new SchedulerActor.JoinAnswer(true, Optional.empty()));

    assertThat(reply.receiveMessage()).isInstanceOf(HostActor.ClaimUnsure.class);
    assertThat(fleet.instancesOn(new HostId("a1"))).isZero();
  }

  /** Everybody claims on a host drawn by lot; now and then the scheduler is another one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theGroupIsNeverMoreUneven(long seed) {
    var random = new Random(seed);
    var hosts = List.copyOf(fleet.ids());
    var replies = stage.probe(HostActor.ClaimReply.class);
    for (int round = 0; round < 12; round++) {
      if (random.nextInt(4) == 0) {
        fleet.newScheduler();
        stage.pass(SILENCE);
      }
      int asked = 1 + random.nextInt(6);
      for (int i = 0; i < asked; i++) {
        fleet
            .host(hosts.get(random.nextInt(hosts.size())))
            .tell(new HostActor.MakeClaim(member(), 1, replies.getRef()));
      }
      replies.receiveSeveralMessages(asked);
      var counts = byZone().values();
      assertThat(counts.stream().mapToInt(it -> it).max().orElseThrow())
          .as("seed " + seed + ", " + byZone())
          .isLessThanOrEqualTo(counts.stream().mapToInt(it -> it).min().orElseThrow() + 1);
    }
    assertThat(byZone().values().stream().mapToInt(it -> it).sum()).isGreaterThan(2);
  }
}
