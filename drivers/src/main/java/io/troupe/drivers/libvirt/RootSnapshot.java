package io.troupe.drivers.libvirt;

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
      GuestTarget target, GuestVolumes volumes, String imageId, Permit permit)
      throws DriverException {
    String copy = volumes.snapshot();
    String doing = "snapshot to image " + imageId;
    endLeftover(target, permit);
    connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    try {
      boolean quiesced = makeCopy(doing, target, volumes, permit);
      long[] sizes =
          connection.call(
              doing,
              connect -> {
                pool.refresh(connect); // QEMU wrote behind libvirt's back
                return new long[] {
                  pool.find(connect, copy).orElseThrow().sizeBytes(),
                  pool.virtualSizeBytes(connect, copy)
                };
              });
      send(doing, copy, imageId, sizes[0], permit);
      return new DriverResult.SnapshotTaken("qcow2", sizes[0], sizes[1], quiesced);
    } finally {
      connection.run(doing, connect -> pool.delete(connect, copy, permit.tenure()));
    }
  }

  private boolean makeCopy(String doing, GuestTarget target, GuestVolumes volumes, Permit permit)
      throws DriverException {
    boolean live =
        connection
            .onDomain(doing, target.instance(), domain -> domain.isActive() == 1)
            .orElseThrow(() -> DriverException.instanceFault("no guest " + target.instance()));
    if (!live) {
      connection.run(
          doing,
          connect ->
              pool.createFlatCopy(
                  connect, volumes.snapshot(), volumes.rootDisk(), permit.tenure()));
      return true; // a guest that is off writes nothing
    }
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
    boolean quiesced = onDomain(doing, target, domain -> begin(domain, path, permit.tenure()));
    boolean done = false;
    try {
      while (!permit.await(Long.MAX_VALUE / 2_000_000, () -> isIdle(target))) {}
      done = true;
    } finally {
      if (!done) {
        endLeftover(target, permit);
      }
    }
    int end =
        onDomain(
            doing,
            target,
            domain -> domain.getJobStats(Domain.DomainGetJobStatsFlags.COMPLETED).type);
    if (end != JOB_COMPLETED) {
      throw DriverException.hostFault(doing + ": the copy ended as job type " + end);
    }
    return quiesced;
  }

  /** Begins the copy, at a moment at which the guest's agent has written out what it can. */
  private static boolean begin(Domain domain, String path, Tenure tenure)
      throws LibvirtException, DriverException {
    boolean quiesced = freeze(domain, tenure);
    try {
      tenure.require(domain.getConnect());
      domain.backupBegin(backupXml(path), null, REUSE_EXTERNAL);
    } finally {
      thaw(domain);
    }
    return quiesced;
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

  /** Always, also when freezing has failed: a controller may have died in between before. */
  private static void thaw(Domain domain) {
    try {
      DomainCalls.thaw(domain);
    } catch (LibvirtException e) {
      return; // nothing was frozen, or nobody is there to thaw it
    }
  }

  private static String backupXml(String path) {
    XmlElement backup = XmlElement.root("domainbackup", "mode", "push");
    XmlElement disks = backup.child("disks");
    XmlElement root = disks.child("disk", "name", "vda", "backup", "yes", "type", "file");
    root.child("driver", "type", "qcow2");
    root.child("target", "file", path);
    return backup.write();
  }

  private boolean isIdle(GuestTarget target) throws DriverException {
    return onDomain(
        "snapshot", target, domain -> domain.isActive() == 0 || jobType(domain) == JOB_NONE);
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
        onDomain(
            "end of an abandoned snapshot",
            target,
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

  private <T> T onDomain(String doing, GuestTarget target, LibvirtConnection.DomainCall<T> call)
      throws DriverException {
    return connection
        .onDomain(doing, target.instance(), call)
        .orElseThrow(
            () -> DriverException.instanceFault("no guest " + target.instance() + " on this host"));
  }
}
