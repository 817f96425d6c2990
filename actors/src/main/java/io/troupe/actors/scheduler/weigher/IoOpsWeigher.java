package io.troupe.actors.scheduler.weigher;

import io.troupe.actors.scheduler.HostRow;
import io.troupe.config.WeigherName;

/**
 * Instances being built, rebuilt, resized, snapshotted or rescued; fewer is better under the
 * default multiplier, which is negative. Source: Nova's IoOpsWeigher.
 */
record IoOpsWeigher() implements HostWeigher.ByLoad {
  @Override
  public int raw(HostRow host) {
    return host.ioOps();
  }

  @Override
  public WeigherName title() {
    return WeigherName.IO_OPS;
  }
}
