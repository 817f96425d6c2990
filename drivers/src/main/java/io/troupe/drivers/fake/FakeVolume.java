package io.troupe.drivers.fake;

import io.troupe.drivers.spi.VolumeRef;

/** By what a fake hypervisor knows a volume: its id, and which file it is but for the first. */
final class FakeVolume {
  private FakeVolume() {}

  static String key(VolumeRef volume) {
    var id = volume.id();
    var at = volume.name().indexOf(id + ".");
    var number = at < 0 ? "" : volume.name().substring(at + id.length()).replace(".qcow2", "");
    return number.matches("\\.[0-9]+") ? id + number : id;
  }

  /** Whether {@code key} is one of the files of the volume of this id. */
  static boolean isOf(String id, String key) {
    return key.equals(id) || key.startsWith(id + ".");
  }
}
