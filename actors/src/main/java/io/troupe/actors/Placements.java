package io.troupe.actors;

import io.troupe.actors.scheduler.Capacity;
import io.troupe.actors.scheduler.PlacementExplanation;
import io.troupe.actors.scheduler.SchedulerActor;
import io.troupe.actors.scheduler.pool.StoragePool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
   * How many more instances of this kind fit now, and what ends it. At most {@code most} are
   * counted, and never more than {@link SchedulerActor#COUNTED_AT_MOST}. Refused like {@link
   * #explain}.
   */
  default CompletionStage<Answer<Capacity>> capacity(Question question, int most) {
    return CompletableFuture.completedFuture(
        Answer.refuse(new Rejection.Unavailable("capacity is not counted here")));
  }

  /**
   * The pools that volumes lie in, at most {@link SchedulerActor#POOLS_AT_MOST}. {@link
   * Rejection.Unavailable} when the scheduler cannot answer now.
   */
  default CompletionStage<Answer<List<StoragePool>>> pools() {
    return CompletableFuture.completedFuture(
        Answer.refuse(new Rejection.Unavailable("there are no pools here")));
  }

  /**
   * A placement to be explained.
   *
   * @param flavorId of a flavor in the catalog
   * @param projectId for which it would be
   * @param hints scheduler hints, each with its values
   * @param imageId of an image in the catalog; none says nothing about the image
   * @param destination a host that all filters judge
   */
  record Question(
      String flavorId,
      String projectId,
      Optional<String> availabilityZone,
      Map<String, List<String>> hints,
      Optional<String> imageId,
      Optional<String> destination) {
    public Question {
      hints = Map.copyOf(hints);
    }

    /** About a flavor alone. */
    public Question(
        String flavorId,
        String projectId,
        Optional<String> availabilityZone,
        Map<String, List<String>> hints) {
      this(flavorId, projectId, availabilityZone, hints, Optional.empty(), Optional.empty());
    }
  }
}
