package io.troupe.drivers.libvirt;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.DriverException;
import java.util.EnumSet;
import org.libvirt.Domain;
import org.libvirt.DomainCalls;
import org.libvirt.LibvirtException;

/**
 * Holds one guest where it is and lets it go on: in memory, or saved to the host's disk (libvirt's
 * managed save, which every later start continues from). Each method names an end state and may be
 * repeated; an instance fault when there is no way to it from the state the guest is in.
 */
record Suspension(LibvirtConnection connection) {
  @FunctionalInterface
  private interface Step {
    void on(Domain domain) throws LibvirtException, DriverException;
  }

  void pause(InstanceId instance, Tenure tenure) throws DriverException {
    move(
        instance,
        tenure,
        PowerState.PAUSED,
        EnumSet.of(PowerState.RUNNING),
        domain -> domain.suspend());
  }

  void unpause(InstanceId instance, Tenure tenure) throws DriverException {
    move(
        instance,
        tenure,
        PowerState.RUNNING,
        EnumSet.of(PowerState.PAUSED),
        domain -> domain.resume());
  }

  /** Takes as long as the guest's memory takes to the disk. */
  void suspend(InstanceId instance, Tenure tenure) throws DriverException {
    move(
        instance,
        tenure,
        PowerState.SUSPENDED,
        EnumSet.of(PowerState.RUNNING, PowerState.PAUSED),
        domain -> domain.managedSave());
  }

  void resume(InstanceId instance, Tenure tenure) throws DriverException {
    move(
        instance,
        tenure,
        PowerState.RUNNING,
        EnumSet.of(PowerState.SUSPENDED, PowerState.PAUSED),
        Suspension::goOn);
  }

  /** Lets go on what is paused, asleep by its own wish, or saved. */
  static void goOn(Domain domain) throws LibvirtException {
    if (domain.isActive() == 0) {
      domain.create();
    } else if (PowerStates.of(domain) == PowerState.PAUSED) {
      domain.resume();
    } else {
      domain.PMwakeup();
    }
  }

  /** The guest gets a non-maskable interrupt. */
  void interrupt(InstanceId instance, Tenure tenure) throws DriverException {
    onGuest(
        "NMI",
        instance,
        domain -> {
          PowerState found = PowerStates.of(domain);
          if (found != PowerState.RUNNING && found != PowerState.PAUSED) {
            throw noWay(instance, found, "get an NMI");
          }
          tenure.require(domain.getConnect());
          DomainCalls.injectNmi(domain);
        });
  }

  private void move(
      InstanceId instance, Tenure tenure, PowerState to, EnumSet<PowerState> from, Step step)
      throws DriverException {
    onGuest(
        "transition to " + to,
        instance,
        domain -> {
          PowerState found = PowerStates.of(domain);
          if (found == to) {
            return;
          }
          if (!from.contains(found)) {
            throw noWay(instance, found, "become " + to);
          }
          tenure.require(domain.getConnect());
          step.on(domain);
        });
  }

  private static DriverException noWay(InstanceId instance, PowerState found, String what) {
    return DriverException.instanceFault(
        "guest " + instance + " is " + found + ", it cannot " + what);
  }

  private void onGuest(String doing, InstanceId instance, Step step) throws DriverException {
    connection.onGuest(
        doing,
        instance,
        domain -> {
          step.on(domain);
          return true;
        });
  }
}
