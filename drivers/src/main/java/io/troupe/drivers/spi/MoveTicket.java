package io.troupe.drivers.spi;

import io.troupe.core.serialization.CborSerializable;
import java.util.Map;

/**
 * What the two hosts of a move have to know of each other. The source writes its part (answering
 * {@link DriverCommand.OfferMove}), the destination adds its own ({@link
 * DriverCommand.PrepareMove}), and every later command of the move carries the whole. Only drivers
 * of one kind read each other's words; who hands a ticket on keeps it as it is. It may be stored.
 *
 * @param driver that writes and reads it, such as {@code libvirt}
 * @param storage how the destination comes by the guest's disks; {@code UNKNOWN} until it is
 *     prepared
 * @param source facts from there
 * @param destination facts from there; empty until it is prepared
 */
public record MoveTicket(
    String driver, Storage storage, Map<String, String> source, Map<String, String> destination)
    implements CborSerializable {

  /** Where the guest's own disks are, seen from the destination. */
  public enum Storage {
    UNKNOWN,
    /** On the source alone: they travel. */
    BLOCK,
    /** Both hosts have the same storage: they stay where they are. */
    SHARED
  }

  public MoveTicket {
    source = Map.copyOf(source);
    destination = Map.copyOf(destination);
  }

  /** From the source, before there is a destination. */
  public static MoveTicket offered(String driver, Map<String, String> source) {
    return new MoveTicket(driver, Storage.UNKNOWN, source, Map.of());
  }

  /** With what the destination adds. */
  public MoveTicket prepared(Storage how, Map<String, String> there) {
    return new MoveTicket(driver, how, source, there);
  }
}
