package io.troupe.actors.scheduler.topology;

import io.troupe.drivers.spi.HostTopology.Device;
import java.util.Arrays;
import java.util.List;

/**
 * Gives each of a request's devices one of the host's.
 *
 * <p>Goal: of all ways the first, in the order in which devices are asked for and the host has
 * them. Method: each takes the first that is open to it; as a rule that is the answer. Where it
 * leads to a dead end, before one is taken it is asked whether the rest can still have one each,
 * which is a matching found by augmenting paths (Kuhn 1955). That is exact but for physical
 * functions asked for together with virtual ones of theirs, which exclude each other: these are
 * tried out, up to a bound. Example: a asks for X or Y, b for X. a → X leaves none for b, so a → Y,
 * b → X.
 */
final class DeviceMatching {
  /** Devices tried per host; a host with more ways than that is not worth the time. */
  private static final int STEPS = 20_000;

  private final List<Device> devices;

  /** For each item the devices that are open to it, ascending. */
  private final int[][] open;

  /** Whether the item asks for the same as the one before it, so that it takes a later device. */
  private final boolean[] again;

  /** By device its physical function, −1: it has none here. */
  private final int[] parent;

  private final boolean[] taken;
  private final int[] chosen;
  private boolean looksAhead;
  private int steps;

  DeviceMatching(List<Device> devices, int[][] open, boolean[] again) {
    this.devices = devices;
    this.open = open;
    this.again = again;
    this.taken = new boolean[devices.size()];
    this.chosen = new int[open.length];
    this.parent = new int[devices.size()];
    for (int d = 0; d < parent.length; d++) {
      parent[d] = devices.get(d).parent().map(this::indexOf).orElse(-1);
    }
  }

  private int indexOf(String address) {
    for (int d = 0; d < devices.size(); d++) {
      if (devices.get(d).address().equals(address)) {
        return d;
      }
    }
    return -1;
  }

  /** For each item the index of its device; empty when there is no way. */
  int[] find() {
    if (choose(0)) {
      return chosen;
    }
    Arrays.fill(taken, false);
    looksAhead = true;
    return canServe(0) && choose(0) ? chosen : new int[0];
  }

  private boolean choose(int item) {
    if (item == open.length) {
      return true;
    }
    int after = item > 0 && again[item] ? chosen[item - 1] : -1;
    for (int device : open[item]) {
      if (device <= after || isBlocked(device)) {
        continue;
      }
      if (++steps > STEPS) {
        return false;
      }
      taken[device] = true;
      chosen[item] = device;
      if (!looksAhead) {
        return choose(item + 1);
      }
      if (canServe(item + 1) && choose(item + 1)) {
        return true;
      }
      taken[device] = false;
    }
    return false;
  }

  private boolean isBlocked(int device) {
    if (taken[device] || parent[device] >= 0 && taken[parent[device]]) {
      return true;
    }
    for (int other = 0; other < taken.length; other++) {
      if (taken[other] && parent[other] == device) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the items from this one on can have a device each, as far as each pair is concerned.
   */
  private boolean canServe(int from) {
    int[] itemOf = new int[devices.size()];
    Arrays.fill(itemOf, -1);
    for (int item = from; item < open.length; item++) {
      if (!augment(item, itemOf, new boolean[devices.size()])) {
        return false;
      }
    }
    return true;
  }

  private boolean augment(int item, int[] itemOf, boolean[] seen) {
    for (int device : open[item]) {
      if (!seen[device] && !isBlocked(device)) {
        seen[device] = true;
        if (itemOf[device] < 0 || augment(itemOf[device], itemOf, seen)) {
          itemOf[device] = item;
          return true;
        }
      }
    }
    return false;
  }
}
