package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.PastEpoch;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * A command's right to change things on its host, as long as no higher epoch rules there. It is
 * asked for right before every single call that changes something; then the call follows.
 */
sealed interface Tenure {
  /** For what belongs to no command and touches no guest, such as probing a host. */
  Tenure UNFENCED = new Unfenced();

  /** Throws retryable when a successor rules the host. */
  void require(Connect connect) throws LibvirtException, DriverException;

  record Unfenced() implements Tenure {
    @Override
    public void require(Connect connect) {}
  }

  /** A command's own; once lost it stays lost. */
  final class Of implements Tenure {
    private final EpochMarker marker;
    private final GuestTarget target;
    private Optional<DriverFailure> lost = Optional.empty();

    Of(EpochMarker marker, GuestTarget target) {
      this.marker = marker;
      this.target = target;
    }

    @Override
    public void require(Connect connect) throws LibvirtException, DriverException {
      if (lost.isEmpty()) {
        long ruling = marker.ruling(connect, target.epoch());
        if (ruling == target.epoch()) {
          return;
        }
        lost = Optional.of(PastEpoch.refuse(target, ruling).failure()); // said once
      }
      throw new DriverException(lost.get());
    }
  }
}
