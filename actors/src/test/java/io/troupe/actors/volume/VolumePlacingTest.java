package io.troupe.actors.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.scheduler.Decision;
import io.troupe.actors.scheduler.RealHosts;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestDraft;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.StoragePool;
import io.troupe.actors.volume.Volume.Status;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes are given places by the scheduler, on hosts that have the last word. */
class VolumePlacingTest {
  private static final HostId A = new HostId("a");
  private static final HostId B = new HostId("b");
  private static final Duration SILENCE = Duration.ofSeconds(6);
  @RegisterExtension static final Stage stage = new Stage();
  private RealHosts fleet;

  @BeforeEach
  void enter() {
    stage.clear();
    fleet = new RealHosts(stage);
  }

  private Volume create(String project, long gib, Optional<String> zone) {
    var fresh =
        Volume.fresh(
                UUID.randomUUID().toString(),
                project,
                "alice",
                new VolumeChoice.NewVolume("data", gib, Optional.empty()),
                stage.instant())
            .toBePlaced(zone);
    fleet.volumes(new ProjectId(project)).tell(new VolumesActor.Create(fresh, stage.nobody()));
    return fresh;
  }

  private List<Volume> all(String project) {
    return stage
        .ask(fleet.volumes(new ProjectId(project)), ProjectVolumes.class, VolumesActor.GetAll::new)
        .volumes();
  }

  private Volume settled(Volume volume) {
    stage.until(
        () -> {
          stage.untilLateWordsAreThere(fleet.scheduler());
          return now(volume).status() != Status.CREATING;
        });
    return now(volume);
  }

  private Volume now(Volume volume) {
    return all(volume.projectId()).stream()
        .filter(one -> one.id().equals(volume.id()))
        .findFirst()
        .orElseThrow();
  }

  private long gibOn(HostId host) {
    return fleet.view(host).claimed().diskGib();
  }

  /** Asked again while the scheduler has nothing to say. */
  private boolean isStored(HostId host, long gib, Optional<InstanceId> by) {
    var volume = UUID.randomUUID().toString();
    var answer = Optional.<HostActor.StoreReply>empty();
    for (int i = 0; i < 100 && answer.isEmpty(); i++) {
      answer =
          stage.askSoon(
              fleet.host(host),
              HostActor.StoreReply.class,
              to -> new HostActor.StoreVolume(volume, gib, by, to));
    }
    return answer.orElseThrow().refusal().isEmpty();
  }

  /** Eighty volumes at once from eight projects, and room for thirty. */
  @Test
  void manyRaceForTheLastGibAndNothingIsPromisedTwice() {
    for (var name : List.of("a", "b", "c")) {
      fleet.add(name, "nova", 8, 10, "");
    }
    var volumes = new ArrayList<Volume>();
    for (int i = 0; i < 80; i++) {
      volumes.add(create("p" + i % 8, 1, Optional.empty()));
    }

    var ended = volumes.stream().map(this::settled).toList();

    assertThat(ended).filteredOn(one -> one.status() == Status.AVAILABLE).hasSize(30);
    assertThat(ended)
        .filteredOn(one -> one.status() == Status.ERROR)
        .hasSize(50)
        .allSatisfy(
            one ->
                assertThat(one.fault())
                    .startsWith("No valid backend was found. ")
                    .contains("capacity 1 GiB asked, 0 GiB free"));
    fleet.ids().forEach(host -> assertThat(gibOn(host)).isEqualTo(10));
  }

  /** Both hosts show the same twenty GiB; each alone would promise them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPoolOfSeveralHostsIsNotPromisedTwiceWhicheverIsAsked(long seed) {
    fleet.add("a", "nova", 8, 20, "san");
    fleet.add("b", "nova", 8, 20, "san");
    stage.pass(SILENCE);
    var random = new Random(seed);
    var hosts = new ArrayList<HostId>();
    for (int i = 0; i < 40; i++) {
      hosts.add(i % 2 == 0 ? A : B);
    }
    Collections.shuffle(hosts, random);
    var replies = stage.probe(HostActor.StoreReply.class);

    hosts.forEach(
        host ->
            fleet
                .host(host)
                .tell(
                    new HostActor.StoreVolume(UUID.randomUUID().toString(), 1, replies.getRef())));

    assertThat(replies.receiveSeveralMessages(40))
        .filteredOn(reply -> reply.refusal().isEmpty())
        .hasSize(20);
    assertThat(gibOn(A) + gibOn(B)).isEqualTo(20);
    fleet.newScheduler();
    stage.pass(SILENCE);
    assertThat(isStored(A, 1, Optional.empty())).as("the next one knows it too").isFalse();
  }

  @Test
  void aHostThatRefusesIsLeftAlone() {
    fleet.add("a", "nova", 8, 100, "");
    fleet.add("b", "nova", 8, 50, "");
    fleet.cutOff();
    assertThat(isStored(A, 95, Optional.empty())).isTrue(); // which the scheduler does not hear

    var volume = settled(create("demo", 10, Optional.empty()));

    assertThat(volume.status()).isEqualTo(Status.AVAILABLE);
    assertThat(volume.host()).contains(B);
    assertThat(volume.made()).isTrue();
  }

  @Test
  void whereNobodyHasRoomAfterAllItSaysWhoRefusedLast() {
    fleet.add("a", "nova", 8, 100, "");
    fleet.cutOff();
    assertThat(isStored(A, 95, Optional.empty())).isTrue();

    var volume = settled(create("demo", 10, Optional.empty()));

    assertThat(volume.status()).isEqualTo(Status.ERROR);
    assertThat(volume.fault()).contains("RetryFilter refused 1");
    assertThat(volume.host()).isEmpty();
    assertThat(gibOn(A)).isEqualTo(95);
  }

  @Test
  void aZoneIsKept() {
    fleet.add("a", "east", 8, 10, "");
    fleet.add("b", "west", 8, 500, "");

    assertThat(settled(create("demo", 10, Optional.of("east"))).host()).contains(A);
    assertThat(settled(create("demo", 1, Optional.of("east"))).fault())
        .contains("capacity 1 GiB asked, 0 GiB free", "AvailabilityZoneFilter refused 1");
  }

  @Test
  void poolsTellWhatIsPromised() {
    fleet.add("a", "nova", 8, 100, "san");
    fleet.add("b", "nova", 8, 100, "san");
    fleet.add("c", "nova", 8, 50, "");
    stage.pass(SILENCE);
    settled(create("demo", 70, Optional.empty()));

    var pools =
        stage.ask(fleet.scheduler(), SchedulerActor.Pools.class, SchedulerActor.GetPools::new);

    assertThat(pools.pools()).extracting(StoragePool::name).containsExactly("c", "san");
    var san = pools.pools().getLast();
    assertThat(san.shared()).isTrue();
    assertThat(san.members()).hasSize(2);
    assertThat(san.provisionedGib()).isEqualTo(70);
    assertThat(san.allocatedGib()).isEqualTo(70);
    assertThat(san.volumes()).isEqualTo(1);
  }

  /** A server and the volumes that are made with it. */
  @Nested
  class WithAServer {
    private static RequestSpec boot(long diskGib, long volumesGib) {
      var spec = RequestDraft.any().asking(1, 128, diskGib).spec();
      return spec.with(RequestDetail.NONE.withNewVolumes(volumesGib));
    }

    private Decision place(RequestSpec spec) {
      return stage.place(fleet.scheduler(), spec, false);
    }

    @Test
    void theyGoTogetherWhereBothFit() {
      fleet.add("a", "nova", 64, 50, "");
      fleet.add("b", "nova", 2, 100, ""); // which the server alone would not prefer

      var decision = place(boot(10, 90));

      assertThat(((Decision.Placed) decision).candidates())
          .extracting(candidate -> candidate.host().value())
          .containsExactly("b");
      assertThat(place(boot(11, 90)))
          .isInstanceOfSatisfying(
              Decision.NoValidHost.class,
              none ->
                  assertThat(none.explanation().message())
                      .contains("capacity for volumes 90 GiB asked, 39 GiB free"));
    }

    @Test
    void whatIsPromisedToTheVolumesOfOneIsNotPromisedToAnother() {
      fleet.add("a", "nova", 8, 100, "");
      assertThat(place(boot(0, 60))).isInstanceOf(Decision.Placed.class);

      assertThat(place(boot(0, 60))).isInstanceOf(Decision.NoValidHost.class);
      assertThat(place(boot(0, 40))).isInstanceOf(Decision.Placed.class);
    }

    @Test
    void theHostKeepsTheRoomFromTheClaimUntilTheVolumeIsMade() {
      fleet.add("a", "nova", 8, 100, "");
      var server = boot(10, 80);
      assertThat(fleet.claim(A, server)).isInstanceOf(HostActor.ClaimMade.class);

      assertThat(isStored(A, 11, Optional.empty())).as("10 are left").isFalse();
      assertThat(fleet.claim(A, boot(5, 6)))
          .isInstanceOfSatisfying(
              HostActor.ClaimRefused.class,
              refused -> assertThat(refused.reason()).contains("capacity 6 GiB asked, 5 GiB free"));
      assertThat(isStored(A, 50, Optional.of(server.instance()))).isTrue();
      assertThat(isStored(A, 11, Optional.empty())).isFalse();
      assertThat(isStored(A, 30, Optional.of(server.instance()))).isTrue();
      assertThat(isStored(A, 10, Optional.empty())).isTrue();
      assertThat(gibOn(A)).isEqualTo(100);
    }

    @Test
    void ofASharedPoolToo() {
      fleet.add("a", "nova", 8, 100, "san");
      fleet.add("b", "nova", 8, 100, "san");
      stage.pass(SILENCE);
      var server = boot(10, 80);
      var host = ((Decision.Placed) place(server)).candidates().getFirst().host();
      assertThat(fleet.claim(host, server)).isInstanceOf(HostActor.ClaimMade.class);
      var other = host.equals(A) ? B : A;

      assertThat(place(boot(0, 11))).isInstanceOf(Decision.NoValidHost.class);
      assertThat(isStored(other, 11, Optional.empty())).isFalse();
      assertThat(isStored(host, 80, Optional.of(server.instance()))).isTrue();
      assertThat(isStored(other, 10, Optional.empty())).isTrue();
    }

    @Test
    void roomOfAServerThatGivesUpIsFree() {
      fleet.add("a", "nova", 8, 100, "");
      var server = boot(10, 80);
      fleet.claim(A, server);

      stage.ask(
          fleet.host(A),
          HostActor.ClaimReply.class,
          to -> new HostActor.ReleaseClaim(server.instance(), 1, to));

      assertThat(isStored(A, 100, Optional.empty())).isTrue();
    }
  }
}
