package io.troupe.actors.instance;

import static io.troupe.actors.Examples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestSpec.TaggedDevice.Kind;
import io.troupe.drivers.spi.VolumeRef;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The owner's words for cards and volumes, given with the request for the instance. */
class DeviceTagsTest {
  private static final StepOutcome.Done DONE = new StepOutcome.Done("");
  private static final String DATA = Examples.volumeChoice(1).volumeId();

  private static Life atSpawn(Optional<String> ofCard, Optional<String> ofVolume) {
    var card = new NetworkChoice.OnNetwork("net-0", Optional.empty(), ofCard);
    var volume = new VolumeChoice(DATA, Optional.empty(), false, false, ofVolume);
    return Life.asked(Examples.boot(List.of(card)).withVolumes(List.of(volume)))
        .gets(DONE)
        .gets(Life.placed(H1))
        .gets(new StepOutcome.Claimed("zone-1"))
        .gets(new StepOutcome.Attached(Examples.nic(0)))
        .gets(
            new StepOutcome.VolumeConnected(
                new VolumeRef(DATA, "data.qcow2", "qcow2"),
                "attachment",
                5,
                new VolumePlace(Optional.of(H1), Optional.empty())));
  }

  private static List<GuestSpec.TaggedDevice> told(Life life) {
    var spawn = (DriverCommand.Spawn) ((Effect.RunOnHost) life.asks().what()).command();
    return spawn.spec().configDrive().devices();
  }

  @Test
  void theGuestIsToldThem() {
    var life = atSpawn(Optional.of("front"), Optional.of("db"));

    assertThat(told(life))
        .containsExactly(
            new GuestSpec.TaggedDevice(Kind.NIC, Examples.nic(0).mac(), "front"),
            new GuestSpec.TaggedDevice(Kind.DISK, DATA, "db"));
  }

  @Test
  void theyStayWithTheInstance() {
    var life =
        atSpawn(Optional.of("front"), Optional.of("db"))
            .gets(new StepOutcome.Guest(true, PowerState.RUNNING))
            .gets(DONE);

    assertThat(life.rests()).isTrue();
    assertThat(life.state().nics()).extracting(Nic::tag).containsExactly(Optional.of("front"));
    assertThat(life.state().volumes())
        .extracting(AttachedVolume::tag)
        .containsExactly(Optional.of("db"));
  }

  @Test
  void whatHasNoneIsNotNamed() {
    assertThat(told(atSpawn(Optional.empty(), Optional.empty()))).isEmpty();
  }
}
