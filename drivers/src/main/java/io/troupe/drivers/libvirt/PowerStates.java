package io.troupe.drivers.libvirt;

import io.troupe.core.value.PowerState;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.LibvirtException;

/** libvirt's domain states as power states. Numbers: {@code virDomainState}, libvirt-domain.h. */
final class PowerStates {
  private static final int SHUTOFF_CRASHED = 3;

  private PowerStates() {}

  static PowerState of(Domain domain) throws LibvirtException {
    DomainCalls.State state = DomainCalls.state(domain);
    PowerState power = of(state.state(), state.reason());
    // libvirt calls a saved guest shut off, and forgets the reason when it is restarted.
    return power == PowerState.SHUTDOWN && domain.hasManagedSaveImage() == 1
        ? PowerState.SUSPENDED
        : power;
  }

  static PowerState of(int state, int reason) {
    return switch (state) {
      case 1, 2 -> PowerState.RUNNING; // 2: waiting for a resource
      case 3 -> PowerState.PAUSED;
      case 4 -> PowerState.RUNNING; // shutting down, not off yet
      case 5 -> reason == SHUTOFF_CRASHED ? PowerState.CRASHED : PowerState.SHUTDOWN;
      case 6 -> PowerState.CRASHED;
      case 7 -> PowerState.SUSPENDED;
      default -> PowerState.NOSTATE;
    };
  }
}
