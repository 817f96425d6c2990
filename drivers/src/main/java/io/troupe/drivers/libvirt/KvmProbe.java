package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what guests can be made of on a host: {@code kvm} if a guest of that type really runs
 * code, else {@code qemu}. That {@code /dev/kvm} exists and libvirt offers the type proves nothing:
 * on some nested hosts such a guest spins in its BIOS for ever, on others it gets as far as its
 * kernel's first exception. So one is booted, from {@link ProbeDisk}, and its console must show the
 * word. Once per host and process.
 *
 * <p>Only x86-64 hosts can be tried this way; on others libvirt is believed.
 */
final class KvmProbe {
  private static final Logger LOG = LoggerFactory.getLogger(KvmProbe.class);

  /** A BIOS with KVM gets to its boot sector in one second; this leaves room for a busy host. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** {@code VIR_DOMAIN_START_AUTODESTROY}: the guest goes with our connection. */
  private static final int AUTODESTROY = 2;

  private static final ConcurrentHashMap<String, String> GUEST_TYPES = new ConcurrentHashMap<>();

  private final LibvirtConnection connection;
  private final VolumePool pool;

  KvmProbe(LibvirtConnection connection, VolumePool pool) {
    this.connection = connection;
    this.pool = pool;
  }

  /** {@code kvm} or {@code qemu}. Takes up to ten seconds the first time. */
  String guestType(HostFacts facts) throws DriverException {
    String known = GUEST_TYPES.get(facts.uuid());
    if (known != null) {
      return known;
    }
    boolean kvm =
        facts.offersKvm()
            && (!facts.architecture().equals("x86_64") || boots("kvm", ProbeDisk.bytes()));
    String found = kvm ? "kvm" : "qemu";
    LOG.info(
        "guests on {} are of type {} (libvirt offers kvm: {})",
        facts.name(),
        found,
        facts.offersKvm());
    GUEST_TYPES.put(facts.uuid(), found);
    return found;
  }

  /** Whether a guest of this type boots from this disk and writes the word. */
  boolean boots(String guestType, byte[] disk) throws DriverException {
    String name = "troupe-probe-" + UUID.randomUUID();
    String boot = name + ".boot.raw";
    String log = name + ".console.log";
    try {
      DomainXml.Paths paths =
          connection.call("KVM probe", connect -> volumes(connect, boot, disk, log));
      return connection.call(
          "KVM probe", connect -> run(connect, xml(name, guestType, paths), log));
    } finally {
      connection.run(
          "KVM probe",
          connect -> {
            pool.delete(connect, boot, Tenure.UNFENCED);
            pool.delete(connect, log, Tenure.UNFENCED);
          });
    }
  }

  private DomainXml.Paths volumes(Connect connect, String boot, byte[] disk, String log)
      throws LibvirtException, DriverException {
    String path = pool.createWith(connect, boot, disk, permit()).path();
    return new DomainXml.Paths(
        path, "", pool.createRaw(connect, log, false, Tenure.UNFENCED).path());
  }

  private boolean run(Connect connect, String xml, String log)
      throws LibvirtException, DriverException {
    Domain guest;
    try {
      guest = connect.domainCreateXML(xml, AUTODESTROY);
    } catch (LibvirtException e) {
      LOG.info("the probe could not be started: {}", e.getMessage());
      return false;
    }
    try {
      return permit()
          .await(
              PATIENCE.toMillis(),
              () -> {
                try {
                  return ConsoleLog.read(connect, pool, log, 1 << 16).contains(ProbeDisk.WORD);
                } catch (LibvirtException e) {
                  throw LibvirtErrors.failure("KVM probe", e);
                }
              });
    } finally {
      Power.switchOff(guest, Tenure.UNFENCED);
      guest.free();
    }
  }

  private static String xml(String name, String guestType, DomainXml.Paths paths) {
    XmlElement domain = XmlElement.root("domain", "type", guestType);
    domain.child("name").text(name);
    domain.child("memory", "unit", "MiB").text("32");
    domain.child("vcpu").text("1");
    if (guestType.equals("kvm")) {
      domain.child("cpu", "mode", "host-model"); // as the guests of this type will have
    }
    XmlElement os = domain.child("os");
    os.child("type", "arch", "x86_64", "machine", "pc").text("hvm");
    os.child("boot", "dev", "hd");
    domain.child("on_reboot").text("destroy");
    XmlElement devices = domain.child("devices");
    XmlElement disk = devices.child("disk", "type", "file", "device", "disk");
    disk.child("driver", "name", "qemu", "type", "raw");
    disk.child("source", "file", paths.rootDisk());
    disk.child("target", "dev", "vda", "bus", "virtio");
    XmlElement serial = devices.child("serial", "type", "pty");
    serial.child("log", "file", paths.consoleLog(), "append", "on");
    serial.child("target", "port", "0");
    return domain.write();
  }

  private static Permit permit() {
    return new Permit(
        Cancellation.NEVER, Instant.now().plus(PATIENCE.multipliedBy(3)), Tenure.UNFENCED);
  }
}
