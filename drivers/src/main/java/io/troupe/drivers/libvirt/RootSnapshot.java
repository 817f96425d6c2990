package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.libvirt.VolumePool.Sizes;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext.ImageWriter;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.LibvirtException;
import org.libvirt.TypedIntParameter;

/**
 * A guest's root disk as it is at one moment, as an image that stands on nothing. Of a guest in
 * memory QEMU itself makes the copy (libvirt's backup job), while the guest goes on and its disk
 * stays as it is; of one that is off, libvirt does. The copy is a volume of the guest, travels from
 * there to the image store, and is deleted. What a crash leaves behind is that volume, which the
 * next snapshot or the guest's end takes away, and perhaps a job, which the next snapshot ends.
 */
final class RootSnapshot {
  /** {@code VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL}: the target is there already. */
  private static final int REUSE_EXTERNAL = 1;

  /** {@code VIR_DOMAIN_JOB_…} of libvirt-domain.h. */
  private static final int JOB_NONE = 0;

  private static final int JOB_COMPLETED = 3;

  /** {@code VIR_DOMAIN_JOB_OPERATION_BACKUP}. */
  private static final int OPERATION_BACKUP = 9;

  /** How long a job that nobody wants any more may take to end, ms. */
  private static final long ABORT_MILLIS = 30_000;

  private final LibvirtConnection connection;
  private final VolumePool pool;
  private final ImageWriter images;

  RootSnapshot(LibvirtConnection connection, VolumePool pool, ImageWriter images) {
    this.connection = connection;
    this.pool = pool;
    this.images = images;
  }

  /** Repeatable: each time it is the disk of that moment. */
  DriverResult.SnapshotTaken take(
      DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit) throws DriverException {
    GuestTarget target = wanted.target();
    String imageId = wanted.imageId();
    String copy = volumes.snapshot();
    String doing = "snapshot to image " + imageId;
    endLeftover(target, permit);
    connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    try {
      boolean quiesced = makeCopy(doing, wanted, volumes, permit);
      Sizes sizes = connection.call(doing, connect -> pool.freshSizes(connect, copy));
      send(doing, copy, imageId, sizes.fileBytes(), permit);
      return new DriverResult.SnapshotTaken(
          "qcow2", sizes.fileBytes(), sizes.diskBytes(), quiesced);
    } finally {
      connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    }
  }

  /** Answers whether the guest's file systems were in order at that moment. */
  private boolean makeCopy(
      String doing, DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit)
      throws DriverException {
    PowerState found = connection.onGuest(doing, wanted.target().instance(), PowerStates::of);
    return switch (found) {
      case RUNNING, PAUSED -> copyLive(doing, wanted, volumes, permit);
      case SHUTDOWN, CRASHED, NOSTATE, SUSPENDED -> {
        connection.run(
            doing,
            connect ->
                pool.createFlatCopy(
                    connect, volumes.snapshot(), volumes.rootDisk(), permit.tenure()));
        yield found == PowerState.SHUTDOWN; // what was suspended has not written out everything
      }
    };
  }

  private boolean copyLive(
      String doing, DriverCommand.Snapshot wanted, GuestVolumes volumes, Permit permit)
      throws DriverException {
    GuestTarget target = wanted.target();
    String path =
        connection.call(
            doing,
            connect ->
                pool.createQcow2(
                        connect,
                        volumes.snapshot(),
                        pool.virtualSizeBytes(connect, volumes.rootDisk()),
                        permit.tenure())
                    .path());
    boolean quiesced =
        connection.onGuest(
            doing,
            target.instance(),
            domain -> begin(domain, volumes, path, wanted.quiesced(), permit.tenure()));
    boolean done = false;
    try {
      permit.await(() -> isIdle(target));
      done = true;
    } finally {
      if (!done) {
        endLeftover(target, permit);
      }
    }
    connection.onGuest(doing, target.instance(), RootSnapshot::requireWhole);
    return quiesced;
  }

  private static boolean requireWhole(Domain domain) throws LibvirtException, DriverException {
    if (domain.isActive() == 0) {
      throw DriverException.retryable("the guest went off while its disk was copied");
    }
    int end = domain.getJobStats(Domain.DomainGetJobStatsFlags.COMPLETED).type;
    if (end != JOB_COMPLETED) {
      throw DriverException.hostFault("the copy of the disk ended as job type " + end);
    }
    return true;
  }

  /** Begins the copy, at a moment at which the guest's agent has written out what it can. */
  private static boolean begin(
      Domain domain, GuestVolumes volumes, String path, boolean required, Tenure tenure)
      throws LibvirtException, DriverException {
    String xml = backupXml(rootDevice(domain, volumes), path);
    boolean runs = PowerStates.of(domain) == PowerState.RUNNING;
    boolean quiesced = runs && freeze(domain, tenure);
    try {
      if (runs && required && !quiesced) {
        throw DriverException.notQuiesced();
      }
      tenure.require(domain.getConnect());
      domain.backupBegin(xml, null, REUSE_EXTERNAL);
    } finally {
      thaw(domain);
    }
    return quiesced;
  }

  /** Not always the first one: a rescued guest has its own disk behind the rescue disk. */
  private static String rootDevice(Domain domain, GuestVolumes volumes) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(0)).all("devices/disk").stream()
        .filter(
            disk ->
                disk.find("source/@file").filter(it -> it.endsWith(volumes.rootDisk())).isPresent())
        .findFirst()
        .flatMap(disk -> disk.find("target/@dev"))
        .orElseThrow(() -> new IllegalStateException("a guest without its root disk"));
  }

  private static boolean freeze(Domain domain, Tenure tenure)
      throws LibvirtException, DriverException {
    tenure.require(domain.getConnect());
    try {
      DomainCalls.freeze(domain);
      return true;
    } catch (LibvirtException e) {
      return false; // no agent, or one that does not know how: then as a power cut would leave it
    }
  }

  /**
   * Always, also when freezing has failed: a controller may have died in between before. Of a guest
   * that is not frozen the agent takes it as well.
   */
  private static void thaw(Domain domain) {
    try {
      DomainCalls.thaw(domain);
    } catch (LibvirtException e) {
      return; // nothing was frozen, or nobody is there to thaw it
    }
  }

  private static String backupXml(String device, String path) {
    XmlElement backup = XmlElement.root("domainbackup", "mode", "push");
    XmlElement disks = backup.child("disks");
    XmlElement root = disks.child("disk", "name", device, "backup", "yes", "type", "file");
    root.child("driver", "type", "qcow2");
    root.child("target", "file", path);
    return backup.write();
  }

  private boolean isIdle(GuestTarget target) throws DriverException {
    return connection.onGuest(
        "snapshot",
        target.instance(),
        domain -> domain.isActive() == 0 || jobType(domain) == JOB_NONE);
  }

  private static int jobType(Domain domain) throws LibvirtException {
    return domain.getJobInfo().getType();
  }

  private static boolean isCopy(Domain domain) throws LibvirtException {
    return Arrays.stream(domain.getJobStats(0).stats)
        .anyMatch(
            each ->
                each instanceof TypedIntParameter number
                    && each.field.equals("operation")
                    && number.value == OPERATION_BACKUP);
  }

  /** No copy is under way; one that is was begun by somebody who is gone. */
  private void endLeftover(GuestTarget target, Permit permit) throws DriverException {
    boolean ended =
        connection.onGuest(
            "end of an abandoned snapshot",
            target.instance(),
            domain -> {
              if (domain.isActive() == 0 || jobType(domain) == JOB_NONE) {
                return false;
              }
              if (!isCopy(domain)) {
                throw DriverException.retryable("the guest has another job under way");
              }
              permit.tenure().require(domain.getConnect());
              domain.abortJob();
              return true;
            });
    if (ended
        && !new Permit(() -> false, permit.deadline(), permit.tenure())
            .await(ABORT_MILLIS, () -> isIdle(target))) {
      throw DriverException.retryable("the abandoned copy does not end");
    }
  }

  private void send(String doing, String copy, String imageId, long sizeBytes, Permit permit)
      throws DriverException {
    try {
      images.write(
          imageId,
          bytes ->
              connection.run(
                  doing,
                  connect ->
                      pool.onVolume(
                          connect,
                          copy,
                          volume -> {
                            VolumeStream.download(connect, volume, sizeBytes, bytes, permit);
                            return true;
                          })));
    } catch (NoSuchFileException e) {
      throw DriverException.instanceFault("no image " + imageId + " to write to");
    } catch (IOException e) {
      throw DriverException.retryable(doing + ": " + e.getMessage());
    }
  }
}
