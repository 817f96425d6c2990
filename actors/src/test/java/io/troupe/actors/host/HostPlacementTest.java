package io.troupe.actors.host;

import static io.troupe.actors.Examples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.config.FleetSettings;
import io.troupe.config.PciAlias;
import io.troupe.config.PciNumaPolicy;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.HostTopology.Cell;
import io.troupe.drivers.spi.HostTopology.Device;
import io.troupe.drivers.spi.HostTopology.Type;
import java.util.HashSet;
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

/** What claims are given of a host's cells and devices. CPUs 2 to 7 of 8 are dedicated. */
class HostPlacementTest {
  private static final FleetSettings SETTINGS =
      new FleetSettings(10_000, 60_000, 4.0, 1.0, 1.0, 0, 0, 0, "zone-1")
          .withPciAliases(
              List.of(new PciAlias("gpu", "10de", "1db6", "PCI", PciNumaPolicy.LEGACY)));
  private static final HostTopology TOPOLOGY =
      new HostTopology(
          List.of(cell(0), cell(1)),
          List.of(2, 3, 4, 5, 6, 7),
          List.of(device(0), device(1), device(2)));
  private static final Map<String, String> PINNED = Map.of("hw:cpu_policy", "dedicated");

  @RegisterExtension static final Stage stage = new Stage();

  private ActorRef<HostActor.Message> actor;

  private static Cell cell(int id) {
    var cores = IntStream.range(4 * id, 4 * id + 4).mapToObj(List::of).toList();
    return new Cell(id, id, cores, 8_192, List.of());
  }

  private static Device device(int number) {
    return new Device(
        "0000:0" + number + ":00.0",
        "10de",
        "1db6",
        Type.PCI,
        number < 2 ? Optional.of(number) : Optional.empty(),
        Optional.empty(),
        Map.of());
  }

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
    var inventory = Examples.inventory(H1, 8, 16_384, 1_000).with(TOPOLOGY);
    actor.tell(new HostActor.Seen(new ConnectionId("c-1"), "through-1", inventory));
  }

  private static RequestSpec spec(
      int instance, String flavor, int vcpus, Map<String, String> extraSpecs) {
    var own = new Resources(vcpus, 1_024, 1);
    var detail =
        new RequestDetail(Optional.of(flavor), Optional.empty(), Optional.empty(), Set.of());
    return new RequestSpec(
        Examples.instance(instance),
        Examples.PROJECT,
        GuestShape.shared(own, own, extraSpecs, Map.of()),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        extraSpecs,
        Map.of(),
        3,
        detail.of(own, extraSpecs, Map.of()));
  }

  private HostActor.ClaimReply claim(RequestSpec spec, long generation) {
    return stage.ask(
        actor, HostActor.ClaimReply.class, to -> new HostActor.MakeClaim(spec, generation, to));
  }

  private List<GuestPlacement> placements() {
    return stage
        .ask(actor, HostActor.ViewReply.class, HostActor.GetView::new)
        .view()
        .orElseThrow()
        .detail()
        .parts()
        .orElseThrow()
        .placements();
  }

  private Set<Integer> pinned() {
    var all = new HashSet<Integer>();
    placements().forEach(placement -> all.addAll(placement.ownCpus()));
    return all;
  }

  @Test
  void aStormForTheLastCpusGivesEachOnce() {
    var replies = stage.probe(HostActor.ClaimReply.class);
    IntStream.rangeClosed(1, 60)
        .parallel()
        .forEach(
            number ->
                actor.tell(
                    new HostActor.MakeClaim(
                        spec(number, "m1.pin", 1, PINNED), 1, replies.getRef())));

    var answers = replies.receiveSeveralMessages(60);

    assertThat(answers.stream().filter(HostActor.ClaimMade.class::isInstance)).hasSize(6);
    assertThat(answers)
        .contains(
            new HostActor.ClaimRefused(
                "dedicated cpus for guest cell 0 on cell 0 1 asked, 0 free"));
    assertThat(pinned()).containsExactlyInAnyOrder(2, 3, 4, 5, 6, 7);
    assertThat(placements()).hasSize(6);
  }

  @Test
  void refusalSaysWhichAliasLacksHowMany() {
    claim(spec(1, "m1.gpu", 1, Map.of("pci_passthrough:alias", "gpu:2")), 1);

    assertThat(claim(spec(2, "m1.gpu", 1, Map.of("pci_passthrough:alias", "gpu:2")), 1))
        .isEqualTo(new HostActor.ClaimRefused("devices of alias gpu 2 asked, 1 free"));
    assertThat(claim(spec(3, "m1.odd", 3, Map.of("hw:numa_nodes", "2")), 1))
        .isEqualTo(
            new HostActor.ClaimRefused(
                "hw:numa_nodes: 3 vCPUs and 1024 MiB of RAM are not evenly divided among 2"
                    + " cells"));
  }

  @Test
  void placementsSurviveACrashAndGoWithTheClaim() {
    claim(
        spec(
            1, "m1.gpu", 2, Map.of("hw:cpu_policy", "dedicated", "pci_passthrough:alias", "gpu:1")),
        1);
    var before = placements();

    actor = stage.killAndBringBack(actor, behavior());
    isSeen();

    assertThat(before).hasSize(1);
    assertThat(placements()).isEqualTo(before);
    claim(
        spec(
            1, "m1.gpu", 2, Map.of("hw:cpu_policy", "dedicated", "pci_passthrough:alias", "gpu:1")),
        2);
    assertThat(placements()).as("the same claim once more").isEqualTo(before);
    stage.ask(
        actor,
        HostActor.ClaimReply.class,
        to -> new HostActor.ReleaseClaim(Examples.instance(1), 2, to));
    assertThat(placements()).isEmpty();
  }

  @Test
  void driverIsToldWhereTheGuestRuns() {
    claim(spec(1, "m1.pin", 2, PINNED), 1);
    claim(spec(2, "m1.small", 2, Map.of()), 1);

    var pinned = spawned(1);
    var other = spawned(2);

    assertThat(pinned.orElseThrow().cells().getFirst().pins())
        .containsExactly(new GuestPlacement.Pin(0, 2), new GuestPlacement.Pin(1, 3));
    assertThat(other.orElseThrow().cells()).isEmpty();
    assertThat(other.orElseThrow().floating()).containsExactly(0, 1);
  }

  private Optional<GuestPlacement> spawned(int instance) {
    var target =
        new GuestTarget(
            Examples.instance(instance),
            H1.value(),
            1,
            0,
            OperationId.fresh(),
            stage.instant().plusSeconds(60));
    var guest =
        new GuestSpec(
            "web",
            "web",
            "project",
            "user",
            new Resources(2, 1_024, 1),
            GuestSpec.ImageRef.NONE,
            List.of(),
            new GuestSpec.ConfigDrive(
                Map.of(), Optional.empty(), Optional.empty(), "", "zone-1", List.of()),
            Map.of());
    actor.tell(
        new HostActor.Run(
            new DriverCommand.Spawn(target, guest), stage.probe(DriverActor.Reply.class).getRef()));
    var execute = stage.nextToOthers(ConnectionActor.Execute.class);
    return ((DriverCommand.Spawn) execute.command()).spec().placement();
  }

  @Test
  void resizedWhereItIsItHoldsBothPlacesUntilThatIsSettled() {
    claim(spec(1, "m1.two", 2, PINNED), 1);

    claim(spec(1, "m1.three", 3, PINNED), 2);
    var both = pinned();
    claim(spec(1, "m1.three", 3, PINNED), 2);
    assertThat(pinned()).as("asked for again").isEqualTo(both);
    claim(spec(1, "m1.two", 2, PINNED), 3);

    assertThat(both).hasSize(5);
    assertThat(pinned()).as("taken back").containsExactlyInAnyOrder(2, 3);
  }

  private GuestPlace place(int instance, int vcpus) {
    return stage
        .ask(
            actor,
            HostActor.PlaceReply.class,
            to ->
                new HostActor.GetPlace(
                    Examples.instance(instance), new Resources(vcpus, 1_024, 1), to))
        .place();
  }

  @Test
  void whoAsksIsToldThePlaceOfTheGuestThatHeMeans() {
    claim(spec(1, "m1.two", 2, PINNED), 1);
    claim(spec(1, "m1.three", 3, PINNED), 2);

    assertThat(place(1, 2).placement().orElseThrow().ownCpus()).containsExactly(2, 3);
    assertThat(place(1, 3).placement().orElseThrow().ownCpus()).hasSize(3).doesNotContain(2, 3);
    assertThat(place(1, 3).topology()).isEqualTo(TOPOLOGY);
    assertThat(place(9, 2)).as("nobody's").isEqualTo(GuestPlace.NONE);
  }

  @Test
  void confirmedItGivesItsFormerPlaceAway() {
    claim(spec(1, "m1.two", 2, PINNED), 1);
    claim(spec(1, "m1.three", 3, PINNED), 2);

    claim(spec(1, "m1.three", 3, PINNED), 3);

    assertThat(pinned()).hasSize(3);
    assertThat(claim(spec(2, "m1.three", 3, PINNED), 1)).isInstanceOf(HostActor.ClaimRefused.class);
    assertThat(claim(spec(2, "m1.two", 2, PINNED), 1)).isInstanceOf(HostActor.ClaimMade.class);
  }

  @Test
  void smallerFlavorThatNeedsOwnCpusIsNotGrantedBlindly() {
    claim(spec(1, "m1.four", 4, PINNED), 1); // cell 1
    claim(spec(2, "m1.two", 2, PINNED), 1); // cell 0
    claim(spec(3, "m1.shared", 2, Map.of()), 1);

    assertThat(claim(spec(3, "m1.one", 1, PINNED), 2))
        .isEqualTo(
            new HostActor.ClaimRefused(
                "dedicated cpus for guest cell 0 on cell 0 1 asked, 0 free"));
  }
}
