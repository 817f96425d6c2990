package io.troupe.drivers.libvirt;

import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverException;
import java.util.Comparator;
import java.util.List;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/**
 * A guest's root disk as it was before it grew, for the way back. libvirt cannot rename a volume,
 * so it is a copy, and going back is a copy again: then the disk stands on no image any more, since
 * libvirt copies what lies below, too. An empty volume that is made after the copy says that it is
 * whole; without that one it is never looked at.
 *
 * <pre>
 *   grow:  copy → mark as whole → grow the root disk
 *   back:  delete the root disk → copy → unmark → delete the former one
 * </pre>
 *
 * <p>So a crash between any two of these loses nothing, and each can be repeated. The operation
 * that made the disk grow stands in the name: what another one has left is not gone back to.
 *
 * @param hostUuid of the host whose guest may go back to it
 */
record FormerDisk(VolumePool pool, GuestVolumes volumes, String hostUuid) {
  /** The root disk has at least so many bytes, and when it had fewer, is kept as it was too. */
  void keepAndGrow(Connect connect, long bytes, OperationId by, Tenure tenure)
      throws LibvirtException, DriverException {
    String root = volumes.rootDisk();
    boolean grows = pool.virtualSizeBytes(connect, root) < bytes;
    for (String name : kept(connect)) {
      if (grows || !name.startsWith(volumes.former(hostUuid, by))) {
        pool.delete(connect, name, tenure); // of another resize, or half of this one
      }
    }
    if (grows) {
      pool.createFlatCopy(connect, volumes.former(hostUuid, by), root, tenure);
      pool.createRaw(connect, volumes.formerIsWhole(hostUuid, by), false, tenure);
      pool.grow(connect, root, bytes, tenure);
    }
  }

  /**
   * The root disk is what it was before it grew for {@code undone}, and no former one is kept. It
   * is left as it is when it did not grow for that. Retryable while nobody can look for it.
   */
  void bringBack(Connect connect, OperationId undone, Tenure tenure)
      throws LibvirtException, DriverException {
    look(connect);
    if (pool.find(connect, volumes.formerIsWhole(hostUuid, undone)).isPresent()) {
      pool.delete(connect, volumes.rootDisk(), tenure);
      pool.createFlatCopy(connect, volumes.rootDisk(), volumes.former(hostUuid, undone), tenure);
    }
    drop(connect, tenure);
  }

  /** None is kept. Repeatable. */
  void drop(Connect connect, Tenure tenure) throws LibvirtException, DriverException {
    for (String name : kept(connect)) {
      pool.delete(connect, name, tenure);
    }
  }

  /** What says that a copy is whole comes first: a half of what is left must not be believed. */
  private List<String> kept(Connect connect) throws LibvirtException, DriverException {
    return pool.names(connect).stream()
        .filter(name -> volumes.isFormer(name, hostUuid))
        .sorted(Comparator.comparing(name -> !volumes.saysThatItIsWhole(name)))
        .toList();
  }

  /** Another host may have made it; libvirt refuses to look while any volume is being made. */
  private void look(Connect connect) throws LibvirtException, DriverException {
    try {
      pool.refresh(connect);
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_INTERNAL_ERROR)) {
        throw DriverException.retryable("look for the former root disk: " + e.getMessage());
      }
      throw e;
    }
  }
}
