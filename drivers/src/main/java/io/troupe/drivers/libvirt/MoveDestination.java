package io.troupe.drivers.libvirt;

import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.PlacementText;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a libvirt host adds to the ticket of a guest that is to come to it.
 *
 * @param generation that the guest will have there
 * @param files the generation in the names of its files there
 * @param operation that moves it
 * @param uri at which the source's libvirtd reaches this one
 * @param dataUri at which QEMU listens; empty: as the host is configured
 * @param rootDisk path there
 * @param configDrive path there
 * @param consoleLog path there
 * @param onImage whether the root disk there stands on the same image already
 * @param nic what cards are plugged into there, as an option says it
 * @param vncListen empty: as the host is configured
 * @param placement of the guest on that host
 */
record MoveDestination(
    String host,
    long generation,
    long files,
    OperationId operation,
    String uri,
    Optional<String> dataUri,
    String rootDisk,
    String configDrive,
    String consoleLog,
    boolean onImage,
    String nic,
    Optional<String> vncListen,
    Optional<GuestPlacement> placement) {

  /** The directory in which everything of the guest lies there. */
  String directory() {
    return rootDisk.substring(0, rootDisk.lastIndexOf('/') + 1);
  }

  Map<String, String> facts() {
    var facts = new HashMap<String, String>();
    facts.put("host", host);
    facts.put("generation", Long.toString(generation));
    facts.put("files", Long.toString(files));
    facts.put("operation", operation.value());
    facts.put("uri", uri);
    dataUri.ifPresent(it -> facts.put("dataUri", it));
    facts.put("rootDisk", rootDisk);
    facts.put("configDrive", configDrive);
    facts.put("consoleLog", consoleLog);
    facts.put("onImage", Boolean.toString(onImage));
    facts.put("nic", nic);
    vncListen.ifPresent(it -> facts.put("vncListen", it));
    PlacementText.put(facts, placement);
    return facts;
  }

  /** Throws an instance fault when no destination has been prepared. */
  static MoveDestination of(MoveTicket ticket) throws DriverException {
    MoveSource.of(ticket);
    Map<String, String> facts = ticket.destination();
    if (facts.isEmpty()) {
      throw DriverException.instanceFault("the destination is not prepared");
    }
    try {
      return new MoveDestination(
          MoveSource.word(facts, "host"),
          Long.parseLong(MoveSource.word(facts, "generation")),
          Long.parseLong(MoveSource.word(facts, "files")),
          new OperationId(MoveSource.word(facts, "operation")),
          MoveSource.word(facts, "uri"),
          Optional.ofNullable(facts.get("dataUri")),
          MoveSource.word(facts, "rootDisk"),
          MoveSource.word(facts, "configDrive"),
          MoveSource.word(facts, "consoleLog"),
          Boolean.parseBoolean(MoveSource.word(facts, "onImage")),
          MoveSource.word(facts, "nic"),
          Optional.ofNullable(facts.get("vncListen")),
          PlacementText.read(facts));
    } catch (IllegalArgumentException e) {
      throw DriverException.hostFault("the destination's part of the ticket: " + e.getMessage());
    }
  }
}
