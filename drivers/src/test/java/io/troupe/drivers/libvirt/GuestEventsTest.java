package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;

/** Which of libvirt's events are passed on, and whom they are asked about. */
class GuestEventsTest {
  private final List<GuestEvent> passedOn = new ArrayList<>();
  private final List<InstanceId> asked = new ArrayList<>();
  private final GuestEvents events = new GuestEvents("h", passedOn::add);
  private final InstanceId guest = InstanceId.fresh();

  @AfterEach
  void close() {
    events.close();
  }

  private void hostAnswers(Optional<Long> generation) {
    events.ask(
        instance -> {
          asked.add(instance);
          return generation;
        });
  }

  private void happens(DomainEventType type, int detail) {
    events.pass(guest, new DomainEvent(type, detail), Instant.EPOCH);
  }

  @Test
  void aGuestThatIsShuttingDownIsNotAskedAbout() {
    hostAnswers(Optional.of(3L));

    happens(DomainEventType.SHUTDOWN, 0);
    happens(DomainEventType.DEFINED, 0);
    happens(DomainEventType.UNDEFINED, 0);

    assertThat(asked).isEmpty();
    assertThat(passedOn).isEmpty();
  }

  /** Its host has no domain of that name any more, but it was known before. */
  @Test
  void theEndOfAGuestThatIsGoneIsPassedOn() {
    hostAnswers(Optional.of(3L));
    happens(DomainEventType.STARTED, 0);
    hostAnswers(Optional.empty());

    happens(DomainEventType.SHUTDOWN, 0);
    happens(DomainEventType.STOPPED, 0);

    assertThat(passedOn)
        .extracting(GuestEvent::power)
        .containsExactly(PowerState.RUNNING, PowerState.SHUTDOWN);
    assertThat(passedOn).extracting(GuestEvent::generation).containsOnly(3L);
  }

  @Test
  void whatTheHostCannotBeAskedAboutIsLeftToTheListOfGuests() {
    events.ask(
        instance -> {
          throw DriverException.retryable("the connection is closed");
        });
    happens(DomainEventType.STARTED, 0);
    assertThat(passedOn).isEmpty();

    hostAnswers(Optional.of(4L));
    happens(DomainEventType.STOPPED, 0);

    assertThat(passedOn).extracting(GuestEvent::generation).containsExactly(4L);
  }
}
