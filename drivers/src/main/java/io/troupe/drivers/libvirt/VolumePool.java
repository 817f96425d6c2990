package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.SharedPool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.libvirt.StorageVol;

/**
 * The directory pool on a host in which everything of ours lies: images, disks, config drives,
 * console logs. Only libvirt's storage calls are used, so that it works on a remote host.
 *
 * @param path the directory, used when the pool has to be made
 */
record VolumePool(String name, String path, Optional<SharedPool> shared) {
  /** One that is its host's own. */
  VolumePool(String name, String path) {
    this(name, path, Optional.empty());
  }

  /**
   * A file in the pool.
   *
   * @param path on the host
   * @param sizeBytes of the file itself, whatever format it is in
   * @param modifiedSeconds by the host's clock, since the epoch
   */
  record Volume(String name, String path, long sizeBytes, long modifiedSeconds) {}

  /** What a caller does with the pool, which is freed afterwards. */
  @FunctionalInterface
  private interface PoolCall<T> {
    T on(StoragePool pool) throws LibvirtException, DriverException;
  }

  /** What a caller does with a volume, which is freed afterwards. */
  @FunctionalInterface
  interface VolumeCall<T> {
    T on(StorageVol volume) throws LibvirtException, DriverException;
  }

  /** The pool exists and is active. Repeatable; two at once are harmless. */
  void ensure(Connect connect) throws LibvirtException, DriverException {
    StoragePool pool;
    try {
      pool = connect.storagePoolLookupByName(name);
    } catch (LibvirtException absent) {
      if (!LibvirtErrors.is(absent, ErrorNumber.VIR_ERR_NO_STORAGE_POOL)) {
        throw absent;
      }
      pool = define(connect);
    }
    try {
      requireFiles(pool);
      if (pool.isActive() == 0) {
        pool.build(0); // makes the directory; one that is there already is left as it is
        pool.create(0);
      }
      pool.setAutostart(1);
    } finally {
      pool.free();
    }
  }

  private StoragePool define(Connect connect) throws LibvirtException {
    XmlElement xml = XmlElement.root("pool", "type", "dir");
    xml.child("name").text(name);
    XmlElement target = xml.child("target");
    target.child("path").text(path);
    target.child("permissions").child("mode").text("0711");
    try {
      return connect.storagePoolDefineXML(xml.write(), 0);
    } catch (LibvirtException e) {
      // Another controller may have defined it between our look-up and now.
      try {
        return connect.storagePoolLookupByName(name);
      } catch (LibvirtException stillAbsent) {
        throw e;
      }
    }
  }

  private void requireFiles(StoragePool pool) throws LibvirtException, DriverException {
    String type = XmlElement.parse(pool.getXMLDesc(0)).attribute("type");
    if (!List.of("dir", "fs", "netfs").contains(type)) {
      throw DriverException.hostFault(
          "storage pool " + name + " is of type " + type + "; a directory of files is needed");
    }
  }

  long capacityBytes(Connect connect) throws LibvirtException, DriverException {
    return on(connect, pool -> pool.getInfo().capacity);
  }

  List<String> names(Connect connect) throws LibvirtException, DriverException {
    return on(connect, pool -> List.of(pool.listVolumes()));
  }

  Optional<Volume> find(Connect connect, String volume) throws LibvirtException, DriverException {
    return onVolume(connect, volume, VolumePool::describe);
  }

  /** The same, also when another host that has the directory has made it since. */
  Optional<Volume> findAnew(Connect connect, String volume)
      throws LibvirtException, DriverException {
    Optional<Volume> found = find(connect, volume);
    if (found.isPresent() || shared.isEmpty()) {
      return found;
    }
    refresh(connect);
    return find(connect, volume);
  }

  /** Makes an empty raw file, readable for all or for its owner only. */
  Volume createRaw(Connect connect, String volume, boolean readableForAll, Tenure tenure)
      throws LibvirtException, DriverException {
    return create(connect, VolumeXml.raw(volume, readableForAll), tenure);
  }

  /** There is such a volume, which says something by its name; a new one is empty. */
  void mark(Connect connect, String volume, Tenure tenure)
      throws LibvirtException, DriverException {
    if (find(connect, volume).isEmpty()) {
      createRaw(connect, volume, false, tenure);
    }
  }

  /** Makes a raw file with this content, readable for its owner only. */
  Volume createWith(Connect connect, String volume, byte[] content, Permit permit)
      throws LibvirtException, DriverException {
    Volume made = createRaw(connect, volume, false, permit.tenure());
    onVolume(
        connect,
        volume,
        file -> {
          try {
            var bytes = new ByteArrayInputStream(content);
            VolumeStream.upload(connect, file, bytes, 0, content.length, permit);
            return true;
          } catch (IOException e) {
            throw new UncheckedIOException("an array in memory can be read", e);
          }
        });
    return made;
  }

  /** Writes a volume from its start. Throws an end-of-file exception when there are fewer bytes. */
  void fill(Connect connect, String volume, InputStream bytes, long length, Permit permit)
      throws LibvirtException, DriverException {
    onVolume(
        connect,
        volume,
        file -> {
          try {
            VolumeStream.upload(connect, file, bytes, 0, length, permit);
            return true;
          } catch (IOException e) {
            throw DriverException.retryable("what goes to " + volume + ": " + e.getMessage());
          }
        });
  }

  /** The disk in the volume has at least this size, bytes. */
  void grow(Connect connect, String volume, long bytes, Tenure tenure)
      throws LibvirtException, DriverException {
    if (virtualSizeBytes(connect, volume) < bytes) {
      onVolume(
          connect,
          volume,
          found -> {
            tenure.require(connect);
            return found.resize(bytes, 0);
          });
    }
  }

  /** The directory's path on the host, with a slash at its end. */
  String directory(Connect connect) throws LibvirtException, DriverException {
    return on(
        connect,
        pool -> XmlElement.parse(pool.getXMLDesc(0)).find("target/path").orElseThrow() + "/");
  }

  /** Makes a qcow2 file over another one, whose format is named and never probed. */
  Volume createOverlay(
      Connect connect,
      String volume,
      long capacityBytes,
      String basePath,
      String baseFormat,
      Tenure tenure)
      throws LibvirtException, DriverException {
    return create(connect, VolumeXml.overlay(volume, capacityBytes, basePath, baseFormat), tenure);
  }

  /** Makes an empty qcow2 file that stands on no other. */
  Volume createQcow2(Connect connect, String volume, long capacityBytes, Tenure tenure)
      throws LibvirtException, DriverException {
    return create(connect, VolumeXml.qcow2(volume, capacityBytes), tenure);
  }

  /**
   * Makes a qcow2 file with all that is in {@code source} and in what that stands on. Blocks as
   * long as the copy takes.
   */
  void createFlatCopy(Connect connect, String volume, String source, Tenure tenure)
      throws LibvirtException, DriverException {
    XmlElement xml = VolumeXml.qcow2(volume, virtualSizeBytes(connect, source));
    onVolume(
        connect,
        source,
        found -> {
          StoragePool pool = connect.storagePoolLookupByName(name);
          try {
            tenure.require(connect);
            pool.storageVolCreateXMLFrom(xml.write(), found, 0).free();
          } finally {
            pool.free();
          }
          return true;
        });
  }

  /**
   * What lies in a volume that somebody else than libvirt has written.
   *
   * @param fileBytes of the file
   * @param diskBytes of the disk in it
   */
  record Sizes(long fileBytes, long diskBytes) {}

  Sizes freshSizes(Connect connect, String volume) throws LibvirtException, DriverException {
    refresh(connect);
    long fileBytes =
        find(connect, volume)
            .orElseThrow(() -> DriverException.retryable("there is no volume " + volume))
            .sizeBytes();
    return new Sizes(fileBytes, virtualSizeBytes(connect, volume));
  }

  /** The size of the disk in a volume, whatever the file takes. Throws when there is no volume. */
  long virtualSizeBytes(Connect connect, String volume) throws LibvirtException, DriverException {
    return onVolume(connect, volume, found -> found.getInfo().capacity)
        .orElseThrow(() -> DriverException.hostFault("there is no volume " + volume));
  }

  private Volume create(Connect connect, XmlElement xml, Tenure tenure)
      throws LibvirtException, DriverException {
    return on(
        connect,
        pool -> {
          tenure.require(connect);
          StorageVol made = pool.storageVolCreateXML(xml.write(), 0);
          try {
            return describe(made);
          } finally {
            made.free();
          }
        });
  }

  /** One that is gone already is a success. */
  void delete(Connect connect, String volume, Tenure tenure)
      throws LibvirtException, DriverException {
    onVolume(
        connect,
        volume,
        found -> {
          tenure.require(connect);
          try {
            found.delete(0);
          } catch (LibvirtException e) {
            if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_VOL)) {
              throw e;
            }
          }
          return true;
        });
  }

  /** Looks at the directory again, for files that did not come through libvirt. */
  void refresh(Connect connect) throws LibvirtException, DriverException {
    on(
        connect,
        pool -> {
          pool.refresh(0);
          return true;
        });
  }

  /** Empty when there is no such volume. */
  <T> Optional<T> onVolume(Connect connect, String volume, VolumeCall<T> call)
      throws LibvirtException, DriverException {
    return on(
        connect,
        pool -> {
          StorageVol found;
          try {
            found = pool.storageVolLookupByName(volume);
          } catch (LibvirtException e) {
            if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_VOL)) {
              return Optional.<T>empty();
            }
            throw e;
          }
          try {
            return Optional.of(call.on(found));
          } finally {
            found.free();
          }
        });
  }

  private <T> T on(Connect connect, PoolCall<T> call) throws LibvirtException, DriverException {
    StoragePool pool = connect.storagePoolLookupByName(name);
    try {
      return call.on(pool);
    } finally {
      pool.free();
    }
  }

  /**
   * libvirt's capacity is the virtual size if it takes the file for qcow2, and whatever the file's
   * header says; {@code physical} is what the file system says.
   */
  private static Volume describe(StorageVol volume) throws LibvirtException {
    XmlElement xml = XmlElement.parse(volume.getXMLDesc(0));
    long size = xml.find("physical").or(() -> xml.find("capacity")).map(Long::parseLong).orElse(0L);
    long modified =
        xml.find("target/timestamps/mtime")
            .map(time -> Long.parseLong(time.split("\\.", 2)[0]))
            .orElse(0L);
    return new Volume(volume.getName(), volume.getPath(), size, modified);
  }
}
