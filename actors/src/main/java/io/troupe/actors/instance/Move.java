package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.MoveTicket;
import java.util.Optional;

/**
 * A move that is not settled: in progress, or waiting to be confirmed or reverted. While it lasts
 * the instance may have a claim, and something of its guest, on two hosts; {@link #arrived} says
 * which of them has the instance.
 *
 * @param operation that began it
 * @param source where it came from; empty once nothing is left there
 * @param sourceGeneration under which the guest was there
 * @param destination where it goes; empty while there is none, or once nothing is left there
 * @param destinationGeneration under which it is, or is to be, there
 * @param from its flavor at the source
 * @param to its flavor at the destination, the same unless it is resized
 * @param before its vm state when it set out
 * @param ticket what the drivers of both hosts told each other
 * @param arrived whether the instance is at the destination
 * @param cancelled whether somebody asked for it to be broken off
 * @param doubted whether a revert has begun to take the guest from the destination, and nobody has
 *     seen it there since; absent in snapshots of former releases
 */
public record Move(
    OperationId operation,
    Optional<HostId> source,
    Optional<String> sourceZone,
    long sourceGeneration,
    Optional<HostId> destination,
    Optional<String> destinationZone,
    long destinationGeneration,
    FlavorAtBoot from,
    FlavorAtBoot to,
    VmState before,
    Optional<MoveTicket> ticket,
    boolean arrived,
    boolean cancelled,
    boolean doubted) {

  /** The other end of the move, which may be the same host. */
  Optional<HostId> otherEnd() {
    return arrived ? source : destination;
  }

  /** The host that has something of the instance besides the one that has the instance. */
  public Optional<HostId> other() {
    return isOnOneHost() ? Optional.empty() : otherEnd();
  }

  long otherGeneration() {
    return arrived ? sourceGeneration : destinationGeneration;
  }

  /** A resize that does not leave its host. */
  @JsonIgnore
  public boolean isOnOneHost() {
    return source.isPresent() && source.equals(destination);
  }

  /** Whether the guest shall run after the move, or after it has been taken back. */
  boolean runs() {
    return before == VmState.ACTIVE;
  }

  boolean changesFlavor() {
    return !from.equals(to);
  }

  Move toward(Optional<HostId> host, long generation) {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        host,
        Optional.empty(),
        generation,
        from,
        to,
        before,
        ticket,
        arrived,
        cancelled,
        doubted);
  }

  Move claimed(Optional<String> zone) {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        destination,
        zone,
        destinationGeneration,
        from,
        to,
        before,
        ticket,
        arrived,
        cancelled,
        doubted);
  }

  Move with(MoveTicket newTicket) {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        destination,
        destinationZone,
        destinationGeneration,
        from,
        to,
        before,
        Optional.of(newTicket),
        arrived,
        cancelled,
        doubted);
  }

  Move withArrived(boolean isThere) {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        destination,
        destinationZone,
        destinationGeneration,
        from,
        to,
        before,
        ticket,
        isThere,
        cancelled,
        doubted && isThere);
  }

  Move cancel() {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        destination,
        destinationZone,
        destinationGeneration,
        from,
        to,
        before,
        ticket,
        arrived,
        true,
        doubted);
  }

  /** Nobody knows whether the destination still has the guest, or somebody has seen it there. */
  Move withDoubt(boolean isDoubted) {
    return new Move(
        operation,
        source,
        sourceZone,
        sourceGeneration,
        destination,
        destinationZone,
        destinationGeneration,
        from,
        to,
        before,
        ticket,
        arrived,
        cancelled,
        isDoubted);
  }

  /** Whether the guest waits at the source, while the instance is at the destination. */
  public boolean waitsAtTheSource() {
    return arrived && other().isPresent();
  }

  /** Nothing is left on {@code host}. */
  Move without(HostId host) {
    return new Move(
        operation,
        source.filter(one -> !one.equals(host)),
        sourceZone,
        sourceGeneration,
        destination.filter(one -> !one.equals(host)),
        destinationZone,
        destinationGeneration,
        from,
        to,
        before,
        ticket,
        arrived,
        cancelled,
        doubted);
  }
}
