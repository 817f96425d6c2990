package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec.ImageRef;
import java.util.Set;
import java.util.stream.Collectors;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Boots a guest from another disk, so that somebody can look after its own, which it sees as its
 * last one. Whether it is rescued stands in its definition: its first disk is the rescue volume.
 */
final class Rescue {
  private final LibvirtConnection connection;
  private final VolumePool pool;
  private final ImageCache cache;
  private final Power power;

  Rescue(LibvirtConnection connection, VolumePool pool, ImageCache cache, Power power) {
    this.connection = connection;
    this.pool = pool;
    this.cache = cache;
    this.power = power;
  }

  /** The guest runs from a fresh disk with the image. One that does already is only started. */
  void begin(GuestVolumes volumes, ImageRef image, Permit permit) throws DriverException {
    InstanceId instance = volumes.instance();
    if (!isRescued(volumes)) {
      String base = cache.ensure(image, permit);
      permit.check();
      power.switchOff(instance, permit.tenure());
      String path =
          connection.call(
              "rescue disk", connect -> makeDisk(connect, volumes, image, base, permit.tenure()));
      onDomain(
          "rescue",
          instance,
          domain -> Definition.change(domain, permit.tenure(), xml -> insert(xml, path)));
    }
    power.start(instance, permit.tenure());
  }

  private String makeDisk(
      Connect connect, GuestVolumes volumes, ImageRef image, String base, Tenure tenure)
      throws LibvirtException, DriverException {
    pool.delete(connect, volumes.rescueDisk(), tenure); // of a rescue that was killed
    return pool.createOverlay(
            connect,
            volumes.rescueDisk(),
            image.virtualSizeBytes(),
            base,
            image.diskFormat(),
            tenure)
        .path();
  }

  /** The guest runs from its own disk, and the rescue disk is gone. */
  void end(GuestVolumes volumes, Permit permit) throws DriverException {
    InstanceId instance = volumes.instance();
    if (isRescued(volumes)) {
      power.switchOff(instance, permit.tenure());
      onDomain(
          "end of rescue",
          instance,
          domain -> Definition.change(domain, permit.tenure(), Rescue::takeOut));
    }
    power.start(instance, permit.tenure());
    connection.run(
        "end of rescue", connect -> pool.delete(connect, volumes.rescueDisk(), permit.tenure()));
  }

  private boolean isRescued(GuestVolumes volumes) throws DriverException {
    return connection.onGuest(
        "definition",
        volumes.instance(),
        domain -> firstDisk(Definition.read(domain)).endsWith(volumes.rescueDisk()));
  }

  private static String firstDisk(XmlElement domain) {
    return domain.find("devices/disk[target/@dev='vda']/source/@file").orElse("");
  }

  /** The first disk's place goes to the rescue disk, its own file to a disk at the end. */
  static void insert(XmlElement domain, String rescuePath) {
    XmlElement first = domain.all("devices/disk[target/@dev='vda']").getFirst();
    XmlElement devices = domain.all("devices").getFirst();
    String own = firstDisk(domain);
    XmlElement second = devices.child("disk", "type", "file", "device", "disk");
    second.child("driver", "name", "qemu", "type", "qcow2", "cache", "writeback");
    second.child("source", "file", own);
    second.child("target", "dev", freeDevice(domain), "bus", "virtio");
    second.child("serial").text("rescued-root");
    first.all("source").getFirst().set("file", rescuePath);
  }

  static void takeOut(XmlElement domain) {
    XmlElement second = domain.all("devices/disk[serial='rescued-root']").getFirst();
    String own = second.find("source/@file").orElseThrow();
    second.remove();
    domain.all("devices/disk[target/@dev='vda']/source").getFirst().set("file", own);
  }

  /** The first virtio disk's name that nothing has: {@code vdb} to {@code vdz}. */
  static String freeDevice(XmlElement domain) {
    Set<String> taken =
        domain.all("devices/disk/target").stream()
            .map(target -> target.attribute("dev"))
            .collect(Collectors.toSet());
    for (char letter = 'b'; letter <= 'z'; letter++) {
      if (!taken.contains("vd" + letter)) {
        return "vd" + letter;
      }
    }
    throw new IllegalStateException("a guest with 25 disks");
  }

  @FunctionalInterface
  private interface Step {
    void on(Domain domain) throws LibvirtException, DriverException;
  }

  private void onDomain(String doing, InstanceId instance, Step step) throws DriverException {
    connection.onGuest(
        doing,
        instance,
        domain -> {
          step.on(domain);
          return true;
        });
  }
}
