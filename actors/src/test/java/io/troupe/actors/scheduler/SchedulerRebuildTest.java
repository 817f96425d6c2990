package io.troupe.actors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A scheduler that has just started answers when the hosts have spoken, or when they have not. */
class SchedulerRebuildTest {
  private static final ConnectionId CONNECTION = new ConnectionId("c");
  private static final Duration QUIET = Duration.ofMillis(200);
  @RegisterExtension static final Stage stage = new Stage();

  private TestProbe<Decision> asker;
  private TestProbe<HostActor.Message> hosts;
  private TestProbe<ConnectionActor.Message> connection;
  private ActorRef<SchedulerActor.Message> scheduler;

  /** Somebody waits, and the connection has named two hosts that have not said anything. */
  @BeforeEach
  void twoHostsAreAwaited() {
    begin();
    connectionNames("a", "b");
  }

  private void connectionNames(String... hosts) {
    connection
        .expectMessageClass(ConnectionActor.ListHosts.class)
        .replyTo()
        .tell(
            new ConnectionActor.Hosts(
                CONNECTION,
                "up",
                "",
                Stream.of(hosts).map(HostId::new).collect(Collectors.toSet())));
  }

  private void begin() {
    stage.clear();
    asker = stage.probe(Decision.class);
    connection = stage.probe(ConnectionActor.Message.class);
    hosts = stage.probe(HostActor.Message.class);
    var others = new Wired();
    others.put(
        CatalogActor.Message.class,
        stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
    others.put(ConnectionActor.Message.class, connection.getRef());
    others.put(HostActor.Message.class, hosts.getRef());
    scheduler =
        stage.enter(
            SchedulerActor.create(
                others,
                () -> Set.of(CONNECTION),
                SchedulerSettings.DEFAULT,
                new SimpleMeterRegistry(),
                stage));
    scheduler.tell(
        new SchedulerActor.Place(RequestDraft.any().candidates(5).spec(), asker.getRef()));
  }

  private void reports(String host) {
    var row = HostDraft.named(host).row();
    scheduler.tell(
        new SchedulerActor.HostDeltas(List.of(new SchedulerActor.HostDelta(row, List.of()))));
    stage.until(() -> figures().hosts() > 0);
  }

  private SchedulerFigures figures() {
    return stage.figures(scheduler);
  }

  private List<Candidate> candidates() {
    return ((Decision.Placed) asker.receiveMessage()).candidates();
  }

  @Test
  void answersWhenAllHaveReported() {
    reports("a");
    asker.expectNoMessage(QUIET);
    reports("b");

    assertThat(candidates()).hasSize(2);
  }

  @Test
  void waitsOnWhileHostsReport() {
    reports("a");
    stage.pass(Duration.ofSeconds(11));
    asker.expectNoMessage(QUIET);
    reports("b");

    assertThat(candidates()).hasSize(2);
  }

  @Test
  void answersWithWhatItHasWhenNoMoreCome() {
    reports("a");
    stage.pass(Duration.ofSeconds(11));
    figures(); // it has looked once
    stage.pass(Duration.ofSeconds(2));

    assertThat(candidates()).hasSize(1);
  }

  @Test
  void placesOnThoseItKnowsOnceTheyAreMost() {
    threeHostsAreAwaited();
    reports("a");
    asker.expectNoMessage(QUIET);
    reports("b");

    assertThat(candidates()).hasSize(2);
    scheduler.tell(
        new SchedulerActor.Place(RequestDraft.any().candidates(5).spec(), asker.getRef()));
    assertThat(candidates()).hasSize(2);
    reports("c");
    asker.expectNoMessage(QUIET);
  }

  /** A host that is not known yet may have what none of the others has. */
  @Test
  void refusesNobodyBeforeItKnowsAll() {
    threeHostsAreAwaited();
    var large = stage.probe(Decision.class);
    scheduler.tell(
        new SchedulerActor.Place(
            RequestDraft.any().asking(1, 1_000_000, 1).spec(), large.getRef()));
    reports("a");
    reports("b");
    assertThat(candidates()).hasSize(2);
    large.expectNoMessage(QUIET);

    reports("c");
    stage.untilLateWordsAreThere(scheduler);

    assertThat(large.receiveMessage()).isInstanceOf(Decision.NoValidHost.class);
  }

  /** Where the others of the group are is not known. */
  @Test
  void membersOfGroupsWaitForAllHosts() {
    threeHostsAreAwaited();
    var member = stage.probe(Decision.class);
    scheduler.tell(
        new SchedulerActor.Place(
            RequestDraft.any().group(GroupSpec.Policy.AFFINITY, 1).spec(), member.getRef()));
    reports("a");
    reports("b");
    assertThat(candidates()).hasSize(2);
    member.expectNoMessage(QUIET);

    reports("c");

    assertThat(member.receiveMessage()).isInstanceOf(Decision.Placed.class);
  }

  private void threeHostsAreAwaited() {
    begin();
    connectionNames("a", "b", "c");
  }

  /** What was asked of a node that had just died is lost; so is the last of many messages. */
  @Test
  void hostsThatWereNotHeardAreAskedAgainUntilTheyAre() {
    reports("a");
    for (int round = 0; round < 15; round++) {
      stage.pass(Duration.ofSeconds(1));
      hosts.expectMessageClass(HostActor.Publish.class);
    }
    assertThat(candidates()).hasSize(1);
    stage.pass(Duration.ofSeconds(1));
    hosts.expectMessageClass(HostActor.Publish.class);
    reports("b");
    stage.until(() -> figures().hosts() == 2);
    stage.pass(Duration.ofSeconds(3));

    hosts.expectNoMessage(QUIET);
    connection.expectNoMessage(QUIET);
  }

  @Test
  void connectionThatDoesNotAnswerIsAskedAgain() {
    begin();
    connection.expectMessageClass(ConnectionActor.ListHosts.class);

    stage.pass(Duration.ofSeconds(1));

    connection.expectMessageClass(ConnectionActor.ListHosts.class);
  }
}
