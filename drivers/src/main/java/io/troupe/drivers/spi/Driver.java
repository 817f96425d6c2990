package io.troupe.drivers.spi;

import java.util.List;

/**
 * A hypervisor behind one connection: what it has, and what it can be told to do. Plain blocking
 * Java, called from a thread that may wait; safe to call from several threads at once for different
 * guests.
 *
 * <p>Promises every driver keeps (the conformance kit checks them):
 *
 * <ul>
 *   <li>A command names an end state. Carrying it out twice is harmless and answers the same.
 *   <li>A command for a guest whose recorded generation is newer is refused ({@link
 *       DriverFailure.Kind#INSTANCE_FAULT}) and changes nothing.
 *   <li>A command of a lower epoch than its host has seen is refused ({@link
 *       DriverFailure.Kind#RETRYABLE}, see {@link PastEpoch}), whoever has shown it the higher one:
 *       also a successor in another process, and also in the middle of a command.
 *   <li>A failed spawn leaves nothing behind, or a guest that {@code Destroy} removes completely.
 *   <li>A guest that Troupe did not make is never touched.
 * </ul>
 */
public interface Driver extends AutoCloseable {
  Capabilities capabilities();

  /** The hosts this connection shows now. Throws when the hypervisor cannot be reached. */
  List<HostInventory> hosts() throws DriverException;

  /** Every guest on the host, ours or not. Throws when the hypervisor cannot be reached. */
  List<GuestReport> guests(String host) throws DriverException;

  /**
   * Carries out one command, to its end or its failure.
   *
   * @param cancellation asked at every safe point; once it says so, the driver stops early with a
   *     retryable failure
   * @throws DriverException with the kind of failure; nothing else is thrown on purpose
   */
  DriverResult execute(DriverCommand command, Cancellation cancellation) throws DriverException;

  /** Frees the connection. Guests go on running. */
  @Override
  void close();
}
