package io.troupe.drivers.spi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Optional;

/** A placement as one of the facts of a {@link MoveTicket}, which are texts. */
public final class PlacementText {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FACT = "placement";

  private PlacementText() {}

  /** Adds the destination's placement to its facts, if it gives one. */
  public static void put(Map<String, String> facts, Optional<GuestPlacement> placement) {
    if (placement.isPresent()) {
      try {
        facts.put(FACT, JSON.writeValueAsString(placement.get()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("numbers and texts can always be written", e);
      }
    }
  }

  /**
   * What the facts say.
   *
   * @throws IllegalArgumentException when it is not as we write it
   */
  public static Optional<GuestPlacement> read(Map<String, String> facts) {
    String text = facts.get(FACT);
    try {
      return text == null
          ? Optional.empty()
          : Optional.of(JSON.readValue(text, GuestPlacement.class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("placement: " + e.getOriginalMessage(), e);
    }
  }
}
