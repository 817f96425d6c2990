package io.troupe.drivers.fake;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What a fake guest has written to its serial console: a pure function of its past, so that the log
 * costs no memory.
 */
final class FakeConsole {
  private FakeConsole() {}

  /** The last {@code maxBytes} bytes of the log in UTF-8; a character cut in two is left out. */
  static String tail(FakeGuest guest, int maxBytes) {
    var bytes = text(guest).getBytes(StandardCharsets.UTF_8);
    var from = Math.max(0, bytes.length - Math.max(0, maxBytes));
    while (from < bytes.length && (bytes[from] & 0xC0) == 0x80) {
      from++;
    }
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
  }

  static String text(FakeGuest guest) {
    var log = new StringBuilder();
    for (var moment : guest.past()) {
      switch (moment.what()) {
        case BOOTED -> boot(log, guest, moment);
        case SHUT_DOWN -> log.append("[   90.000000] reboot: Power down\n");
        case PANICKED -> log.append("[   90.000000] Kernel panic - not syncing\n");
        case INTERRUPTED -> log.append("[   80.000000] Uhhuh. NMI received, dumping memory\n");
        case PASSWORD_SET -> log.append("fake guest: password changed\n");
        case POWER_CUT -> {} // a guest whose power is cut says nothing
      }
    }
    return log.toString();
  }

  private static void boot(StringBuilder log, FakeGuest guest, FakeGuest.Moment moment) {
    log.append("[    0.000000] Fake kernel 1.0, boot ").append(moment.boot()).append(", ");
    log.append(Instant.ofEpochMilli(moment.atMillis())).append('\n');
    log.append("[    0.000000] Command line: console=ttyS0 root=/dev/vda1\n");
    log.append("[    0.010000] smp: ").append(guest.size().vcpus()).append(" CPUs, memory: ");
    log.append(guest.size().ramMib()).append(" MiB\n");
    for (var i = 0; i < guest.nics().size(); i++) {
      log.append("[    0.400000] eth").append(i).append(": ").append(guest.nics().get(i));
      log.append('\n');
    }
    log.append("cloud-init: config drive found, hostname ").append(guest.hostname());
    if (!guest.keyName().isEmpty()) {
      log.append(", ssh key ").append(guest.keyName());
    }
    log.append("\nfake guest ").append(guest.hostname()).append(" ready\n");
  }
}
