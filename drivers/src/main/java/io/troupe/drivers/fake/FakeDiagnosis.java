package io.troupe.drivers.fake;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverResult.Diagnostics;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Cpu;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Disk;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Memory;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Nic;
import io.troupe.drivers.spi.DriverResult.Diagnostics.Traffic;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a fake hypervisor has counted: a pure function of the guest and the time. Its guests are
 * idle, each second they run for a millisecond, send a packet of 64 octets and write a block.
 */
final class FakeDiagnosis {
  private FakeDiagnosis() {}

  static Diagnostics of(FakeGuest guest, Instant now) throws DriverException {
    if (!guest.runs() && !guest.isPaused()) {
      throw DriverException.instanceFault("guest " + guest.name() + " is " + guest.power());
    }
    var seconds = Math.max(0, (now.toEpochMilli() - guest.bootedAtMillis()) / 1_000);
    var traffic = new Traffic(64 * seconds, seconds, 0, 0, 64 * seconds, seconds, 0, 0);
    return new Diagnostics(
        guest.power(),
        "fake",
        "fake",
        "linux",
        Optional.of(seconds),
        true,
        IntStream.range(0, guest.size().vcpus())
            .mapToObj(id -> new Cpu(id, Optional.of(1_000_000 * seconds), Optional.of(0)))
            .toList(),
        guest.nics().stream().map(nic -> new Nic(nic.split(" ")[0], Optional.of(traffic))).toList(),
        Collections.nCopies(
            1 + guest.volumes().size(), new Disk(1 << 20, 256, 4_096 * seconds, seconds, 0)),
        new Memory(guest.size().ramMib(), guest.size().ramMib()));
  }
}
