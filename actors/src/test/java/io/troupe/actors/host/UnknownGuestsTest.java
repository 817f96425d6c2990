package io.troupe.actors.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.actors.Examples;
import io.troupe.actors.Stage;
import io.troupe.config.FleetSettings;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.DriverActor;
import io.troupe.drivers.spi.GuestReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guests that no claim stands for, as monitoring sees them. */
class UnknownGuestsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Stage stage;
  private ActorRef<HostActor.Message> actor;

  @BeforeEach
  void enter() {
    stage = new Stage();
    actor =
        stage.enter(
            HostActor.create(
                Examples.H1,
                stage,
                (_, _, up) -> new HostState.Surroundings("z", Map.of(), true, "", up),
                new FleetSettings(10_000, 60_000, 1.0, 1.0, 1.0, 0, 0, 0, "z"),
                stage.journalMeter(),
                new UnknownGuestsMeter(registry),
                stage));
    actor.tell(
        new HostActor.Seen(
            new ConnectionId("c"), "through", Examples.inventory(Examples.H1, 8, 8192, 80)));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private void hypervisorShows(int guests) {
    actor.tell(new HostActor.Compare());
    stage
        .nextToOthers(ConnectionActor.ListGuests.class)
        .replyTo()
        .tell(
            new DriverActor.GuestsShown(
                Examples.H1.value(),
                IntStream.range(0, guests)
                    .mapToObj(
                        n ->
                            new GuestReport(
                                "somebodys-" + n, Optional.empty(), 0, PowerState.RUNNING))
                    .toList()));
    stage.until(() -> view().foreignGuests().size() == guests); // it has read that
  }

  private HostView view() {
    return stage.ask(actor, HostActor.ViewReply.class, HostActor.GetView::new).view().orElseThrow();
  }

  private List<Double> said() {
    return registry.find(UnknownGuestsMeter.NAME).tag("host", Examples.H1.value()).gauges().stream()
        .map(gauge -> gauge.value())
        .toList();
  }

  @Test
  void areCountedByHostAndOnlyWhereThereAreSome() {
    assertThat(said()).isEmpty();

    hypervisorShows(2);
    assertThat(said()).containsExactly(2.0);
    hypervisorShows(1);
    assertThat(said()).containsExactly(1.0);
    hypervisorShows(0);
    assertThat(said()).isEmpty();
  }

  /** Another node speaks of the host from then on. */
  @Test
  void areForgottenWithTheActor() {
    hypervisorShows(3);

    stage.clear();

    stage.until(() -> said().isEmpty());
  }
}
