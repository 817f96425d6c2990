package io.troupe.actors.host;

import static io.troupe.actors.Examples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.resource.Provider;
import io.troupe.actors.scheduler.resource.Stock;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Traits and resource classes that an operator gives a host, and claims that hold them. */
class HostEquipmentTest {
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 16.0, 1.0, 1.0, 0, 0, 0, "zone-1");
  private static final Equipment.Change TWO_CARDS =
      Equipment.Change.providers(
          List.of(
              new Provider("card-a", Set.of(), Map.of("CUSTOM_FPGA", Stock.of(1))),
              new Provider("card-b", Set.of("CUSTOM_BIG"), Map.of("CUSTOM_FPGA", Stock.of(1)))));

  @RegisterExtension static final Stage stage = new Stage();

  private ActorRef<HostActor.Message> actor;

  private Behavior<HostActor.Message> behavior() {
    return HostActor.create(
        H1,
        stage,
        (_, _, up) -> new HostState.Surroundings("zone-1", Map.of(), true, "", up),
        SETTINGS,
        stage.journalMeter(),
        stage);
  }

  @BeforeEach
  void enter() {
    stage.clear();
    actor = stage.enter(behavior());
    isSeen();
  }

  private void isSeen() {
    actor.tell(
        new HostActor.Seen(
            new ConnectionId("c-1"), "through-1", Examples.inventory(H1, 64, 64 * 1024, 1000)));
  }

  private static RequestSpec spec(int instance, Map<String, String> extraSpecs) {
    return new RequestSpec(
        Examples.instance(instance),
        Examples.PROJECT,
        new Resources(1, 16, 1),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        extraSpecs,
        Map.of("hw_disk_bus", "virtio", "owner", "me"),
        3,
        new RequestDetail(Optional.of("m1.fpga"), Optional.empty(), Optional.empty(), Set.of()));
  }

  private HostActor.ClaimReply claim(int instance, Map<String, String> extraSpecs) {
    return stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.MakeClaim(spec(instance, extraSpecs), 1, to));
  }

  private HostActor.AdministerReply equip(Equipment.Change change) {
    return stage.ask(actor, HostActor.AdministerReply.class, to -> new HostActor.Equip(change, to));
  }

  private HostView view() {
    return stage.ask(actor, HostActor.ViewReply.class, HostActor.GetView::new).view().orElseThrow();
  }

  @Test
  void aStormForTheLastCardsHasTwoWinners() {
    equip(TWO_CARDS);
    var replies = stage.probe(HostActor.ClaimReply.class);
    IntStream.rangeClosed(1, 100)
        .parallel()
        .forEach(
            number ->
                actor.tell(
                    new HostActor.MakeClaim(
                        spec(number, Map.of("resources:CUSTOM_FPGA", "1")), 1, replies.getRef())));

    var answers = replies.receiveSeveralMessages(100);

    assertThat(answers.stream().filter(HostActor.ClaimMade.class::isInstance)).hasSize(2);
    assertThat(answers).contains(new HostActor.ClaimRefused("CUSTOM_FPGA 1 asked, 0 free"));
    assertThat(view().detail().used())
        .isEqualTo(
            Map.of("card-a", Map.of("CUSTOM_FPGA", 1L), "card-b", Map.of("CUSTOM_FPGA", 1L)));
  }

  @Test
  void equipmentAndWhatClaimsHoldOfItSurviveACrash() {
    equip(TWO_CARDS);
    equip(Equipment.Change.traits(Set.of("CUSTOM_RACK_7")));
    claim(1, Map.of("resources1:CUSTOM_FPGA", "1", "trait1:CUSTOM_BIG", "required"));
    var before = view();

    actor = stage.killAndBringBack(actor, behavior());
    isSeen();

    var after = view();
    assertThat(after.equipment()).isEqualTo(before.equipment());
    assertThat(after.detail()).isEqualTo(before.detail());
    assertThat(after.detail().used()).isEqualTo(Map.of("card-b", Map.of("CUSTOM_FPGA", 1L)));
    assertThat(after.detail().traits()).contains("CUSTOM_RACK_7", "HW_CPU_X86_AVX2");
    assertThat(after.detail().residents().flavors()).isEqualTo(Map.of("m1.fpga", 1));
    assertThat(after.detail().residents().imageProperties())
        .isEqualTo(Map.of("hw_disk_bus=virtio", 1));
    assertThat(claim(1, Map.of("resources:CUSTOM_FPGA", "1")))
        .as("the same claim once more holds what it holds")
        .isInstanceOf(HostActor.ClaimMade.class);
    assertThat(view().detail().used()).isEqualTo(before.detail().used());
  }

  @Test
  void aReleaseGivesTheCardBack() {
    equip(TWO_CARDS);
    claim(1, Map.of("resources:CUSTOM_FPGA", "1"));

    stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.ReleaseClaim(Examples.instance(1), 1, to));

    assertThat(view().detail().used()).isEmpty();
    assertThat(view().detail().residents().instances()).isEmpty();
  }

  @Test
  void aResizeInPlaceHoldsWhatBothFlavorsAskUntilItIsConfirmed() {
    equip(TWO_CARDS);
    claim(1, Map.of("resources:CUSTOM_FPGA", "1"));
    var resized =
        spec(1, Map.of("resources1:CUSTOM_FPGA", "1", "trait1:CUSTOM_BIG", "required"))
            .with(
                new RequestDetail(
                    Optional.of("m1.big"), Optional.empty(), Optional.empty(), Set.of()));

    stage.ask(actor, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(resized, 2, to));

    var one = Map.of("CUSTOM_FPGA", 1L);
    assertThat(view().detail().used()).isEqualTo(Map.of("card-a", one, "card-b", one));
    assertThat(view().detail().residents().flavors()).isEqualTo(Map.of("m1.big", 1));
    assertThat(claim(2, Map.of("resources:CUSTOM_FPGA", "1")))
        .isInstanceOf(HostActor.ClaimRefused.class);
    actor = stage.killAndBringBack(actor, behavior());
    isSeen();
    stage.ask(actor, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(resized, 3, to));
    assertThat(view().detail().used()).isEqualTo(Map.of("card-b", one));
  }

  @Test
  void whatInstancesHoldCannotGo() {
    equip(TWO_CARDS);
    claim(1, Map.of("resources:CUSTOM_FPGA", "1"));

    var refused = equip(Equipment.Change.providers(List.of()));

    assertThat(refused.refusal().orElseThrow().toString())
        .contains("Inventory of CUSTOM_FPGA of card-a is in use.");
    assertThat(view().equipment().providers()).hasSize(2);
  }

  @Test
  void failedBuildsAreToldUntilOneSucceeds() {
    actor.tell(new HostActor.Run(spawn("r-1"), stage.probe(DriverActor.Reply.class).getRef()));
    var execute = stage.nextToOthers(ConnectionActor.Execute.class);

    execute
        .replyTo()
        .tell(
            DriverActor.Failed.of(
                execute.command(),
                new DriverFailure(DriverFailure.Kind.HOST_FAULT, "no space left")));

    var told = stage.nextToOthers(SchedulerActor.HostDelta.class);
    while (told.row().detail().failedBuilds() == 0) {
      told = stage.nextToOthers(SchedulerActor.HostDelta.class);
    }
    assertThat(told.row().detail().failedBuilds()).isEqualTo(1);
  }

  private static DriverCommand spawn(String operation) {
    var target =
        new GuestTarget(
            Examples.instance(1),
            H1.value(),
            1,
            0,
            new OperationId(operation),
            stage.instant().plusSeconds(60));
    var guest =
        new GuestSpec(
            "web",
            "web",
            "project",
            "user",
            new Resources(1, 16, 1),
            GuestSpec.ImageRef.NONE,
            List.of(),
            new GuestSpec.ConfigDrive(
                Map.of(), Optional.empty(), Optional.empty(), "", "zone-1", List.of()),
            Map.of());
    return new DriverCommand.Spawn(target, guest);
  }
}
