package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.VolumeRef;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * A volume with what is in another one at one moment, which stands on nothing. Where a guest in
 * memory has that one QEMU makes the copy while the guest goes on, else libvirt does. While the
 * copy is not whole an empty volume beside it says so: who finds that begins anew.
 */
record VolumeCopy(LibvirtConnection connection, VolumePool pool, LiveCopy copies) {

  /** The name of what says that a volume is not whole. */
  static String mark(VolumeRef volume) {
    return volume.name() + ".begun";
  }

  /** Throws an instance fault when {@code to} is not there yet, and {@code from} is not either. */
  void copy(VolumeRef from, VolumeRef to, long sizeGib, Permit permit) throws DriverException {
    String doing = "copy of a volume";
    connection.run("storage pool", pool::ensure);
    boolean whole =
        connection.call(
            doing,
            connect ->
                pool.findAnew(connect, to.name()).isPresent()
                    && pool.find(connect, mark(to)).isEmpty());
    if (!whole) {
      copyAnew(doing, from, to, permit);
    }
    long bytes = Math.multiplyExact(sizeGib, 1L << 30);
    connection.run(doing, connect -> pool.grow(connect, to.name(), bytes, permit.tenure()));
  }

  private void copyAnew(String doing, VolumeRef from, VolumeRef to, Permit permit)
      throws DriverException {
    VolumePool.Volume source =
        connection
            .call(doing, connect -> pool.findAnew(connect, from.name()))
            .orElseThrow(() -> DriverException.instanceFault("there is no volume " + from.name()));
    Optional<InstanceId> user =
        connection.call(doing, connect -> DiskHolders.inMemory(connect, source.path()));
    if (user.isPresent()) {
      copies.requireIdle(user.get()); // a copy that somebody who is gone began ends by itself
    }
    connection.run(
        doing,
        connect -> {
          if (pool.find(connect, mark(to)).isEmpty()) {
            pool.createRaw(connect, mark(to), false, permit.tenure());
          }
          pool.delete(connect, to.name(), permit.tenure());
        });
    if (user.isPresent()) {
      copyLive(doing, user.get(), from, to, source.path(), permit);
    } else {
      connection.run(
          doing, connect -> pool.createFlatCopy(connect, to.name(), from.name(), permit.tenure()));
    }
    connection.run(doing, connect -> pool.delete(connect, mark(to), permit.tenure()));
  }

  private void copyLive(
      String doing, InstanceId user, VolumeRef from, VolumeRef to, String sourcePath, Permit permit)
      throws DriverException {
    String path =
        connection.call(
            doing,
            connect ->
                pool.createQcow2(
                        connect,
                        to.name(),
                        pool.virtualSizeBytes(connect, from.name()),
                        permit.tenure())
                    .path());
    copies.copy(doing, user, domain -> device(domain, sourcePath), path, false, permit);
  }

  private static String device(Domain domain, String path)
      throws LibvirtException, DriverException {
    return DiskHolders.disk(domain, path)
        .flatMap(disk -> disk.find("target/@dev"))
        .orElseThrow(() -> DriverException.retryable("the guest has let go of " + path));
  }
}
