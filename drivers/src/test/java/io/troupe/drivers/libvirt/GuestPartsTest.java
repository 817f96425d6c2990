package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;

/** The small pure parts that the driver is put together from. */
class GuestPartsTest {
  @Nested
  class Volumes {
    private final InstanceId instance = InstanceId.fresh();
    private final GuestVolumes third = new GuestVolumes(instance, 3);

    @Test
    void coverTheGuestsOwnFilesOfThisAndOlderGenerations() {
      assertThat(third.covers(third.rootDisk())).isTrue();
      assertThat(third.covers(third.configDrive())).isTrue();
      assertThat(third.covers(third.consoleLog() + ".0")).isTrue();
      assertThat(third.covers(new GuestVolumes(instance, 2).rootDisk())).isTrue();
    }

    @Test
    void coverNothingOfANewerOwnerOrOfAnotherGuest() {
      assertThat(third.covers(new GuestVolumes(instance, 4).rootDisk())).isFalse();
      assertThat(third.covers(new GuestVolumes(instance, 30).rootDisk())).isFalse();
      assertThat(third.covers(new GuestVolumes(InstanceId.fresh(), 3).rootDisk())).isFalse();
      assertThat(third.covers("troupe-" + instance + ".backup")).isFalse();
      assertThat(third.covers("troupe-image-00.qcow2")).isFalse();
      assertThat(third.covers("somebody-elses.qcow2")).isFalse();
    }
  }

  @Nested
  class Power {
    @ParameterizedTest
    @CsvSource({
      "0, 0, NOSTATE", "1, 1, RUNNING", "2, 0, RUNNING", "3, 1, PAUSED", "4, 1, RUNNING",
      "5, 1, SHUTDOWN", "5, 3, CRASHED", "6, 1, CRASHED", "7, 0, SUSPENDED", "99, 0, NOSTATE"
    })
    void isReadFromLibvirtsNumbers(int state, int reason, PowerState power) {
      assertThat(PowerStates.of(state, reason)).isEqualTo(power);
    }

    @ParameterizedTest
    @CsvSource({
      "STARTED, 0, RUNNING", "RESUMED, 0, RUNNING", "SUSPENDED, 0, PAUSED",
      "STOPPED, 0, SHUTDOWN", "STOPPED, 1, SHUTDOWN", "STOPPED, 2, CRASHED",
      "STOPPED, 4, SUSPENDED", "CRASHED, 0, CRASHED", "PMSUSPENDED, 0, SUSPENDED"
    })
    void isReadFromEvents(DomainEventType type, int detail, PowerState power) {
      assertThat(GuestEvents.power(new DomainEvent(type, detail))).contains(power);
    }

    /** Details 7 and 3 are those of post-copy, which the library does not know. */
    @ParameterizedTest
    @CsvSource({
      "STARTED, 0, false", "STARTED, 1, true", "STOPPED, 0, false", "STOPPED, 3, true",
      "STOPPED, 5, false", "SUSPENDED, 0, false", "SUSPENDED, 1, true", "SUSPENDED, 7, true",
      "RESUMED, 0, false", "RESUMED, 1, true", "RESUMED, 3, true"
    })
    void ofAGuestThatIsMovedIsSaidByWhoeverMovesIt(
        DomainEventType type, int detail, boolean migration) {
      assertThat(GuestEvents.isMigration(new DomainEvent(type, detail))).isEqualTo(migration);
    }

    @ParameterizedTest
    @CsvSource({"DEFINED", "UNDEFINED", "SHUTDOWN"})
    void isNotChangedByOtherEvents(DomainEventType type) {
      assertThat(GuestEvents.power(new DomainEvent(type, 0))).isEmpty();
    }
  }

  @Nested
  class VncAddress {
    @ParameterizedTest
    @CsvSource({
      "5901, 127.0.0.11, 127.0.0.11:5901",
      "5901, 0.0.0.0, 192.0.2.1:5901",
      "5901, ::1, [::1]:5901",
      "-1, 127.0.0.11, ''"
    })
    void isReadFromTheLiveDomain(String port, String listen, String address) {
      String xml =
          "<domain><devices><graphics type='vnc' port='"
              + port
              + "' listen='"
              + listen
              + "'/></devices></domain>";

      assertThat(Vnc.address(xml, "192.0.2.1")).isEqualTo(address);
    }

    @Test
    void isEmptyWithoutAServer() {
      assertThat(Vnc.address("<domain><devices/></domain>", "192.0.2.1")).isEmpty();
    }
  }

  @Nested
  class Console {
    @Test
    void leavesOutACharacterThatTheCutWentThrough() {
      byte[] bytes = "xäöü".getBytes(StandardCharsets.UTF_8);

      assertThat(ConsoleLog.text(bytes)).isEqualTo("xäöü");
      assertThat(ConsoleLog.text(Arrays.copyOfRange(bytes, 2, bytes.length))).isEqualTo("öü");
      assertThat(ConsoleLog.text(new byte[0])).isEmpty();
    }
  }
}
