package io.troupe.drivers.spi;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.PowerState;
import java.util.List;
import java.util.Optional;

/** A driver command's good end. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = DriverResult.Guest.class, name = "guest"),
  @JsonSubTypes.Type(value = DriverResult.Console.class, name = "console"),
  @JsonSubTypes.Type(value = DriverResult.SnapshotTaken.class, name = "snapshot-taken"),
  @JsonSubTypes.Type(value = DriverResult.VolumeAttached.class, name = "volume-attached"),
  @JsonSubTypes.Type(value = DriverResult.MoveTicketed.class, name = "move-ticketed"),
  @JsonSubTypes.Type(value = DriverResult.MigrationSeen.class, name = "migration-seen"),
  @JsonSubTypes.Type(value = DriverResult.Diagnostics.class, name = "diagnostics")
})
public sealed interface DriverResult extends CborSerializable {

  /**
   * The guest as it is now.
   *
   * @param present false when the host has no such guest
   * @param vncAddress {@code host:port} of its VNC server, empty when it has none
   */
  record Guest(boolean present, PowerState power, String vncAddress) implements DriverResult {
    public static final Guest GONE = new Guest(false, PowerState.NOSTATE, "");

    public static Guest in(PowerState power) {
      return new Guest(true, power, "");
    }
  }

  /** The end of the serial console's log, bytes as the guest wrote them read as UTF-8. */
  record Console(String text) implements DriverResult {}

  /**
   * The image has been written.
   *
   * @param sizeBytes of the image file
   * @param virtualSizeBytes of the disk in it
   * @param quiesced whether the guest's file systems were in order at that moment: it was off, or
   *     its agent saw to it
   */
  record SnapshotTaken(String diskFormat, long sizeBytes, long virtualSizeBytes, boolean quiesced)
      implements DriverResult {}

  /**
   * The guest has the volume.
   *
   * @param device as a Linux guest would name it, such as {@code /dev/vdb}
   */
  record VolumeAttached(String device) implements DriverResult {}

  /** The ticket of a move, as it is after this host's part. */
  record MoveTicketed(MoveTicket ticket) implements DriverResult {}

  /**
   * A migration at this moment. The counts are the Compute API's (server migrations, 2.23), all 0
   * when none is under way.
   *
   * @param elapsedMillis since it began, ms
   */
  record MigrationSeen(Phase phase, long elapsedMillis, Copied memory, Copied disk)
      implements DriverResult {
    public static final MigrationSeen NONE =
        new MigrationSeen(Phase.NONE, 0, Copied.NOTHING, Copied.NOTHING);

    public enum Phase {
      /** None is under way. */
      NONE,
      /** The guest goes on here while it is copied. */
      COPYING,
      /** The guest goes on at the destination, and part of its memory is still here. */
      POST_COPY
    }

    /**
     * Bytes; what a guest writes while it is copied is copied once more, so that more may be
     * processed than there is.
     */
    public record Copied(long totalBytes, long processedBytes, long remainingBytes) {
      public static final Copied NOTHING = new Copied(0, 0, 0);
    }
  }

  /**
   * What the hypervisor has counted about a running guest. The fields of the Compute API's
   * standardized diagnostics (microversion 2.48); empty is what a hypervisor does not know.
   *
   * @param driver as that API names it, such as {@code libvirt}
   * @param hypervisor such as {@code kvm} or {@code qemu}
   * @param uptimeSeconds since the guest's last start from off, s
   */
  record Diagnostics(
      PowerState power,
      String driver,
      String hypervisor,
      String hypervisorOs,
      Optional<Long> uptimeSeconds,
      boolean configDrive,
      List<Cpu> cpus,
      List<Nic> nics,
      List<Disk> disks,
      Memory memory)
      implements DriverResult {
    public Diagnostics {
      cpus = List.copyOf(cpus);
      nics = List.copyOf(nics);
      disks = List.copyOf(disks);
    }

    /**
     * @param timeNanos it has run, ns
     * @param utilisationPercent at the moment, 0 to 100
     */
    public record Cpu(int id, Optional<Long> timeNanos, Optional<Integer> utilisationPercent) {}

    public record Nic(String mac, Optional<Traffic> traffic) {}

    /** As the guest sees it: what it received and what it sent. */
    public record Traffic(
        long rxOctets,
        long rxPackets,
        long rxErrors,
        long rxDrop,
        long txOctets,
        long txPackets,
        long txErrors,
        long txDrop) {}

    public record Disk(
        long readBytes, long readRequests, long writeBytes, long writeRequests, long errors) {}

    /**
     * @param maximumMib it may have, MiB
     * @param usedMib it has now, MiB
     */
    public record Memory(long maximumMib, long usedMib) {}
  }
}
