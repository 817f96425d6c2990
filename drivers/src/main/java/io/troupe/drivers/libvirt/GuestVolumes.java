package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * The names of one guest's volumes. All begin alike, so that nothing of a guest is overlooked; the
 * generation keeps a late command of a former owner away from the files of a newer one.
 */
record GuestVolumes(InstanceId instance, long generation) {
  private static final String HELD = "at.";
  private static final String ROOT = "root.qcow2";
  private static final String FORMER = "former.";
  private static final String WHOLE = ".whole";

  String rootDisk() {
    return prefix() + ROOT;
  }

  String configDrive() {
    return prefix() + "config.iso";
  }

  String consoleLog() {
    return prefix() + "console.log";
  }

  String rescueDisk() {
    return prefix() + "rescue.qcow2";
  }

  /** What a snapshot is on its way to the image store. */
  String snapshot() {
    return prefix() + "snapshot.qcow2";
  }

  /** The root disk on its way to another host, flat. */
  String travelling() {
    return prefix() + "move.qcow2";
  }

  /**
   * An empty volume which says that a guest of this generation is, or may come to be, at that host.
   * It stands on files of this generation or an older one: where several hosts have one storage, no
   * other host deletes those. Whoever makes files or takes them over makes this first.
   */
  String heldAt(String hostUuid) {
    return prefix() + HELD + HostFacts.token(hostUuid);
  }

  /** The root disk before it grew, for that host's guest to go back to; see {@link FormerDisk}. */
  String former(String hostUuid, OperationId grownBy) {
    return prefix() + FORMER + HostFacts.token(hostUuid) + "." + grownBy;
  }

  /** An empty volume; where it is, the former disk is whole. */
  String formerIsWhole(String hostUuid, OperationId grownBy) {
    return former(hostUuid, grownBy) + WHOLE;
  }

  boolean saysThatItIsWhole(String volume) {
    return volume.endsWith(WHOLE);
  }

  /** Whether the volume is such a disk of that host's guest, or says that it is whole. */
  boolean isFormer(String volume, String hostUuid) {
    return covers(volume) && volume.contains("." + FORMER + HostFacts.token(hostUuid) + ".");
  }

  private String prefix() {
    return "troupe-" + instance + "." + generation + ".";
  }

  /**
   * The volumes of the latest of the instance's older generations that has a root disk; empty when
   * none has.
   *
   * @param volumes all names there are
   */
  Optional<GuestVolumes> former(List<String> volumes) {
    return volumes.stream()
        .filter(name -> covers(name) && name.endsWith("." + ROOT))
        .map(name -> generation(name).orElseThrow())
        .filter(older -> older < generation)
        .max(Comparator.naturalOrder())
        .map(older -> new GuestVolumes(instance, older));
  }

  /** Whether the volume is the guest's, of this generation or an older one. */
  boolean covers(String volume) {
    return generation(volume).stream().anyMatch(one -> one <= generation);
  }

  /** Of one of the instance's volumes; empty of others. */
  private OptionalLong generation(String volume) {
    String ours = "troupe-" + instance + ".";
    if (!volume.startsWith(ours)) {
      return OptionalLong.empty();
    }
    String[] parts = volume.substring(ours.length()).split("\\.", 2);
    return parts.length == 2 && parts[0].matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(parts[0]))
        : OptionalLong.empty();
  }

  /**
   * None of the guest's volumes is left, of this generation or an older one, but those that another
   * host holds. This host's own hold goes, and what its guest could have gone back to. Repeatable.
   *
   * @param hostUuid of the host that deletes
   */
  void deleteAll(Connect connect, VolumePool pool, String hostUuid, Tenure tenure)
      throws LibvirtException, DriverException {
    lookForRotatedLogs(connect, pool);
    for (String name : toDelete(pool.names(connect), HostFacts.token(hostUuid))) {
      pool.delete(connect, name, tenure);
    }
  }

  /** Of all volumes there, what says that this or another host holds files of the guest. */
  List<String> holds(List<String> volumes) {
    return volumes.stream().filter(name -> covers(name) && isHold(name)).toList();
  }

  /** Of all volumes there; holds come last, so that a crash before leaves them. */
  List<String> toDelete(List<String> volumes, String host) {
    long held =
        volumes.stream()
            .filter(name -> isHold(name) && !isHold(name, host))
            .flatMapToLong(name -> generation(name).stream())
            .max()
            .orElse(-1);
    return volumes.stream()
        .filter(this::covers)
        .filter(
            name ->
                generation(name).orElseThrow() > held && !isHold(name)
                    || isHold(name, host)
                    || isFormer(name, host))
        .sorted(Comparator.comparing(GuestVolumes::isHold))
        .toList();
  }

  private static boolean isHold(String volume) {
    return volume.contains("." + HELD);
  }

  private static boolean isHold(String volume, String host) {
    return volume.endsWith("." + HELD + host);
  }

  /**
   * virtlogd moves a console log aside when it has grown, and libvirt does not know of that file
   * until it has looked. It refuses to look while any volume is being made; it looks by itself
   * after each upload, so then this is not worth waiting for.
   */
  private static void lookForRotatedLogs(Connect connect, VolumePool pool)
      throws LibvirtException, DriverException {
    try {
      pool.refresh(connect);
    } catch (LibvirtException e) {
      if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_INTERNAL_ERROR)) {
        throw e;
      }
    }
  }
}
