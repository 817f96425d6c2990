package io.troupe.drivers.libvirt;

import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.MoveTicket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a libvirt host writes into the ticket of a guest that is to leave it.
 *
 * @param hostUuid the host's, as libvirt knows it
 * @param generation that is recorded with the guest
 * @param files the generation in the names of its files
 * @param rootDisk name of the volume it boots from
 * @param rootBytes of the disk in that volume
 * @param ownRoot whether that is the guest's own disk, and not a volume that outlives it
 * @param imageDigits the first of the SHA-512 of the cached image that the root disk stands on;
 *     empty when it stands on none
 * @param volumes names of the further volumes it has
 * @param runs whether it runs now
 */
record MoveSource(
    String host,
    String hostUuid,
    long generation,
    long files,
    String rootDisk,
    long rootBytes,
    boolean ownRoot,
    String imageDigits,
    List<String> volumes,
    boolean runs) {
  static final String DRIVER = "libvirt";

  Map<String, String> facts() {
    var facts = new HashMap<String, String>();
    facts.put("host", host);
    facts.put("hostUuid", hostUuid);
    facts.put("generation", Long.toString(generation));
    facts.put("files", Long.toString(files));
    facts.put("rootDisk", rootDisk);
    facts.put("rootBytes", Long.toString(rootBytes));
    facts.put("ownRoot", Boolean.toString(ownRoot));
    facts.put("imageDigits", imageDigits);
    facts.put("volumes", String.join(" ", volumes));
    facts.put("runs", Boolean.toString(runs));
    return facts;
  }

  /** Throws a host fault when another driver has written the ticket. */
  static MoveSource of(MoveTicket ticket) throws DriverException {
    if (!ticket.driver().equals(DRIVER)) {
      throw DriverException.hostFault("a ticket of " + ticket.driver() + ", not of " + DRIVER);
    }
    Map<String, String> facts = ticket.source();
    try {
      return new MoveSource(
          word(facts, "host"),
          word(facts, "hostUuid"),
          Long.parseLong(word(facts, "generation")),
          Long.parseLong(word(facts, "files")),
          word(facts, "rootDisk"),
          Long.parseLong(word(facts, "rootBytes")),
          Boolean.parseBoolean(word(facts, "ownRoot")),
          word(facts, "imageDigits"),
          word(facts, "volumes").isEmpty() ? List.of() : List.of(word(facts, "volumes").split(" ")),
          Boolean.parseBoolean(word(facts, "runs")));
    } catch (IllegalArgumentException e) {
      throw DriverException.hostFault("the source's part of the ticket: " + e.getMessage());
    }
  }

  static String word(Map<String, String> facts, String name) {
    String word = facts.get(name);
    if (word == null) {
      throw new IllegalArgumentException("without " + name);
    }
    return word;
  }
}
