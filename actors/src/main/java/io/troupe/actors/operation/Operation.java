package io.troupe.actors.operation;

import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.Shelf;
import io.troupe.actors.instance.TaskState;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestSpec;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The operation in progress: what is left to do, and what a failure on the way has to remember.
 *
 * @param deadline after it nobody waits any longer; the truth is asked for and the operation ends
 * @param todo the steps left, the first one is being done
 * @param candidates the scheduler's choice and its alternates; the first one is the target of the
 *     claim
 * @param tried hosts that refused or failed
 * @param attempts hosts that a spawn was tried on
 * @param placements how often the scheduler was asked
 * @param failure why it will end in failure, while it is being compensated
 * @param rescueImage what the guest may be running from, until it is known to run from its own disk
 * @param purpose what its kind does not say yet
 */
public record Operation(
    OperationId id,
    OperationKind kind,
    Instant deadline,
    List<Step> todo,
    List<HostId> candidates,
    Set<HostId> tried,
    int attempts,
    int placements,
    Optional<Failure> failure,
    Optional<GuestSpec.ImageRef> rescueImage,
    Optional<Purpose> purpose) {

  public Operation {
    todo = List.copyOf(todo);
    candidates = List.copyOf(candidates);
    tried = Set.copyOf(tried);
  }

  public static Operation begin(
      OperationId id,
      OperationKind kind,
      Instant deadline,
      List<Step> todo,
      Optional<Purpose> purpose) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        List.of(),
        Set.of(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        purpose);
  }

  public Optional<Step> current() {
    return todo.isEmpty() ? Optional.empty() : Optional.of(todo.getFirst());
  }

  /** What is left to do after the current step. */
  public List<Step> rest() {
    return todo.subList(1, todo.size());
  }

  /** The host that may hold a claim of this operation. */
  public Optional<HostId> target() {
    return candidates.isEmpty() ? Optional.empty() : Optional.of(candidates.getFirst());
  }

  /**
   * Which image goes when one is dropped: the one that was being made, else the one that a shelved
   * instance lives on in.
   */
  public String imageToDrop(Step step, Optional<Shelf> shelf) {
    return purpose
        .filter(_ -> !step.isDropFormer())
        .flatMap(Purpose::newImage)
        .map(Image::id)
        .or(() -> shelf.map(Shelf::imageId))
        .orElseThrow(() -> new IllegalStateException("no image to drop for " + this));
  }

  /** What the API shows now. */
  public Optional<TaskState> taskState() {
    return current()
        .flatMap(
            step ->
                step.kind() == StepKind.SNAPSHOT
                    ? kind.taskState(phase())
                    : kind.taskState(step.kind()));
  }

  /** How far the image that it makes has come. */
  public Purpose.ImagePhase phase() {
    return purpose.map(Purpose::phase).orElse(Purpose.ImagePhase.COPYING);
  }

  public Operation withPhase(Purpose.ImagePhase phase) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        candidates,
        tried,
        attempts,
        placements,
        failure,
        rescueImage,
        purpose.map(one -> one.at(phase)));
  }

  /** What it is about turns out on the way. */
  public Operation withPurpose(Purpose other) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        candidates,
        tried,
        attempts,
        placements,
        failure,
        rescueImage,
        Optional.of(other));
  }

  public Operation withTodo(List<Step> steps) {
    return new Operation(
        id,
        kind,
        deadline,
        steps,
        candidates,
        tried,
        attempts,
        placements,
        failure,
        rescueImage,
        purpose);
  }

  public Operation withDeadline(Instant later) {
    return new Operation(
        id,
        kind,
        later,
        todo,
        candidates,
        tried,
        attempts,
        placements,
        failure,
        rescueImage,
        purpose);
  }

  /** For an operation that starts with a host: its guest is what the steps are about. */
  public Operation onHost(Optional<HostId> host) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        host.stream().toList(),
        tried,
        attempts,
        placements,
        failure,
        rescueImage,
        purpose);
  }

  public Operation withCandidates(List<HostId> hosts) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        hosts,
        tried,
        attempts,
        placements + 1,
        failure,
        rescueImage,
        purpose);
  }

  public Operation withFailure(Failure why) {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        candidates,
        tried,
        attempts,
        placements,
        Optional.of(failure.orElse(why)),
        rescueImage,
        purpose);
  }

  public Operation withAttempt() {
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        candidates,
        tried,
        attempts + 1,
        placements,
        failure,
        rescueImage,
        purpose);
  }

  /** The first candidate is out of the question from now on. */
  public Operation withoutTarget() {
    var nowTried = new HashSet<>(tried);
    target().ifPresent(nowTried::add);
    return new Operation(
        id,
        kind,
        deadline,
        todo,
        candidates.isEmpty() ? candidates : candidates.subList(1, candidates.size()),
        nowTried,
        attempts,
        placements,
        failure,
        rescueImage,
        purpose);
  }

  /** For an operation during which the guest may run from a rescue disk, or no longer does. */
  public Operation withRescueImage(Optional<GuestSpec.ImageRef> image) {
    return new Operation(
        id, kind, deadline, todo, candidates, tried, attempts, placements, failure, image, purpose);
  }
}
