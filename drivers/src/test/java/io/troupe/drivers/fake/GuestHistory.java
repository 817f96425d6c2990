package io.troupe.drivers.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened in a fake hypervisor's {@code state} directory, read without the driver's own code,
 * so that a test has a second opinion. It may be read while processes work there: a last line
 * without its end is not there yet. The history is whole as long as the file was not rewritten,
 * which it is past 250,000 lines.
 *
 * @param spawns how often a guest was made for each instance and generation, on whichever host; a
 *     guest that was made anew over an existing one counts again
 * @param epochs of each host's changes, in the order of the changes
 * @param guests that are there at the end, by host and name
 */
public record GuestHistory(
    Map<Spawn, Integer> spawns,
    Map<String, List<Long>> epochs,
    Map<String, Map<String, Guest>> guests) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * @param instance its UUID
   */
  public record Spawn(String instance, long generation) {}

  /**
   * @param instance its UUID, empty for a foreign guest
   * @param power as {@code PowerState} writes it
   */
  public record Guest(String instance, long generation, String power) {}

  /** Reads the directory; one that nothing was written to yet is empty. */
  public static GuestHistory of(Path directory) throws IOException {
    var history = new GuestHistory(new HashMap<>(), new TreeMap<>(), new TreeMap<>());
    var file = directory.resolve("guests.jsonl");
    var text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    var pasts = new HashMap<String, JsonNode>();
    var whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (var line : whole.lines().toList()) {
      history.add(JSON.readTree(line), pasts);
    }
    return history;
  }

  private void add(JsonNode change, Map<String, JsonNode> pasts) {
    var host = change.path("host").textValue();
    epochs.computeIfAbsent(host, it -> new ArrayList<>()).add(change.path("epoch").longValue());
    var there = guests.computeIfAbsent(host, it -> new TreeMap<>());
    switch (change.path("change").textValue()) {
      case "kept" -> {
        var guest = change.path("guest");
        var name = guest.path("name").textValue();
        var now =
            new Guest(
                guest.path("instance").asText(""),
                guest.path("generation").longValue(),
                guest.path("power").textValue());
        var former = there.put(name, now);
        var past = guest.path("past");
        var formerPast = pasts.put(host + " " + name, past);
        var isNew = former == null || former.generation() != now.generation();
        var beganAgain = past.size() == 1 && !past.equals(formerPast);
        if (!now.instance().isEmpty() && (isNew || beganAgain)) {
          spawns.merge(new Spawn(now.instance(), now.generation()), 1, Integer::sum);
        }
      }
      case "moved" -> { // the same one elsewhere: none is made
        var guest = change.path("guest");
        var name = guest.path("name").textValue();
        var to = change.path("to").textValue();
        there.remove(name);
        guests
            .computeIfAbsent(to, it -> new TreeMap<>())
            .put(
                name,
                new Guest(
                    guest.path("instance").asText(""),
                    guest.path("generation").longValue(),
                    guest.path("power").textValue()));
        pasts.put(to + " " + name, guest.path("past"));
      }
      case "gone" -> there.remove(change.path("name").textValue());
      case "epoch-raised" -> {} // says nothing about guests
      default -> throw new AssertionError("unknown change: " + change);
    }
  }

  public int spawns(String instance, long generation) {
    return spawns.getOrDefault(new Spawn(instance, generation), 0);
  }

  /** What was made more than once; empty is what one wants to see. */
  public Map<Spawn, Integer> madeTwice() {
    var twice = new HashMap<>(spawns);
    twice.values().removeIf(count -> count == 1);
    return twice;
  }

  /** Each place where a change has a lower epoch than one before it; empty is right. */
  public List<String> fallsOfEpochs() {
    var falls = new ArrayList<String>();
    epochs.forEach(
        (host, sequence) -> {
          for (var i = 1; i < sequence.size(); i++) {
            if (sequence.get(i) < sequence.get(i - 1)) {
              falls.add(host + ": " + sequence.get(i - 1) + " then " + sequence.get(i));
            }
          }
        });
    return falls;
  }
}
