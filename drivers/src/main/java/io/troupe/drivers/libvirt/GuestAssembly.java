package io.troupe.drivers.libvirt;

import io.troupe.drivers.configdrive.ConfigDriveFiles;
import io.troupe.drivers.configdrive.ConfigDriveIso;
import io.troupe.drivers.spi.DriverContext.ImageReader;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.VolumeRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * Puts guests together and takes them apart. The domain is defined last and undefined first, so a
 * domain that is there is whole, and what a crash leaves behind is only volumes, which carry the
 * instance's id and go with the next spawn or destroy.
 */
final class GuestAssembly {
  /**
   * VIR_DOMAIN_UNDEFINE_KEEP_NVRAM, which the binding does not name. Only an adopted guest may have
   * such a file, and what it came with stays. A hypervisor without files refuses the flag.
   */
  private static final int KEEP_NVRAM = 8;

  private final LibvirtConnection connection;
  private final HostFacts facts;
  private final HostChoices choices;
  private final VolumePool pool;
  private final ImageReader images;
  private final ImageCache cache;
  private final Fence fence;

  /**
   * What was chosen for this host, by its operator or by trying.
   *
   * @param guestType {@code kvm}, {@code qemu} or {@code test}
   */
  record HostChoices(String guestType, NicSource nicSource, Optional<String> vncListen) {}

  GuestAssembly(
      LibvirtConnection connection,
      HostFacts facts,
      HostChoices choices,
      VolumePool pool,
      ImageReader images,
      ImageCache cache) {
    this.connection = connection;
    this.facts = facts;
    this.choices = choices;
    this.pool = pool;
    this.images = images;
    this.cache = cache;
    this.fence = new Fence(connection);
  }

  /** The guest is defined and runs. Nothing of it is left when this fails. */
  void spawn(GuestTarget target, GuestSpec spec, Permit permit) throws DriverException {
    permit.check();
    remove(target, permit.tenure()); // an older generation, or what a spawn that was killed left
    make(
        () -> {
          Optional<DomainXml.Paths> disks =
              facts.keepsFiles() ? Optional.of(makeDisks(target, spec, permit)) : noDisks(spec);
          define(target, DomainMetadata.of(target), spec, disks, permit);
        },
        () -> remove(target, permit.tenure()));
  }

  /**
   * The guest is defined and runs, on the root disk that an older generation of it had at another
   * host. What that host made later finds that the files are held here. The disk is there still
   * when this fails; an instance fault when it is not there at all.
   */
  void spawnOnFormerDisk(GuestTarget target, GuestSpec spec, Permit permit) throws DriverException {
    permit.check();
    if (!facts.keepsFiles()) {
      throw DriverException.unsupported("this host keeps no disks");
    }
    removeButDisk(target, permit.tenure());
    GuestVolumes former = former(target);
    make(
        () -> {
          DomainXml.Paths disks = takeOver(target, former, spec, permit);
          define(
              target,
              new DomainMetadata(
                  target.instance(), target.generation(), target.operation(), former.generation()),
              spec,
              Optional.of(disks),
              permit);
        },
        () -> removeButDisk(target, permit.tenure()));
  }

  @FunctionalInterface
  private interface Work {
    void run() throws DriverException;
  }

  /** What a failure has left is removed; where that cannot be done, Destroy will find it. */
  private static void make(Work work, Work removal) throws DriverException {
    try {
      work.run();
    } catch (DriverException | RuntimeException e) {
      try {
        removal.run();
      } catch (DriverException notRemoved) {
        e.addSuppressed(notRemoved);
      }
      throw e;
    }
  }

  private void define(
      GuestTarget target,
      DomainMetadata metadata,
      GuestSpec spec,
      Optional<DomainXml.Paths> disks,
      Permit permit)
      throws DriverException {
    permit.check();
    String xml =
        new DomainXml(
                metadata,
                spec,
                choices.guestType(),
                facts.architecture(),
                choices.nicSource(),
                disks,
                choices.vncListen())
            .write();
    fence.check(target); // the image may have taken long: is the guest still ours to make?
    connection.run("spawn", connect -> defineAndStart(connect, xml, permit.tenure()));
  }

  /** The files of the guest that another host had. */
  private GuestVolumes former(GuestTarget target) throws DriverException {
    return connection
        .call(
            "look for the former disk",
            connect -> {
              pool.ensure(connect);
              pool.refresh(connect); // another host has made it
              return volumes(target).former(pool.names(connect));
            })
        .orElseThrow(
            () ->
                DriverException.instanceFault(
                    "the root disk of instance "
                        + target.instance()
                        + " is not in the storage pool of "
                        + facts.name()));
  }

  /** The former guest's files are held by this host and no other; its config drive is made anew. */
  private DomainXml.Paths takeOver(
      GuestTarget target, GuestVolumes former, GuestSpec spec, Permit permit)
      throws DriverException {
    byte[] drive = ConfigDriveIso.of(ConfigDriveFiles.of(target.instance(), spec));
    Tenure tenure = permit.tenure();
    return connection.call(
        "disks",
        connect -> {
          String ours = volumes(target).heldAt(facts.uuid());
          pool.mark(connect, ours, tenure);
          for (String hold : volumes(target).holds(pool.names(connect))) {
            if (!hold.equals(ours)) {
              pool.delete(connect, hold, tenure); // of hosts that the instance has left
            }
          }
          pool.delete(connect, former.configDrive(), tenure);
          String config = pool.createWith(connect, former.configDrive(), drive, permit).path();
          if (pool.find(connect, former.consoleLog()).isEmpty()) {
            pool.createRaw(connect, former.consoleLog(), false, tenure);
          }
          List<String> further = new ArrayList<>();
          for (VolumeRef volume : spec.volumes()) {
            further.add(path(connect, volume));
          }
          return new DomainXml.Paths(
              pool.find(connect, former.rootDisk()).orElseThrow().path(),
              config,
              pool.find(connect, former.consoleLog()).orElseThrow().path(),
              further);
        });
  }

  /** The test driver has no files; that the image is there is found out all the same. */
  private Optional<DomainXml.Paths> noDisks(GuestSpec spec) throws DriverException {
    RootDisk.sizeBytes(spec);
    try (InputStream image = images.open(spec.image().id())) {
      image.read();
      return Optional.empty();
    } catch (IOException e) {
      throw DriverException.instanceFault("no image " + spec.image().id() + ": " + e.getMessage());
    }
  }

  private DomainXml.Paths makeDisks(GuestTarget target, GuestSpec spec, Permit permit)
      throws DriverException {
    if (spec.rootVolume().isEmpty()) {
      RootDisk.sizeBytes(spec); // refused before the image travels
    }
    byte[] drive = ConfigDriveIso.of(ConfigDriveFiles.of(target.instance(), spec));
    connection.run("storage pool", pool::ensure);
    Optional<String> image =
        spec.rootVolume().isPresent()
            ? Optional.empty()
            : Optional.of(cache.ensure(spec.image(), permit));
    permit.check();
    GuestVolumes volumes = volumes(target);
    return connection.call(
        "disks",
        connect -> {
          pool.mark(connect, volumes.heldAt(facts.uuid()), permit.tenure());
          String root =
              image.isPresent()
                  ? RootDisk.create(
                      connect, pool, volumes.rootDisk(), spec, image.get(), permit.tenure())
                  : path(connect, spec.rootVolume().orElseThrow());
          String config = pool.createWith(connect, volumes.configDrive(), drive, permit).path();
          String log = pool.createRaw(connect, volumes.consoleLog(), false, permit.tenure()).path();
          List<String> further = new ArrayList<>();
          for (VolumeRef volume : spec.volumes()) {
            further.add(path(connect, volume));
          }
          return new DomainXml.Paths(root, config, log, further);
        });
  }

  private String path(Connect connect, VolumeRef volume) throws LibvirtException, DriverException {
    return pool.findAnew(connect, volume.name())
        .orElseThrow(() -> DriverException.instanceFault("there is no volume " + volume.name()))
        .path();
  }

  private static void defineAndStart(Connect connect, String xml, Tenure tenure)
      throws LibvirtException, DriverException {
    tenure.require(connect);
    Domain domain = connect.domainDefineXML(xml);
    try {
      tenure.require(connect);
      domain.create();
    } finally {
      domain.free();
    }
  }

  /**
   * Domain and volumes are gone. Repeatable, and for what never was. Throws an instance fault when
   * a newer owner made the domain that is there.
   */
  void remove(GuestTarget target, Tenure tenure) throws DriverException {
    removeDomain(target, tenure);
    if (facts.keepsFiles()) {
      connection.run(
          "removal of volumes",
          connect -> volumes(target).deleteAll(connect, pool, facts.uuid(), tenure));
    }
  }

  /** The domain is gone, and the files are there for another host that has them too. */
  void removeButDisk(GuestTarget target, Tenure tenure) throws DriverException {
    removeDomain(target, tenure);
    if (facts.keepsFiles()) {
      connection.run(
          "removal of holds",
          connect -> {
            for (String hold : volumes(target).holds(pool.names(connect))) {
              if (hold.endsWith(HostFacts.token(facts.uuid()))) {
                pool.delete(connect, hold, tenure);
              }
            }
          });
    }
  }

  private void removeDomain(GuestTarget target, Tenure tenure) throws DriverException {
    fence.check(target);
    connection.onDomain(
        "destroy",
        target.instance(),
        domain -> {
          Power.switchOff(domain, tenure);
          undefine(domain, tenure);
          return true;
        });
  }

  private static GuestVolumes volumes(GuestTarget target) {
    return new GuestVolumes(target.instance(), target.generation());
  }

  private void undefine(Domain domain, Tenure tenure) throws LibvirtException, DriverException {
    tenure.require(domain.getConnect());
    int kept = facts.keepsFiles() ? KEEP_NVRAM : 0;
    try {
      domain.undefine(
          Domain.UndefineFlags.MANAGED_SAVE | Domain.UndefineFlags.SNAPSHOTS_METADATA | kept);
    } catch (LibvirtException e) {
      if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_DOMAIN)) {
        throw e;
      }
    }
  }
}
