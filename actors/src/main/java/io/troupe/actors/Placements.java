package io.troupe.actors;

import io.troupe.actors.scheduler.PlacementExplanation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Asks the scheduler what it would do. Nothing is reserved and nothing changes. */
public interface Placements {
  /**
   * Where an instance of this kind would go now, and why not elsewhere.
   *
   * @return {@link Rejection.Invalid} when the question does not make sense, {@link
   *     Rejection.Unavailable} when the scheduler cannot answer now; that no host fits is an answer
   */
  CompletionStage<Answer<PlacementExplanation>> explain(Question question);

  /**
   * A placement to be explained.
   *
   * @param flavorId of a flavor in the catalog
   * @param projectId for which it would be
   * @param hints scheduler hints, each with its values
   */
  record Question(
      String flavorId,
      String projectId,
      Optional<String> availabilityZone,
      Map<String, List<String>> hints) {
    public Question {
      hints = Map.copyOf(hints);
    }
  }
}
