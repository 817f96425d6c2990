package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestVolumesTest {
  private static final InstanceId GUEST =
      InstanceId.parse("5b7c2a52-76f4-4d2c-8a0e-3a3cf1f8a001").orElseThrow();
  private static final GuestVolumes SECOND = new GuestVolumes(GUEST, 2);
  private static final GuestVolumes THIRD = new GuestVolumes(GUEST, 3);
  private static final GuestVolumes ELSE = new GuestVolumes(InstanceId.fresh(), 1);

  @Test
  void everythingUpToTheGenerationGoes() {
    var volumes =
        List.of(SECOND.rootDisk(), SECOND.consoleLog(), THIRD.configDrive(), ELSE.rootDisk());

    assertThat(SECOND.toDelete(volumes, "host-a"))
        .containsExactly(SECOND.rootDisk(), SECOND.consoleLog());
    assertThat(THIRD.toDelete(volumes, "host-a"))
        .containsExactlyInAnyOrder(SECOND.rootDisk(), SECOND.consoleLog(), THIRD.configDrive());
  }

  /** The destination gives up: the source's guest stands on these files. */
  @Test
  void hostThatWasOnlyPreparedTakesAwayItsHoldAlone() {
    var volumes = List.of(SECOND.rootDisk(), SECOND.heldAt("host-a"), THIRD.heldAt("host-b"));

    assertThat(THIRD.toDelete(volumes, "host-b")).containsExactly(THIRD.heldAt("host-b"));
  }

  /** A move that fails before its destination was prepared: the source's guest has never moved. */
  @Test
  void hostThatNeverHadTheGuestTakesAwayNothing() {
    var volumes = List.of(SECOND.heldAt("host-a"), SECOND.rootDisk(), SECOND.configDrive());

    assertThat(THIRD.toDelete(volumes, "host-b")).isEmpty();
    assertThat(SECOND.toDelete(volumes, "host-a")).hasSize(3);
  }

  /** A host that could not be told: what was made anew elsewhere does not stand on its files. */
  @Test
  void olderHoldKeepsNothingNewer() {
    var volumes =
        List.of(
            SECOND.heldAt("host-a"), SECOND.rootDisk(), THIRD.heldAt("host-b"), THIRD.rootDisk());

    assertThat(THIRD.toDelete(volumes, "host-b"))
        .containsExactly(THIRD.rootDisk(), THIRD.heldAt("host-b"));
    assertThat(SECOND.toDelete(volumes, "host-a"))
        .as("they go with the newer guest")
        .containsExactly(SECOND.heldAt("host-a"));
  }

  /** The source cleans up after its guest has gone. */
  @Test
  void hostThatTheGuestHasLeftTakesAwayItsHoldAlone() {
    var volumes = List.of(SECOND.heldAt("host-a"), SECOND.rootDisk(), THIRD.heldAt("host-b"));

    assertThat(SECOND.toDelete(volumes, "host-a")).containsExactly(SECOND.heldAt("host-a"));
    assertThat(THIRD.toDelete(volumes, "host-a"))
        .as("under whichever generation it is told to")
        .containsExactly(SECOND.heldAt("host-a"));
  }

  @Test
  void lastHostTakesAwayEverythingAndItsHoldLast() {
    var volumes = List.of(THIRD.heldAt("host-b"), SECOND.rootDisk(), SECOND.configDrive());

    assertThat(THIRD.toDelete(volumes, "host-b")).hasSize(3).endsWith(THIRD.heldAt("host-b"));
  }

  /** The source gives up its guest, and so the disk that only that one could have gone back to. */
  @Test
  void formerDiskOfAHostGoesWithItsGuestAndWithNoOther() {
    var grown = new OperationId("req-grown");
    var former = SECOND.former("host-a", grown);
    var whole = SECOND.formerIsWhole("host-a", grown);
    var volumes =
        List.of(SECOND.rootDisk(), SECOND.heldAt("host-a"), former, whole, THIRD.heldAt("host-b"));

    assertThat(THIRD.toDelete(volumes, "host-b")).containsExactly(THIRD.heldAt("host-b"));
    assertThat(SECOND.toDelete(volumes, "host-a"))
        .containsExactlyInAnyOrder(former, whole, SECOND.heldAt("host-a"));
    assertThat(ELSE.isFormer(former, "host-a")).isFalse();
    assertThat(SECOND.former(volumes)).as("an older guest's root disk").isEmpty();
    assertThat(THIRD.former(volumes)).contains(SECOND);
  }

  @Test
  void holdOfAnotherGuestHoldsNothingHere() {
    var volumes = List.of(ELSE.heldAt("host-b"), SECOND.rootDisk());

    assertThat(SECOND.toDelete(volumes, "host-a")).containsExactly(SECOND.rootDisk());
  }
}
