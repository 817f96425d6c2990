package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestTarget;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One connection's reach to the guests of a hypervisor: every look and every change goes through
 * the fences there.
 *
 * @param origin the connection's own events, which are not told what it does itself
 */
record FakeReach(FakeHypervisor hypervisor, Consumer<GuestEvent> origin, Clock clock) {
  Instant now() {
    return clock.instant();
  }

  Optional<FakeGuest> look(GuestTarget target) throws DriverException {
    return hypervisor.look(target);
  }

  FakeGuest existing(GuestTarget target) throws DriverException {
    return look(target).orElseThrow(() -> missing(target));
  }

  /** Changes a guest that must be there. */
  DriverResult update(GuestTarget target, UnaryOperator<FakeGuest> change) throws DriverException {
    var after = this.change(target, guest -> guest.map(change));
    return shown(Optional.of(after.orElseThrow(() -> missing(target))));
  }

  Optional<FakeGuest> change(GuestTarget target, FakeHypervisor.Change change)
      throws DriverException {
    return hypervisor.update(target, origin, now(), change);
  }

  static DriverResult shown(Optional<FakeGuest> guest) {
    return guest
        .<DriverResult>map(it -> DriverResult.Guest.in(it.power()))
        .orElse(DriverResult.Guest.GONE);
  }

  private static DriverException missing(GuestTarget target) {
    return DriverException.instanceFault(
        "no guest of instance " + target.instance() + " on " + target.host());
  }
}
