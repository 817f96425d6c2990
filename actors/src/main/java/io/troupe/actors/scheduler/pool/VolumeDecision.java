package io.troupe.actors.scheduler.pool;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import java.util.List;

/** Where a volume may lie. It reserves nothing: the host may still refuse to make it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = VolumeDecision.Placed.class, name = "placed"),
  @JsonSubTypes.Type(value = VolumeDecision.NoValidBackend.class, name = "no-valid-backend")
})
public sealed interface VolumeDecision extends CborSerializable {
  /**
   * Pools to try, in this order.
   *
   * @param candidates at least one
   */
  record Placed(List<PoolCandidate> candidates) implements VolumeDecision {
    public Placed {
      candidates = List.copyOf(candidates);
    }
  }

  record NoValidBackend(PoolExplanation explanation) implements VolumeDecision {}
}
