package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.VolumeRef;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.LibvirtException;

/**
 * Gives a running guest another volume in the place of one: QEMU mirrors the one into the other
 * while the guest writes, and then goes on with the other alone. The guest notices nothing; even
 * the serial number that it sees is that of the former volume until it is next started.
 */
record VolumeSwap(LibvirtConnection connection, VolumePool pool) {
  /**
   * virDomainBlockCopyFlags of libvirt-domain.h: into a file that is there, for a job of the
   * moment.
   */
  private static final int REUSE_EXTERNAL = 2;

  private static final int TRANSIENT_JOB = 4;

  /** virDomainBlockJobAbortFlags: what was copied to is what the guest has from now on. */
  private static final int PIVOT = 2;

  private static final int ABORT = 0;

  /** VIR_DOMAIN_BLOCK_RESIZE_BYTES. */
  private static final int SIZE_IN_BYTES = 1;

  /** The disk's name inside the guest, such as {@code vdb}. */
  String swap(InstanceId instance, VolumeRef from, VolumeRef to, Permit permit)
      throws DriverException {
    String path =
        connection
            .call("volume", connect -> pool.findAnew(connect, to.name()))
            .orElseThrow(() -> DriverException.instanceFault("there is no volume " + to.name()))
            .path();
    boolean copies =
        connection.onGuest(
            "swap", instance, domain -> begin(domain, instance, from, to, path, permit));
    if (copies) {
      complete(instance, from, permit);
    }
    return connection.onGuest(
        "swap", instance, domain -> define(domain, instance, from, to, path, permit));
  }

  /** False when the guest has the other volume already. */
  private boolean begin(
      Domain domain, InstanceId instance, VolumeRef from, VolumeRef to, String path, Permit permit)
      throws LibvirtException, DriverException {
    if (domain.isActive() == 0) {
      throw DriverException.instanceFault(
          "guest " + instance + " is off, only one in memory copies a volume");
    }
    XmlElement now = current(domain);
    Optional<XmlElement> disk = Hotplug.disk(now, from.id());
    if (disk.isEmpty()) {
      if (Hotplug.disk(now, to.id()).isPresent()) {
        return false;
      }
      throw DriverException.instanceFault("guest " + instance + " has no volume " + from.id());
    }
    String device = device(disk.get());
    Optional<String> mirror = disk.get().find("mirror/source/@file");
    if (mirror.filter(path::equals).isPresent()) {
      return true; // a repetition: it is under way
    }
    if (mirror.isPresent()) {
      permit.tenure().require(domain.getConnect());
      domain.blockJobAbort(device, ABORT); // of a swap that was given up
    }
    fit(domain, device, from, to, permit);
    XmlElement target = XmlElement.root("disk", "type", "file");
    target.child("driver", "type", to.diskFormat());
    target.child("source", "file", path);
    permit.tenure().require(domain.getConnect());
    DomainCalls.blockCopy(domain, device, target.writeAlone(), REUSE_EXTERNAL | TRANSIENT_JOB);
    return true;
  }

  /** QEMU mirrors between disks of one size only, so the guest's own grows to that of the other. */
  private void fit(Domain domain, String device, VolumeRef from, VolumeRef to, Permit permit)
      throws LibvirtException, DriverException {
    long has = pool.virtualSizeBytes(domain.getConnect(), from.name());
    long room = pool.virtualSizeBytes(domain.getConnect(), to.name());
    if (room < has) {
      throw DriverException.instanceFault(
          "volume %s of %d bytes is smaller than %s of %d bytes"
              .formatted(to.id(), room, from.id(), has));
    }
    if (room > has) {
      permit.tenure().require(domain.getConnect());
      domain.blockResize(device, room, SIZE_IN_BYTES);
    }
  }

  /** What fails, or is given up, leaves the guest with the volume that it had. */
  private void complete(InstanceId instance, VolumeRef from, Permit permit) throws DriverException {
    boolean done = false;
    try {
      permit.await(() -> isMirrored(instance, from));
      connection.onGuest(
          "swap",
          instance,
          domain -> {
            Optional<XmlElement> disk = Hotplug.disk(current(domain), from.id());
            if (disk.isPresent()) {
              permit.tenure().require(domain.getConnect());
              domain.blockJobAbort(device(disk.get()), PIVOT);
            }
            return true;
          });
      done = true;
    } finally {
      if (!done) {
        connection.onGuest(
            "swap",
            instance,
            domain -> {
              Optional<XmlElement> disk = Hotplug.disk(current(domain), from.id());
              if (disk.filter(it -> !it.all("mirror").isEmpty()).isPresent()) {
                domain.blockJobAbort(device(disk.get()), ABORT);
              }
              return true;
            });
      }
    }
  }

  private boolean isMirrored(InstanceId instance, VolumeRef from) throws DriverException {
    return connection.onGuest(
        "swap",
        instance,
        domain -> {
          Optional<XmlElement> disk = Hotplug.disk(current(domain), from.id());
          if (disk.isPresent() && disk.get().all("mirror").isEmpty()) {
            throw DriverException.instanceFault(
                "the copy of volume " + from.id() + " broke off, its guest goes on with it");
          }
          return disk.flatMap(it -> it.find("mirror/@ready")).filter("yes"::equals).isPresent();
        });
  }

  /** For its next starts too, and there with the new volume's serial number. */
  private String define(
      Domain domain, InstanceId instance, VolumeRef from, VolumeRef to, String path, Permit permit)
      throws LibvirtException, DriverException {
    XmlElement now =
        Hotplug.disk(current(domain), to.id())
            .orElseThrow(
                () ->
                    DriverException.instanceFault(
                        "guest " + instance + " went off while a volume was copied"));
    Definition.change(
        domain,
        permit.tenure(),
        xml ->
            Hotplug.disk(xml, from.id())
                .ifPresent(
                    disk -> {
                      disk.all("source").getFirst().set("file", path);
                      disk.all("serial").forEach(serial -> serial.text(to.id()));
                    }));
    return device(now);
  }

  private static String device(XmlElement disk) {
    return disk.find("target/@dev").orElseThrow();
  }

  private static XmlElement current(Domain domain) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(0));
  }
}
