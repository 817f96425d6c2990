package io.troupe.actors.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Entities;
import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostState;
import io.troupe.actors.host.HostView;
import io.troupe.actors.image.ImagesActor;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.volume.VolumesActor;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.RecipientRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the scheduler proposes to whom, the members of an affinity group share a host. */
class AffinityTest {
  private static final GroupSpec TOGETHER = new GroupSpec("g", GroupSpec.Policy.AFFINITY, 1);
  private static final List<HostId> HOSTS =
      List.of(new HostId("a"), new HostId("b"), new HostId("c"));

  @RegisterExtension static final Stage stage = new Stage();
  private final Map<HostId, ActorRef<HostActor.Message>> hosts = new HashMap<>();
  private ActorRef<ServerGroupActor.Message> group;

  @BeforeEach
  void enter() {
    stage.clear();
    group = stage.enter(ServerGroupActor.create("g", new Fleet()));
    for (HostId id : HOSTS) {
      hosts.put(id, stage.enter(behavior(id)));
      hosts
          .get(id)
          .tell(
              new HostActor.Seen(
                  new ConnectionId("c-1"),
                  "through-1",
                  Examples.inventory(id, 64, 64 * 1024, 1000)));
    }
  }

  private Behavior<HostActor.Message> behavior(HostId id) {
    return HostActor.create(
        id,
        new Fleet(),
        (_, _, up) -> new HostState.Surroundings("zone-1", Map.of(), true, "", up),
        FleetSettings.DEFAULT,
        stage.journalMeter(),
        stage);
  }

  /** Hosts and the group are real; everybody else is the stage. */
  private final class Fleet implements Entities {
    @Override
    public RecipientRef<InstanceActor.Message> instance(InstanceId id) {
      return stage.instance(id);
    }

    @Override
    public RecipientRef<HostActor.Message> host(HostId id) {
      return hosts.get(id);
    }

    @Override
    public RecipientRef<ConnectionActor.Message> connection(ConnectionId id) {
      return stage.connection(id);
    }

    @Override
    public RecipientRef<ProjectActor.Message> project(ProjectId id) {
      return stage.project(id);
    }

    @Override
    public RecipientRef<NetworkActor.Message> network(String networkId) {
      return stage.network(networkId);
    }

    @Override
    public RecipientRef<VolumesActor.Message> volumes(ProjectId project) {
      throw new AssertionError("nobody has volumes here");
    }

    @Override
    public RecipientRef<CatalogActor.Message> catalog(String kind) {
      return stage.catalog(kind);
    }

    @Override
    public RecipientRef<ServerGroupActor.Message> serverGroup(String groupId) {
      return group;
    }

    @Override
    public RecipientRef<ImagesActor.Message> images() {
      return stage.images();
    }

    @Override
    public RecipientRef<SchedulerActor.Message> scheduler() {
      return stage.scheduler();
    }
  }

  private static RequestSpec member(int instance) {
    return new RequestSpec(
        Examples.instance(instance),
        Examples.PROJECT,
        new Resources(1, 128, 1),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.of(TOGETHER),
        Map.of(),
        Map.of(),
        Map.of(),
        1);
  }

  private HostActor.ClaimReply claim(int instance, HostId host) {
    return stage.ask(
        hosts.get(host),
        HostActor.ClaimReply.class,
        to -> new HostActor.MakeClaim(member(instance), 1, to));
  }

  private void release(int instance, HostId host) {
    stage.ask(
        hosts.get(host),
        HostActor.ClaimReply.class,
        to -> new HostActor.ReleaseClaim(Examples.instance(instance), 1, to));
  }

  private HostView view(HostId host) {
    return stage
        .ask(hosts.get(host), HostActor.ViewReply.class, HostActor.GetView::new)
        .view()
        .orElseThrow();
  }

  @Test
  void theSecondMemberIsRefusedElsewhere() {
    assertThat(claim(1, HOSTS.get(0))).isInstanceOf(HostActor.ClaimMade.class);

    assertThat(claim(2, HOSTS.get(1)))
        .isEqualTo(new HostActor.ClaimRefused("1 of server group g on host a"));
    assertThat(claim(2, HOSTS.get(0))).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(claim(1, HOSTS.get(0))).as("again").isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void anEmptyGroupMayMove() {
    claim(1, HOSTS.get(0));
    release(1, HOSTS.get(0));

    assertThat(claim(2, HOSTS.get(1))).isInstanceOf(HostActor.ClaimMade.class);
    assertThat(claim(3, HOSTS.get(0))).isInstanceOf(HostActor.ClaimRefused.class);
  }

  @Test
  void theGroupRemembersItsHostOverACrash() {
    claim(1, HOSTS.get(0));

    group = stage.killAndBringBack(group, ServerGroupActor.create("g", new Fleet()));

    assertThat(claim(2, HOSTS.get(1))).isInstanceOf(HostActor.ClaimRefused.class);
    assertThat(stage.journal("server-group|g"))
        .containsExactly(new ServerGroupEvent.Settled(HOSTS.get(0)));
  }

  @Test
  void aHostThatDoesNotAnswerKeepsTheGroup() {
    claim(1, HOSTS.get(0));
    stage.killAndBringBack(hosts.get(HOSTS.get(0)), behavior(HOSTS.get(0)));

    var reply = stage.probe(HostActor.ClaimReply.class);
    hosts.get(HOSTS.get(1)).tell(new HostActor.MakeClaim(member(2), 1, reply.getRef()));
    stage.until(
        () -> {
          stage.pass(java.time.Duration.ofSeconds(1));
          return stage
              .askSoon(hosts.get(HOSTS.get(1)), HostActor.ViewReply.class, HostActor.GetView::new)
              .isPresent();
        });
    stage.pass(java.time.Duration.ofSeconds(4));

    assertThat(reply.receiveMessage()).isInstanceOf(HostActor.ClaimRefused.class);
  }

  /** Everybody is proposed another host, claims and gives up at random, all at the same time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void membersNeverPart(long seed) {
    var random = new Random(seed);
    var replies = stage.probe(HostActor.ClaimReply.class);
    var asked = 0;
    for (int round = 0; round < 60; round++) {
      int instance = 1 + random.nextInt(12);
      var host = hosts.get(HOSTS.get(random.nextInt(HOSTS.size())));
      host.tell(
          random.nextInt(3) > 0
              ? new HostActor.MakeClaim(member(instance), 1, replies.getRef())
              : new HostActor.ReleaseClaim(Examples.instance(instance), 1, replies.getRef()));
      asked++;
      if (random.nextInt(4) == 0) {
        replies.receiveSeveralMessages(asked);
        asked = 0;
        assertTogether(seed);
      }
    }
    replies.receiveSeveralMessages(asked);
    assertTogether(seed);
  }

  private void assertTogether(long seed) {
    var occupied = new HashSet<HostId>();
    for (HostId host : HOSTS) {
      if (!view(host).instances().isEmpty()) {
        occupied.add(host);
      }
    }
    assertThat(occupied).as("seed " + seed).hasSizeLessThanOrEqualTo(1);
  }
}
