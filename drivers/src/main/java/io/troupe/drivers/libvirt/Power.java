package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.libvirt.GuestEvents.RebootWatch;
import io.troupe.drivers.spi.DriverException;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** Switches one guest on and off. Each method names an end state and may be repeated. */
final class Power {
  /**
   * A guest that is still booting misses the power button, so it is pressed again; as Nova does.
   */
  private static final long PRESS_AGAIN_MILLIS = 5_000;

  private final LibvirtConnection connection;
  private final GuestEvents events;
  private final HostFacts facts;

  Power(LibvirtConnection connection, GuestEvents events, HostFacts facts) {
    this.connection = connection;
    this.events = events;
    this.facts = facts;
  }

  PowerState state(InstanceId instance) throws DriverException {
    return connection.onGuest("state", instance, PowerStates::of);
  }

  /** The guest runs; one that was paused or suspended goes on where it was. */
  void start(InstanceId instance, Tenure tenure) throws DriverException {
    connection.onGuest(
        "start",
        instance,
        domain -> {
          PowerState found = PowerStates.of(domain);
          if (found != PowerState.RUNNING) {
            tenure.require(domain.getConnect());
          }
          switch (found) {
            case RUNNING -> {}
            case PAUSED, SUSPENDED -> Suspension.goOn(domain);
            case SHUTDOWN, CRASHED, NOSTATE -> create(domain);
          }
          return true;
        });
  }

  /** Somebody else may have started it between our look and our call. */
  private static void create(Domain domain) throws LibvirtException {
    try {
      domain.create();
    } catch (LibvirtException e) {
      if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_OPERATION_INVALID) || domain.isActive() == 0) {
        throw e;
      }
    }
  }

  /**
   * The guest is off. It is asked by its power button for {@code graceMillis} ms, then switched
   * off.
   */
  void stop(InstanceId instance, long graceMillis, Permit permit) throws DriverException {
    long end = System.nanoTime() + graceMillis * 1_000_000;
    while (state(instance) == PowerState.RUNNING && System.nanoTime() < end) {
      permit.check();
      pressButton(instance, permit.tenure());
      long left = (end - System.nanoTime()) / 1_000_000;
      permit.await(Math.clamp(left, 0, PRESS_AGAIN_MILLIS), () -> isOff(instance));
    }
    switchOff(instance, permit.tenure());
  }

  private void pressButton(InstanceId instance, Tenure tenure) throws DriverException {
    connection.onGuest(
        "ACPI shutdown",
        instance,
        domain -> {
          if (domain.isActive() == 0) {
            return false;
          }
          tenure.require(domain.getConnect());
          if (facts.keepsFiles()) {
            DomainCalls.pressPowerButton(domain);
          } else {
            domain.shutdown(); // the test driver knows no button
          }
          return true;
        });
  }

  private boolean isOff(InstanceId instance) throws DriverException {
    return switch (state(instance)) {
      case SHUTDOWN, CRASHED, NOSTATE -> true;
      case RUNNING, PAUSED, SUSPENDED -> false;
    };
  }

  /** The guest is off, and nothing of its memory is kept. */
  void switchOff(InstanceId instance, Tenure tenure) throws DriverException {
    connection.onGuest(
        "power off",
        instance,
        domain -> {
          switchOff(domain, tenure);
          if (domain.hasManagedSaveImage() == 1) { // the next start would go on from there
            tenure.require(domain.getConnect());
            domain.managedSaveRemove();
          }
          return true;
        });
  }

  /** It may have gone off by itself between our look and our call. */
  static void switchOff(Domain domain, Tenure tenure) throws LibvirtException, DriverException {
    if (domain.isActive() == 0) {
      return;
    }
    tenure.require(domain.getConnect());
    try {
      domain.destroy();
    } catch (LibvirtException e) {
      if (!LibvirtErrors.is(e, ErrorNumber.VIR_ERR_OPERATION_INVALID) || domain.isActive() != 0) {
        throw e;
      }
    }
  }

  /** The guest has been off and runs again; from off it is started. */
  void rebootHard(InstanceId instance, Tenure tenure) throws DriverException {
    switchOff(instance, tenure);
    start(instance, tenure);
  }

  /**
   * The guest has rebooted. It is asked (by its agent, else by ACPI) and watched for {@code
   * graceMillis} ms; one that only shut down is started; one that did neither is rebooted hard.
   */
  void rebootSoft(InstanceId instance, long graceMillis, Permit permit) throws DriverException {
    if (state(instance) != PowerState.RUNNING) {
      rebootHard(instance, permit.tenure());
      return;
    }
    try (RebootWatch watch = events.watchReboots(instance)) {
      boolean asked = askToReboot(instance, permit.tenure());
      if (asked && permit.await(graceMillis, () -> watch.seen() || isOff(instance))) {
        start(instance, permit.tenure());
        return;
      }
    }
    permit.check();
    rebootHard(instance, permit.tenure());
  }

  /** False when the guest cannot be asked, for whatever reason: then it is rebooted hard. */
  private boolean askToReboot(InstanceId instance, Tenure tenure) throws DriverException {
    return connection.onGuest(
        "soft reboot",
        instance,
        domain -> {
          tenure.require(domain.getConnect());
          try {
            domain.reboot(Domain.RebootFlags.DEFAULT);
            return true;
          } catch (LibvirtException e) {
            return false;
          }
        });
  }
}
