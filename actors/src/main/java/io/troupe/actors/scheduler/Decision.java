package io.troupe.actors.scheduler;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import java.util.List;
import java.util.Optional;

/** The scheduler's answer. It reserves nothing: the chosen host may still refuse the claim. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Decision.Placed.class, name = "placed"),
  @JsonSubTypes.Type(value = Decision.NoValidHost.class, name = "no-valid-host")
})
public sealed interface Decision extends CborSerializable {
  /**
   * Hosts to try, in this order.
   *
   * @param candidates at least one, at most as many as were asked for
   * @param seed what broke the ties; the same table, request, settings and seed answer the same
   */
  record Placed(List<Candidate> candidates, long seed) implements Decision {
    public Placed {
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * No host passed every filter.
   *
   * @param unless how room could be made for a request that may preempt; absent in messages from
   *     before there was one
   */
  record NoValidHost(Explanation explanation, Optional<Preemption> unless) implements Decision {
    public NoValidHost {
      unless = unless == null ? Optional.empty() : unless;
    }

    /** And there is nothing to be done about it. */
    public NoValidHost(Explanation explanation) {
      this(explanation, Optional.empty());
    }
  }
}
