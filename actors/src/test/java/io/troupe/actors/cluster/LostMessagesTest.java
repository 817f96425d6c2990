package io.troupe.actors.cluster;

import static io.troupe.actors.Examples.H1;
import static io.troupe.actors.Examples.NOW;
import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Answer;
import io.troupe.actors.Examples;
import io.troupe.actors.Placements;
import io.troupe.actors.Rejection;
import io.troupe.actors.Stage;
import io.troupe.actors.Wired;
import io.troupe.actors.catalog.CatalogActor;
import io.troupe.actors.catalog.CatalogCopy;
import io.troupe.actors.catalog.CatalogEntry;
import io.troupe.actors.catalog.CatalogState;
import io.troupe.actors.catalog.Connection;
import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.actors.catalog.Kinds;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.SchedulingPause;
import io.troupe.actors.host.Administration;
import io.troupe.actors.host.ConnectionActor;
import io.troupe.actors.host.HostActor;
import io.troupe.actors.host.HostState;
import io.troupe.actors.host.HostView;
import io.troupe.actors.instance.InstanceActor;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.OperationMeter;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.network.NetworkActor;
import io.troupe.actors.network.Port;
import io.troupe.actors.project.Limits;
import io.troupe.actors.project.ProjectActor;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.view.InstanceIndex;
import io.troupe.config.ApiSettings;
import io.troupe.config.FleetSettings;
import io.troupe.config.NetworkSettings;
import io.troupe.config.OperationSettings;
import io.troupe.config.SchedulerSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.DriverProviders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever asks an entity hears what became of the request though the first question, or the first
 * answer, is lost; and it was carried out once.
 */
class LostMessagesTest {
  private static final ConnectionId CONNECTION = new ConnectionId("c-1");

  private enum Lost {
    QUESTION,
    ANSWER
  }

  @RegisterExtension static final Stage stage = new Stage();

  private final CatalogCopy copy = new CatalogCopy();
  private final Wired wired = new Wired();
  private final InstanceIndex index = new InstanceIndex(10);
  private ShardedCatalog catalog;
  private Wire wire;

  @BeforeEach
  void emptyCatalog() {
    stage.clear();
    Kinds.all().forEach(kind -> copy.put(kind, 0, List.of()));
    catalog = new ShardedCatalog(stage.system(), wired, copy);
  }

  /** Puts an entity behind a wire that loses the first message of a kind, or its answer. */
  private <M> void entity(Class<M> protocol, Behavior<M> behavior, Lost what, Class<?> kind) {
    entity(protocol, behavior, what, kind::isInstance);
  }

  private <M> void entity(
      Class<M> protocol, Behavior<M> behavior, Lost what, Predicate<Object> which) {
    wire =
        switch (what) {
          case QUESTION -> Wire.losingAQuestion(stage.system(), which);
          case ANSWER -> Wire.losingAnAnswer(stage.system(), which);
        };
    wired.put(protocol, stage.enter(wire.to(stage.enter(behavior))));
  }

  /** What is answered when the lost message is sent again. */
  private <T> T afterTheLoss(CompletionStage<T> answer) throws Exception {
    wire.awaitLoss();
    stage.pass(PatientAsk.AGAIN_AFTER);
    return answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static <T> T accepted(Answer<T> answer) {
    assertThat(answer).isInstanceOf(Answer.Accepted.class);
    return ((Answer.Accepted<T>) answer).value();
  }

  @Nested
  class OfTheCatalog {
    private final Project project = project("demo");

    private Project project(String name) {
      return new Project("1", name, true, Optional.empty(), Map.of());
    }

    /** On another node: nobody tells this one of its writes. */
    private void shelf(Class<? extends CatalogEntry> kind, Lost what, Class<?> message) {
      entity(CatalogActor.Message.class, CatalogActor.create(kind, _ -> {}), what, message);
    }

    private List<Object> journal() {
      return stage.journal("catalog|project");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCreatedIsNoConflictWithItself(Lost what) throws Exception {
      shelf(Project.class, what, CatalogActor.Create.class);

      assertThat(accepted(afterTheLoss(catalog.create(project)))).isEqualTo(project);

      assertThat(journal()).hasSize(1);
      assertThat(catalog.all(Project.class)).containsExactly(project);
    }

    @ParameterizedTest
    @EnumSource
    void theLastOneWithinALimitIsNotOneTooMany(Lost what) throws Exception {
      shelf(KeyPair.class, what, CatalogActor.CreateWithin.class);
      var key = new KeyPair("alice", "one", "ssh", "ssh-ed25519 AAAA", "aa:bb", NOW);

      assertThat(accepted(afterTheLoss(catalog.createWithin(key, 1)))).isEqualTo(key);

      assertThat(stage.journal("catalog|key-pair")).hasSize(1);
    }

    /** As an image is claimed for an upload, or a host put into an aggregate. */
    @ParameterizedTest
    @EnumSource
    void aChangeThatMayBeMadeOnceIsMadeOnce(Lost what) throws Exception {
      shelf(Project.class, what, CatalogActor.Replace.class);
      accepted(catalog.create(project).toCompletableFuture().get(10, TimeUnit.SECONDS));

      var changed =
          afterTheLoss(
              catalog.update(
                  Project.class,
                  "1",
                  now ->
                      now.name().equals("demo")
                          ? Answer.of(project("renamed"))
                          : Answer.refuse(new Rejection.Conflict("was renamed already"))));

      assertThat(accepted(changed)).isEqualTo(project("renamed"));
      assertThat(journal()).hasSize(2);
      assertThat(catalog.all(Project.class)).containsExactly(project("renamed"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRemovedIsNotMissing(Lost what) throws Exception {
      shelf(Project.class, what, CatalogActor.Remove.class);
      accepted(catalog.create(project).toCompletableFuture().get(10, TimeUnit.SECONDS));

      assertThat(accepted(afterTheLoss(catalog.remove(Project.class, "1")))).isEqualTo(project);

      assertThat(journal()).hasSize(2);
      assertThat(catalog.all(Project.class)).isEmpty();
    }

    @Test
    void whatWasNeverThereIsMissingHoweverOftenItIsAsked() throws Exception {
      shelf(Project.class, Lost.QUESTION, CatalogActor.Remove.class);

      assertThat(afterTheLoss(catalog.remove(Project.class, "1")))
          .isEqualTo(Answer.refuse(new Rejection.NotFound("Project", "1")));
    }
  }

  @Nested
  class OfHosts {
    private ShardedHosts hosts;

    private void host(Lost what, Class<?> message) {
      var behavior =
          HostActor.create(
              H1,
              stage,
              (_, _, up) -> new HostState.Surroundings("zone-1", Map.of(), true, "", up),
              FleetSettings.DEFAULT,
              stage.journalMeter(),
              stage);
      entity(HostActor.Message.class, behavior, what, message);
      wired
          .host(H1)
          .tell(new HostActor.Seen(CONNECTION, "through-1", Examples.inventory(H1, 4, 8192, 100)));
      hosts = new ShardedHosts(stage.system(), wired, catalog, new DriverProviders(List.of()));
    }

    private void connection(Lost what, Class<?> message) {
      var shown = new ConnectionActor.Hosts(CONNECTION, "up", "", Set.of(H1));
      Behavior<ConnectionActor.Message> behavior =
          Behaviors.receiveMessage(
              question -> {
                if (question instanceof ConnectionActor.ListHosts(_, var replyTo)) {
                  replyTo.tell(shown);
                }
                return Behaviors.same();
              });
      var registered = new Connection("c-1", "fake://", Map.of(), true, "", NOW);
      copy.put(Connection.class, 1, List.of(new CatalogState.Versioned(registered, 1)));
      entity(ConnectionActor.Message.class, behavior, what, message);
    }

    @ParameterizedTest
    @EnumSource
    void anAdministratorsDecisionHolds(Lost what) throws Exception {
      host(what, HostActor.Administer.class);

      var view = afterTheLoss(hosts.administer(H1, Administration.Change.disable("disks")));

      assertThat(accepted(view).disabledReason()).isEqualTo("disks");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRemovedIsNotMissing(Lost what) throws Exception {
      host(what, HostActor.Remove.class);

      assertThat(accepted(afterTheLoss(hosts.removeHost(H1))).id()).isEqualTo(H1);
    }

    @ParameterizedTest
    @EnumSource
    void aHostIsListedThatDidNotAnswerAtFirst(Lost what) throws Exception {
      connection(what, ConnectionActor.Close.class);
      host(what, HostActor.GetView.class);

      assertThat(afterTheLoss(hosts.hosts())).extracting(HostView::id).containsExactly(H1);
    }

    @ParameterizedTest
    @EnumSource
    void soAreTheHostsOfAConnection(Lost what) throws Exception {
      host(what, HostActor.Forget.class);
      connection(what, ConnectionActor.ListHosts.class);

      assertThat(afterTheLoss(hosts.hosts())).extracting(HostView::id).containsExactly(H1);
    }
  }

  @Nested
  class OfTheCloud {
    private final ShardedCloud cloud =
        new ShardedCloud(stage.system(), wired, InstanceId::fresh, catalog, index);

    private void network(Lost what, Class<?> message) {
      var behavior =
          NetworkActor.create(
              "net-0",
              () -> Optional.of(Examples.network(0, 10, 20)),
              NetworkSettings.DEFAULT,
              stage);
      entity(NetworkActor.Message.class, behavior, what, message);
    }

    private CompletionStage<Answer<Port>> createPort() {
      return cloud.createPort("net-0", "demo", "mine", Optional.of("10.0.0.12"));
    }

    @ParameterizedTest
    @EnumSource
    void aPortsAddressIsNotTakenByItself(Lost what) throws Exception {
      network(what, NetworkActor.CreatePort.class);

      assertThat(accepted(afterTheLoss(createPort())).address()).isEqualTo("10.0.0.12");
      assertThat(stage.journal("network|net-0")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedPortIsNotMissing(Lost what) throws Exception {
      network(what, NetworkActor.DeletePort.class);
      var port = accepted(createPort().toCompletableFuture().get(10, TimeUnit.SECONDS));

      assertThat(accepted(afterTheLoss(cloud.deletePort("net-0", port.id())))).isEqualTo(port);
      assertThat(accepted(createPort().toCompletableFuture().get(10, TimeUnit.SECONDS)).address())
          .isEqualTo("10.0.0.12");
    }

    @ParameterizedTest
    @EnumSource
    void portsAreListed(Lost what) throws Exception {
      network(what, NetworkActor.GetPorts.class);

      assertThat(afterTheLoss(cloud.ports("net-0"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void usageIsShown(Lost what) throws Exception {
      var id = new ProjectId("demo");
      var behavior =
          ProjectActor.create(id, () -> new Limits(10, 20, 1024, 5), stage.journalMeter());
      entity(ProjectActor.Message.class, behavior, what, ProjectActor.GetUsage.class);

      assertThat(afterTheLoss(cloud.usage(id)).maxCores()).isEqualTo(20);
    }
  }

  @Nested
  class OfAnInstance {
    private final ShardedCloud cloud =
        new ShardedCloud(stage.system(), wired, InstanceId::fresh, catalog, index);

    private void instance(Lost what, Class<?> message) {
      instance(what, message::isInstance);
    }

    private void instance(Lost what, Predicate<Object> which) {
      var behavior =
          InstanceActor.create(
              Examples.instance(1),
              stage,
              index,
              OperationSettings.DEFAULT,
              new OperationMeter(new SimpleMeterRegistry()),
              stage.journalMeter(),
              stage,
              stage.nobody());
      entity(InstanceActor.Message.class, behavior, what, which);
    }

    /** The quota agrees when it is asked; until then nobody is answered. */
    private void grant() {
      stage.nextToOthers(ProjectActor.Reserve.class).replyTo().tell(new ProjectActor.Granted());
    }

    private void boot() throws Exception {
      var boot = new UserCommand.Boot(origin("req-boot"), Examples.boot(0));
      var answer = cloud.command(Examples.instance(1), boot);
      grant();
      accepted(answer.toCompletableFuture().get(10, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @EnumSource
    void itIsBootedOnce(Lost what) throws Exception {
      instance(what, InstanceActor.Do.class);
      var boot = new UserCommand.Boot(origin("req-boot"), Examples.boot(0));
      var answer = cloud.command(Examples.instance(1), boot);
      wire.awaitLoss();
      if (what == Lost.ANSWER) {
        grant();
        stage.pass(PatientAsk.AGAIN_AFTER);
      } else {
        stage.pass(PatientAsk.AGAIN_AFTER);
        grant();
      }

      var view = accepted(answer.toCompletableFuture().get(10, TimeUnit.SECONDS));

      assertThat(view.id()).isEqualTo(Examples.instance(1));
      var trails = cloud.operations(view.id()).toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertThat(trails).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void itIsDeletedOnce(Lost what) throws Exception {
      instance(what, message -> message instanceof InstanceActor.Do(UserCommand.Delete _, var _));
      boot();
      var delete = new UserCommand.Delete(origin("req-delete"));

      accepted(afterTheLoss(cloud.command(Examples.instance(1), delete)));

      var trails =
          cloud.operations(Examples.instance(1)).toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertThat(trails).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void itIsShown(Lost what) throws Exception {
      instance(what, InstanceActor.Get.class);
      boot();

      assertThat(afterTheLoss(cloud.get(Examples.instance(1)))).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void itsConsoleIsReadUnderOneOperation(Lost what) throws Exception {
      instance(what, InstanceActor.ReadConsole.class);
      boot();

      var answer = afterTheLoss(cloud.consoleOutput(Examples.instance(1), 10));

      // It is on no host yet: that is an answer.
      assertThat(answer)
          .isEqualTo(Answer.refuse(new Rejection.NotReady(Examples.instance(1).toString())));
    }

    /** Before HTTP gives up, so that the client hears why. */
    @Test
    void patienceEnds() throws Exception {
      assertThat(PatientAsk.PATIENCE)
          .isLessThan(Duration.ofSeconds(ApiSettings.DEFAULT.requestTimeoutSeconds()));
      index.put(InstanceState.absent(Examples.instance(1)), 1);
      wired.put(InstanceActor.Message.class, stage.nobody());
      var command = new UserCommand.Start(origin("req-start"));

      var answer = cloud.command(Examples.instance(1), command);
      stage.pass(PatientAsk.PATIENCE.minusMillis(1));
      assertThatThrownBy(() -> answer.toCompletableFuture().get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      stage.pass(Duration.ofMillis(1));

      assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS))
          .isEqualTo(
              Answer.refuse(
                  new Rejection.Unavailable(
                      "No answer in time; the request may still be carried out.")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePlacementIsExplained(Lost what) throws Exception {
    wired.put(
        CatalogActor.Message.class,
        stage.enter(CatalogActor.create(SchedulingPause.class, _ -> {})));
    var behavior =
        SchedulerActor.create(
            wired, Set::of, SchedulerSettings.DEFAULT, new SimpleMeterRegistry(), stage);
    entity(SchedulerActor.Message.class, behavior, what, SchedulerActor.Explain.class);
    var flavor =
        new Flavor(
            "1", "m1.nano", 1, 128, 1, 0, 0, 1.0, true, Optional.empty(), Map.of(), Set.of(), NOW);
    copy.put(Flavor.class, 1, List.of(new CatalogState.Versioned(flavor, 1)));
    var cloud = new ShardedCloud(stage.system(), wired, InstanceId::fresh, catalog, index);

    var answer =
        afterTheLoss(
            cloud.explain(new Placements.Question("1", "demo", Optional.empty(), Map.of())));

    assertThat(accepted(answer).hosts()).isEmpty();
  }

  /** An answer that comes while the question is being repeated is as good as any. */
  @Test
  void aLateAnswerIsAnAnswer() throws ExecutionException, InterruptedException, TimeoutException {
    var slow = stage.probe(NetworkActor.Message.class);
    wired.put(NetworkActor.Message.class, slow.getRef());
    var cloud = new ShardedCloud(stage.system(), wired, InstanceId::fresh, catalog, index);
    var answer = cloud.ports("net-0");
    var first = slow.expectMessageClass(NetworkActor.GetPorts.class);
    stage.pass(PatientAsk.AGAIN_AFTER);
    slow.expectMessageClass(NetworkActor.GetPorts.class);

    first.replyTo().tell(new NetworkActor.Ports(List.of()));

    assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEmpty();
  }
}
