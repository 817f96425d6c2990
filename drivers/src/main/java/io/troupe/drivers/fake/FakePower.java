package io.troupe.drivers.fake;

import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestTarget;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Switches fake guests on, off and into the states between. */
record FakePower(FakeReach reach, FakePace pace) {
  DriverResult start(GuestTarget target, Cancellation cancellation) throws DriverException {
    var found = reach.existing(target);
    if (found.runs()) {
      return FakeReach.shown(Optional.of(found));
    }
    if (!found.goesOn()) {
      pace.awaitBoot(cancellation);
    }
    return reach.update(
        target,
        guest ->
            guest.goesOn() ? guest.in(PowerState.RUNNING) : guest.runs() ? guest : booted(guest));
  }

  DriverResult stop(GuestTarget target, long graceMillis, Cancellation cancellation)
      throws DriverException {
    var how =
        reach.existing(target).runs()
            ? pace.awaitShutdown(graceMillis, cancellation)
            : FakeGuest.Happening.POWER_CUT;
    return reach.update(target, guest -> off(guest, how));
  }

  DriverResult reboot(GuestTarget target, boolean soft, long graceMillis, Cancellation cancellation)
      throws DriverException {
    var how =
        reach.existing(target).runs()
            ? pace.awaitShutdown(soft ? graceMillis : 0, cancellation)
            : FakeGuest.Happening.POWER_CUT;
    pace.awaitBoot(cancellation);
    return reach.update(target, guest -> booted(off(guest, how)));
  }

  DriverResult pause(GuestTarget target) throws DriverException {
    return move(target, PowerState.PAUSED, Set.of(PowerState.RUNNING), "paused");
  }

  DriverResult unpause(GuestTarget target) throws DriverException {
    return move(target, PowerState.RUNNING, Set.of(PowerState.PAUSED), "unpaused");
  }

  DriverResult suspend(GuestTarget target) throws DriverException {
    return move(
        target, PowerState.SUSPENDED, Set.of(PowerState.RUNNING, PowerState.PAUSED), "suspended");
  }

  DriverResult resume(GuestTarget target) throws DriverException {
    return move(
        target, PowerState.RUNNING, Set.of(PowerState.SUSPENDED, PowerState.PAUSED), "resumed");
  }

  /** The guest says that it got the interrupt, and goes on. */
  DriverResult interrupt(GuestTarget target) throws DriverException {
    return from(
        Set.of(PowerState.RUNNING, PowerState.PAUSED),
        target,
        "sent an NMI",
        guest -> guest.noting(FakeGuest.Happening.INTERRUPTED, reach.now()));
  }

  /** One that is there already is left as it is. */
  private DriverResult move(GuestTarget target, PowerState to, Set<PowerState> from, String done)
      throws DriverException {
    var all = EnumSet.of(to);
    all.addAll(from);
    return from(all, target, done, guest -> guest.power() == to ? guest : guest.in(to));
  }

  private DriverResult from(
      Set<PowerState> states, GuestTarget target, String done, UnaryOperator<FakeGuest> change)
      throws DriverException {
    reach.existing(target);
    return FakeReach.shown(
        reach.change(
            target,
            found -> {
              if (found.isPresent() && !states.contains(found.get().power())) {
                throw DriverException.instanceFault(
                    found.get().name() + " is " + found.get().power() + ", it cannot be " + done);
              }
              return found.map(change);
            }));
  }

  private FakeGuest booted(FakeGuest guest) {
    return guest.booted(reach.now());
  }

  FakeGuest off(FakeGuest guest, FakeGuest.Happening how) {
    return guest.isOff() ? guest : guest.ended(how, reach.now());
  }
}
