package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec.Nic;
import io.troupe.drivers.spi.VolumeRef;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.libvirt.Domain;
import org.libvirt.Domain.DeviceModifyFlags;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * Gives a guest devices and takes them away, at once when it is in memory, and for its next starts.
 * Each method names an end state and may be repeated. A guest that is suspended is an instance
 * fault: what was saved has the devices it had.
 */
record Hotplug(LibvirtConnection connection, VolumePool pool, NicSource nicSource) {
  /** A guest has to let go of a device; one that has not by then does not listen, ms. */
  private static final long LET_GO_MILLIS = 20_000;

  /** Finds a device in a domain's XML. */
  @FunctionalInterface
  private interface Finder extends Function<XmlElement, Optional<XmlElement>> {}

  /** Writes a device that fits into a domain. */
  @FunctionalInterface
  private interface Maker {
    XmlElement in(XmlElement domain);
  }

  void attachNic(InstanceId instance, Nic nic, Permit permit) throws DriverException {
    attach(
        instance,
        permit,
        nicOf(nic.mac()),
        domain -> NicXml.add(XmlElement.root("devices"), nic, nicSource));
  }

  void detachNic(InstanceId instance, String mac, Permit permit) throws DriverException {
    detach(instance, permit, nicOf(mac));
  }

  /** The disk's name inside the guest, such as {@code vdb}. */
  String attachVolume(InstanceId instance, VolumeRef volume, Permit permit) throws DriverException {
    String path =
        connection
            .call("volume", connect -> pool.findAnew(connect, volume.name()))
            .orElseThrow(() -> DriverException.instanceFault("there is no volume " + volume.name()))
            .path();
    XmlElement disk =
        attach(instance, permit, diskOf(volume.id()), domain -> disk(domain, volume, path));
    return disk.find("target/@dev").orElseThrow();
  }

  void detachVolume(InstanceId instance, String volumeId, Permit permit) throws DriverException {
    detach(instance, permit, diskOf(volumeId));
  }

  private static Finder nicOf(String mac) {
    return domain -> first(domain.all("devices/interface"), "mac/@address", mac);
  }

  private static Finder diskOf(String volumeId) {
    return domain -> disk(domain, volumeId);
  }

  /**
   * The disk of a volume: the one whose file it is. The serial number, which usually says the same,
   * stays that of another volume while a guest runs on that was given this one in its place.
   */
  static Optional<XmlElement> disk(XmlElement domain, String volumeId) {
    return domain.all("devices/disk").stream()
        .filter(
            disk -> {
              String file = disk.find("source/@file").orElse("");
              return file.contains("troupe-volume-")
                  ? file.contains("troupe-volume-" + volumeId + ".")
                  : disk.find("serial").filter(volumeId::equalsIgnoreCase).isPresent();
            })
        .findFirst();
  }

  private static Optional<XmlElement> first(List<XmlElement> devices, String path, String value) {
    return devices.stream()
        .filter(device -> device.find(path).filter(value::equalsIgnoreCase).isPresent())
        .findFirst();
  }

  private static XmlElement disk(XmlElement domain, VolumeRef volume, String path) {
    return addDisk(XmlElement.root("devices"), volume, path, Rescue.freeDevice(domain));
  }

  /** A volume as a disk of the guest, whose serial number is the volume's id. */
  static XmlElement addDisk(XmlElement devices, VolumeRef volume, String path, String device) {
    XmlElement disk = devices.child("disk", "type", "file", "device", "disk");
    disk.child("driver", "name", "qemu", "type", volume.diskFormat(), "cache", "writeback");
    disk.child("source", "file", path);
    disk.child("target", "dev", device, "bus", "virtio");
    disk.child("serial").text(volume.id());
    return disk;
  }

  /** The device as the guest has it now. */
  private XmlElement attach(InstanceId instance, Permit permit, Finder finder, Maker maker)
      throws DriverException {
    return connection.onGuest(
        "attach",
        instance,
        domain -> {
          boolean live = isLive(domain, instance);
          XmlElement config = Definition.read(domain);
          Optional<XmlElement> later = finder.apply(config);
          Optional<XmlElement> now = live ? finder.apply(current(domain)) : later;
          int flags =
              (later.isEmpty() ? DeviceModifyFlags.CONFIG : 0)
                  | (live && now.isEmpty() ? DeviceModifyFlags.LIVE : 0);
          if (flags == 0) {
            return now.orElseThrow();
          }
          // Where half of it is done already, the other half is to be the same device.
          XmlElement device = later.or(() -> now).orElseGet(() -> maker.in(config));
          permit.tenure().require(domain.getConnect());
          domain.attachDeviceFlags(device.writeAlone(), flags);
          return device;
        });
  }

  private void detach(InstanceId instance, Permit permit, Finder finder) throws DriverException {
    boolean asked =
        connection.onGuest(
            "detach", instance, domain -> askToLetGo(domain, instance, permit, finder));
    if (asked && !permit.await(LET_GO_MILLIS, () -> isGone(instance, finder))) {
      throw DriverException.retryable("guest " + instance + " does not let go of the device");
    }
    connection.onGuest(
        "detach",
        instance,
        domain -> {
          Optional<XmlElement> later = finder.apply(Definition.read(domain));
          if (later.isPresent()) {
            permit.tenure().require(domain.getConnect());
            domain.detachDeviceFlags(later.get().writeAlone(), DeviceModifyFlags.CONFIG);
          }
          return true;
        });
  }

  private static boolean askToLetGo(
      Domain domain, InstanceId instance, Permit permit, Finder finder)
      throws LibvirtException, DriverException {
    Optional<XmlElement> now =
        isLive(domain, instance) ? finder.apply(current(domain)) : Optional.empty();
    if (now.isEmpty()) {
      return false;
    }
    permit.tenure().require(domain.getConnect());
    try {
      domain.detachDeviceFlags(now.get().writeAlone(), DeviceModifyFlags.LIVE);
    } catch (LibvirtException e) {
      // A repetition finds it asked already.
      if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_OPERATION_FAILED)
          || !e.getMessage().contains("already in the process of unplug")) {
        throw e;
      }
    }
    return true;
  }

  private boolean isGone(InstanceId instance, Finder finder) throws DriverException {
    return connection.onGuest(
        "detach",
        instance,
        domain -> domain.isActive() == 0 || finder.apply(current(domain)).isEmpty());
  }

  private static XmlElement current(Domain domain) throws LibvirtException {
    return XmlElement.parse(domain.getXMLDesc(0));
  }

  private static boolean isLive(Domain domain, InstanceId instance)
      throws LibvirtException, DriverException {
    if (domain.isActive() == 1) {
      return true;
    }
    if (PowerStates.of(domain) == PowerState.SUSPENDED) {
      throw DriverException.instanceFault(
          "guest " + instance + " is SUSPENDED, its devices cannot be changed");
    }
    return false;
  }
}
