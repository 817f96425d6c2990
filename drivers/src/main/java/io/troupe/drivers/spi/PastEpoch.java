package io.troupe.drivers.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The refusal of a command whose host actor has a successor by now, in one form for all who refuse:
 * the driver actor, the drivers, the hypervisors. It is retryable, since whoever still means the
 * command asks again under the host's present epoch.
 *
 * <p>Each refusal is one line in the log of the process that asked, so that one can count how often
 * a former owner tried.
 */
public final class PastEpoch {
  private static final Logger LOG = LoggerFactory.getLogger(PastEpoch.class);

  private PastEpoch() {}

  /**
   * To be called once for each command refused.
   *
   * @param now the highest epoch the host has seen
   */
  public static DriverException refuse(GuestTarget target, long now) {
    LOG.info(
        "refused past epoch: host={} epoch={} now={} instance={} operation={}",
        target.host(),
        target.epoch(),
        now,
        target.instance(),
        target.operation());
    return DriverException.retryable(
        "epoch " + target.epoch() + " of host " + target.host() + " is past, now " + now);
  }
}
