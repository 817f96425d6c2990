package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import java.time.Duration;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;

/**
 * The epoch that rules a host, written down on the host itself: an empty volume {@code
 * troupe-epoch.HOST-UUID.EPOCH} in our storage pool. Whoever comes with a higher epoch makes its
 * own volume and deletes the lower ones, and only then begins. So a controller asks with one call
 * whether it is still the one: is my volume there? It needs nobody's memory but the host's.
 *
 * <p>libvirt lists a volume from before it is made until it is deleted. Of two who come at once,
 * the one whose volume is made second sees the other's: the higher deletes, the lower gives way.
 * One that dies half-way leaves a volume that the next higher one deletes.
 *
 * <p>What remains open: libvirt has no call that checks and acts in one. A process that is paused
 * between its check and the call right behind it, and continued after a successor has begun, gets
 * that one call through, if its connection is still there. libvirtd closes the connection of a
 * client that does not answer its keep-alive (every 5 s, five misses: after 30 s at the latest,
 * {@code libvirtd.conf}), and drops what such a client sends. See docs/adr/0013.
 */
final class EpochMarker {
  private static final String PREFIX = "troupe-epoch.";

  /** Two seconds in all: far longer than libvirt takes to make an empty file. */
  private static final int DELETE_ATTEMPTS = 80;

  private static final Duration ATTEMPT_INTERVAL = Duration.ofMillis(25);

  private final VolumePool pool;
  private final HostFacts facts;

  /** What this process made of itself. Changed only under the lock of this object. */
  private volatile Claim claim = new Claim(Long.MIN_VALUE, "");

  /**
   * @param key of the volume, by which libvirt finds it with one call
   */
  private record Claim(long epoch, String key) {}

  EpochMarker(VolumePool pool, HostFacts facts) {
    this.pool = pool;
    this.facts = facts;
  }

  /**
   * The epoch that rules the host now: {@code epoch} itself if it is, or has just become, the
   * highest one; otherwise the higher one. One call, except when an epoch is new.
   */
  long ruling(Connect connect, long epoch) throws LibvirtException, DriverException {
    Claim known = claim;
    if (epoch < known.epoch()) {
      return known.epoch();
    }
    if (epoch == known.epoch() && exists(connect, known.key())) {
      return epoch;
    }
    synchronized (this) {
      Claim now = claim;
      if (epoch < now.epoch() || (epoch == now.epoch() && now != known)) {
        return now.epoch(); // another thread has claimed it meanwhile
      }
      return claim(connect, epoch);
    }
  }

  private static boolean exists(Connect connect, String key) throws LibvirtException {
    try {
      StorageVol volume = connect.storageVolLookupByKey(key);
      volume.free();
      return true;
    } catch (LibvirtException e) {
      if (LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_VOL)) {
        return false;
      }
      throw e;
    }
  }

  private long claim(Connect connect, long epoch) throws LibvirtException, DriverException {
    if (facts.keepsFiles()) {
      pool.ensure(connect);
    }
    long before = highest(connect);
    if (before > epoch) {
      return before;
    }
    String mine = prefix() + epoch;
    Optional<String> key = make(connect, mine);
    long highest = highest(connect);
    if (highest > epoch) {
      pool.delete(connect, mine, Tenure.UNFENCED);
      return highest;
    }
    for (String volume : pool.names(connect)) {
      Optional<Long> other = epochOf(volume);
      if (other.isPresent() && other.get() < epoch) {
        deleteLower(connect, volume);
      }
    }
    claim =
        new Claim(
            epoch, key.orElseThrow(() -> DriverException.retryable(mine + " is gone once more")));
    return epoch;
  }

  /**
   * One that another controller is making at this moment is listed already, and libvirt refuses to
   * delete it until it is made: no more than a moment, since it is empty.
   */
  private void deleteLower(Connect connect, String volume)
      throws LibvirtException, DriverException {
    for (int attempt = 1; ; attempt++) {
      try {
        pool.delete(connect, volume, Tenure.UNFENCED);
        return;
      } catch (LibvirtException e) {
        if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_OPERATION_INVALID)) {
          throw e;
        }
        if (attempt == DELETE_ATTEMPTS) {
          throw DriverException.retryable("the volume of a lower epoch: " + e.getMessage());
        }
        pause();
      }
    }
  }

  private static void pause() throws DriverException {
    try {
      Thread.sleep(ATTEMPT_INTERVAL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw DriverException.retryable("interrupted");
    }
  }

  /**
   * Its path. It may be there: from before this process was restarted, or made by another at this
   * moment. Empty when it was made and is gone: who claims a higher epoch deletes the lower ones.
   */
  private Optional<String> make(Connect connect, String volume)
      throws LibvirtException, DriverException {
    Optional<VolumePool.Volume> there = pool.find(connect, volume);
    if (there.isPresent()) {
      return there.map(VolumePool.Volume::path);
    }
    try {
      return Optional.of(pool.createRaw(connect, volume, false, Tenure.UNFENCED).path());
    } catch (LibvirtException e) {
      Optional<VolumePool.Volume> meanwhile = pool.find(connect, volume);
      if (meanwhile.isEmpty() && !LibvirtErrors.is(e, ErrorNumber.VIR_ERR_NO_STORAGE_VOL)) {
        throw e;
      }
      return meanwhile.map(VolumePool.Volume::path);
    }
  }

  private long highest(Connect connect) throws LibvirtException, DriverException {
    return pool.names(connect).stream()
        .flatMap(volume -> epochOf(volume).stream())
        .max(Long::compare)
        .orElse(Long.MIN_VALUE);
  }

  private Optional<Long> epochOf(String volume) {
    String digits = volume.startsWith(prefix()) ? volume.substring(prefix().length()) : "";
    return digits.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(digits)) : Optional.empty();
  }

  /** With the host in it: a pool on a network file system may be several hosts' pool. */
  private String prefix() {
    return PREFIX + HostFacts.token(facts.uuid()) + ".";
  }
}
