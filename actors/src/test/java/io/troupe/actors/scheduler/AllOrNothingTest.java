package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Stage;
import io.troupe.actors.host.HostActor;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are placed together or not at all, on hosts that have the last word. */
class AllOrNothingTest {
  private static final HostId A = new HostId("a");
  private static final HostId B = new HostId("b");
  @RegisterExtension static final Stage stage = new Stage();
  private RealHosts fleet;

  @BeforeEach
  void enter() {
    stage.clear();
    fleet = new RealHosts(stage);
  }

  /** Members of a batch, and what each heard. */
  private final class Together {
    private final List<RequestSpec> members = new ArrayList<>();
    private final Map<InstanceId, TestProbe<Decision>> answers = new HashMap<>();

    Together(String batch, int size) {
      for (int i = 0; i < size; i++) {
        var detail =
            new RequestDetail(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.of(new Batch(batch, size)));
        members.add(RequestDraft.any().asking(1, 128, 1).spec().with(detail));
      }
    }

    void place(RequestSpec member) {
      var answer = answers.computeIfAbsent(member.instance(), _ -> stage.probe(Decision.class));
      fleet.scheduler().tell(new SchedulerActor.Place(member, answer.getRef()));
    }

    Together placeAll() {
      members.forEach(this::place);
      return this;
    }

    Decision answer(RequestSpec member) {
      return stage.heard(answers.get(member.instance()));
    }

    List<Decision> heard() {
      return members.stream().map(this::answer).toList();
    }
  }

  private static HostId best(Decision decision) {
    return ((Decision.Placed) decision).candidates().getFirst().host();
  }

  private static RequestSpec single() {
    return RequestDraft.any().asking(1, 128, 1).spec();
  }

  /** Both want all there is. Whoever is complete first has it, and every claim is granted. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void ofTwoThatRaceForRoomForOneExactlyOneIsPlacedAndClaims(long seed) {
    List.of("a", "b", "c").forEach(name -> fleet.add(name, "nova", 4));
    var first = new Together("r-1", 12);
    var second = new Together("r-2", 12);
    var arrivals = new ArrayList<Runnable>();
    first.members.forEach(member -> arrivals.add(() -> first.place(member)));
    second.members.forEach(member -> arrivals.add(() -> second.place(member)));
    Collections.shuffle(arrivals, new Random(seed));

    arrivals.forEach(Runnable::run);

    var placed =
        List.of(first, second).stream()
            .filter(
                batch -> {
                  var heard = batch.heard();
                  var all = heard.stream().allMatch(Decision.Placed.class::isInstance);
                  assertThat(all || heard.stream().noneMatch(Decision.Placed.class::isInstance))
                      .isTrue();
                  for (int i = 0; all && i < heard.size(); i++) {
                    assertThat(fleet.claim(best(heard.get(i)), batch.members.get(i)))
                        .isInstanceOf(HostActor.ClaimMade.class);
                  }
                  return all;
                })
            .toList();
    assertThat(placed).hasSize(1);
  }

  @Test
  void whatTheSchedulerDidNotKnowCostsARoundAndNotTheBatch() {
    fleet.add("a", "nova", 8);
    fleet.add("b", "nova", 16);
    fleet.cutOff();
    for (int i = 0; i < 5; i++) {
      assertThat(fleet.claim(A, single())).isInstanceOf(HostActor.ClaimMade.class);
    }
    var batch = new Together("r-1", 19);

    var heard = batch.placeAll().heard();

    assertThat(heard).allMatch(Decision.Placed.class::isInstance);
    for (int i = 0; i < heard.size(); i++) {
      assertThat(fleet.claim(best(heard.get(i)), batch.members.get(i)))
          .isInstanceOf(HostActor.ClaimMade.class);
    }
    assertThat(fleet.instancesOn(A)).isEqualTo(8);
    assertThat(fleet.instancesOn(B)).isEqualTo(16);
  }

  @Test
  void whoeverHasNoRoomInTheEndLeavesItToOthers() {
    fleet.add("a", "nova", 8);
    fleet.add("b", "nova", 8);
    fleet.cutOff();
    for (int i = 0; i < 5; i++) {
      fleet.claim(A, single());
    }
    var large = new Together("r-1", 12);
    var small = new Together("r-2", 11);

    large.placeAll();
    small.placeAll(); // while the large one is still promised everything

    assertThat(large.heard()).allMatch(Decision.NoValidHost.class::isInstance);
    assertThat(small.heard()).allMatch(Decision.Placed.class::isInstance);
  }

  @Test
  void roomIsKeptOverAFailOverOfTheScheduler() {
    fleet.add("a", "nova", 8);
    var first = new Together("r-1", 8);
    var placed = first.placeAll().heard();

    fleet.newScheduler(); // which knows of no promise

    var second = new Together("r-2", 8).placeAll().heard();
    assertThat(second).allMatch(Decision.NoValidHost.class::isInstance);
    assertThat(((Decision.NoValidHost) second.getFirst()).explanation().message())
        .contains("RetryFilter removed 1");
    assertThat(fleet.claim(A, single())).isInstanceOf(HostActor.ClaimRefused.class);
    for (int i = 0; i < 8; i++) {
      assertThat(fleet.claim(best(placed.get(i)), first.members.get(i)))
          .isInstanceOf(HostActor.ClaimMade.class);
    }
  }

  @Test
  void roomThatNobodyClaimsIsFreeAfterAWhile() {
    fleet.add("a", "nova", 8);
    new Together("r-1", 8).placeAll().heard();
    assertThat(fleet.claim(A, single())).isInstanceOf(HostActor.ClaimRefused.class);

    stage.pass(HostActor.HELD.plusSeconds(1));

    assertThat(fleet.claim(A, single())).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void aHostThatDoesNotAnswerIsLeftOut() {
    fleet.add("a", "nova", 8);
    fleet.add("b", "nova", 8);
    fleet.silence(A);
    var batch = new Together("r-1", 2).placeAll();

    for (int i = 0; i < 4; i++) {
      stage.figures(fleet.scheduler); // has it asked?
      stage.pass(Duration.ofSeconds(3));
    }

    assertThat(batch.heard()).allMatch(one -> best(one).equals(B));
  }
}
