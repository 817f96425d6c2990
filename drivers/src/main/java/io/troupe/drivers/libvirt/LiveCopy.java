package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import java.util.Arrays;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.LibvirtException;
import org.libvirt.TypedIntParameter;

/**
 * A copy that QEMU itself makes of one disk of a guest in memory (libvirt's backup job), as the
 * disk is at one moment, while the guest goes on and its disk stays as it is.
 */
final class LiveCopy {
  /** {@code VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL}: the target is there already. */
  private static final int REUSE_EXTERNAL = 1;

  /** {@code VIR_DOMAIN_JOB_…} of libvirt-domain.h. */
  private static final int JOB_NONE = 0;

  private static final int JOB_COMPLETED = 3;

  /** {@code VIR_DOMAIN_JOB_OPERATION_BACKUP}. */
  private static final int OPERATION_BACKUP = 9;

  /** How long a job that nobody wants any more may take to end, ms. */
  private static final long ABORT_MILLIS = 30_000;

  /** Which of the guest's disks, as its domain names it. */
  @FunctionalInterface
  interface Disk {
    String of(Domain domain) throws LibvirtException, DriverException;
  }

  private final LibvirtConnection connection;

  LiveCopy(LibvirtConnection connection) {
    this.connection = connection;
  }

  /**
   * Answers whether the guest's file systems were in order at that moment. What fails, or is given
   * up, has no job left.
   *
   * @param path of an empty qcow2 file as large as the disk
   * @param required whether a guest that runs has to be quiesced
   */
  boolean copy(
      String doing, InstanceId instance, Disk disk, String path, boolean required, Permit permit)
      throws DriverException {
    boolean quiesced =
        connection.onGuest(
            doing, instance, domain -> begin(domain, disk, path, required, permit.tenure()));
    boolean done = false;
    try {
      permit.await(() -> isIdle(instance));
      done = true;
    } finally {
      if (!done) {
        endLeftover(instance, permit);
      }
    }
    connection.onGuest(doing, instance, LiveCopy::requireWhole);
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
      Domain domain, Disk disk, String path, boolean required, Tenure tenure)
      throws LibvirtException, DriverException {
    String xml = backupXml(disk.of(domain), path);
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
    XmlElement disk = disks.child("disk", "name", device, "backup", "yes", "type", "file");
    disk.child("driver", "type", "qcow2");
    disk.child("target", "file", path);
    return backup.write();
  }

  private boolean isIdle(InstanceId instance) throws DriverException {
    return connection.onGuest(
        "snapshot", instance, domain -> domain.isActive() == 0 || jobType(domain) == JOB_NONE);
  }

  /** Throws retryable while another job of the guest is under way, be it a copy. */
  void requireIdle(InstanceId instance) throws DriverException {
    if (!isIdle(instance)) {
      throw busy();
    }
  }

  private static DriverException busy() {
    return DriverException.retryable("the guest has another job under way");
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
  void endLeftover(InstanceId instance, Permit permit) throws DriverException {
    boolean ended =
        connection.onGuest(
            "end of an abandoned snapshot",
            instance,
            domain -> {
              if (domain.isActive() == 0 || jobType(domain) == JOB_NONE) {
                return false;
              }
              if (!isCopy(domain)) {
                throw busy();
              }
              permit.tenure().require(domain.getConnect());
              domain.abortJob();
              return true;
            });
    if (ended
        && !new Permit(() -> false, permit.deadline(), permit.tenure())
            .await(ABORT_MILLIS, () -> isIdle(instance))) {
      throw DriverException.retryable("the abandoned copy does not end");
    }
  }
}
