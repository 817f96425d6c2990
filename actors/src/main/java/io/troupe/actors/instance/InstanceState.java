package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.config.OperationSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of one instance, and the three questions its actor asks: {@link #decide},
 * {@link #evolve} and {@link #next}. Pure: the time comes in, nothing goes out but values.
 *
 * @param phase whether there is an instance to speak of
 * @param refusal why the quota did not agree to what was asked last
 * @param request as accepted; empty only while {@code phase} is ABSENT
 * @param generation grows with each host the instance is promised to; fences its guest
 * @param trails of its operations, oldest first, bounded
 * @param softDeletedAt since when it waits to be restored or reclaimed
 * @param moves from host to host, and the one that is not settled
 * @param shelf what it lives on in while it is shelved
 * @param volumes it has, is about to get, or may still have; absent in snapshots of former releases
 */
public record InstanceState(
    InstanceId id,
    Phase phase,
    Optional<Rejection> refusal,
    Optional<BootRequest> request,
    VmState vmState,
    PowerState power,
    Optional<HostId> host,
    Optional<String> zone,
    long generation,
    List<Nic> nics,
    Optional<Fault> fault,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> launchedAt,
    Optional<Instant> terminatedAt,
    Optional<Operation> operation,
    List<OperationTrail> trails,
    Optional<Lock> lock,
    Optional<Instant> softDeletedAt,
    Moves moves,
    Optional<Shelf> shelf,
    List<AttachedVolume> volumes)
    implements CborSerializable {

  /** How far the instance has come into being. */
  public enum Phase {
    /** Never heard of. */
    ABSENT,
    /** Asked for; the quota has not agreed yet, nobody may see it. */
    ASKED,
    /** The quota refused. */
    REFUSED,
    /** There, or deleted after it was. */
    PRESENT
  }

  public InstanceState {
    nics = List.copyOf(nics);
    trails = List.copyOf(trails);
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
    moves = moves == null ? Moves.NONE : moves; // absent in snapshots from before instances moved
  }

  public static InstanceState absent(InstanceId id) {
    return new InstanceState(
        id,
        Phase.ABSENT,
        Optional.empty(),
        Optional.empty(),
        VmState.BUILDING,
        PowerState.NOSTATE,
        Optional.empty(),
        Optional.empty(),
        0,
        List.of(),
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Moves.NONE,
        Optional.empty(),
        List.of());
  }

  /**
   * What comes of {@code input} at {@code now}.
   *
   * @param settings deadlines and bounds that go into the events
   */
  public Decision decide(InstanceInput input, Instant now, OperationSettings settings) {
    return new Deciding(new Moment(this, now, settings)).on(input);
  }

  /** This state after {@code event}. Never refuses: it reads every event ever written. */
  public InstanceState evolve(InstanceEvent event) {
    return Evolving.apply(this, event);
  }

  /**
   * This state after {@code events}, if they may wait to be written. They may not when a host is to
   * be told next that its guest is condemned, or a volume that it begins anew or is what it was:
   * that cannot be taken back, so whoever recovers has to know that it may have been done.
   */
  public Optional<InstanceState> unwritten(List<InstanceEvent> events) {
    if (!events.stream().allMatch(InstanceEvent::mayWait)) {
      return Optional.empty();
    }
    var after = this;
    for (InstanceEvent event : events) {
      after = after.evolve(event);
    }
    return Optional.of(after)
        .filter(
            state ->
                state
                    .operation()
                    .flatMap(Operation::current)
                    .filter(InstanceState::isForGood)
                    .isEmpty());
  }

  private static boolean isForGood(Step step) {
    return step.kind() == StepKind.CONDEMN
        || step.kind() == StepKind.REIMAGE
        || step.kind() == StepKind.UNDO_REIMAGE;
  }

  /** The one thing to ask somebody for now. After a crash it is the same as before. */
  public Effect next(OperationSettings settings) {
    return Asking.effect(this, settings);
  }

  public boolean visible() {
    return phase == Phase.PRESENT;
  }

  public boolean deleted() {
    return vmState == VmState.DELETED;
  }

  /**
   * Whether a claim that {@code host} made for this {@code generation} is this instance's, or may
   * be in a moment. After a crash a claim may be of a generation that the instance will only come
   * to again: nobody may take it away then.
   */
  public boolean standsBy(HostId host, long generation) {
    return !deleted() && (generation > this.generation || mayHaveClaimOn(host));
  }

  private boolean mayHaveClaimOn(HostId one) {
    return host.or(() -> operation.flatMap(Operation::target)).filter(one::equals).isPresent()
        || other().filter(one::equals).isPresent();
  }

  /** The second host that has something of the instance, during a move. */
  public Optional<HostId> other() {
    return moves.open().flatMap(Move::other);
  }

  /** Whether the move is to a flavor for which its root disk grows. */
  boolean growsDisk(Move move) {
    return move.to().rootGib() > move.from().rootGib() && !request.orElseThrow().bootsFromVolume();
  }

  /** Of the guest that it has: what is older than that was another one. */
  public long guestGeneration() {
    return moves.guestGeneration() == 0 ? generation : moves.guestGeneration();
  }

  /**
   * Whether the guest that this instance's claim was for is somebody else's: its adoption was given
   * up, or is being. Whoever takes such a claim away must leave the guest alone.
   */
  public boolean leavesItsGuestAlone() {
    return launchedAt.isEmpty()
        && trails.stream().anyMatch(trail -> trail.action().equals(OperationKind.ADOPT.action()));
  }

  /** Whether nobody can say yet if the project's quota allows what was asked. */
  public boolean awaitsQuota() {
    return isAt(StepKind.RESERVE)
        && operation.filter(now -> now.kind() == OperationKind.CONFIRM_RESIZE).isEmpty();
  }

  /** Whether whoever asked for the operation in progress cannot be answered yet. */
  public boolean owesAnswer() {
    return awaitsQuota()
        || isAt(StepKind.MAKE_IMAGE)
        || isAt(StepKind.SNAP_VOLUME)
        || isAt(StepKind.PLACE) && operation.filter(now -> now.kind().beginsMove()).isPresent();
  }

  private boolean isAt(StepKind kind) {
    return operation.flatMap(Operation::current).filter(step -> step.kind() == kind).isPresent();
  }

  public Optional<TaskState> taskState() {
    return operation.flatMap(Operation::taskState);
  }

  /** For readers; only of a visible instance. */
  public InstanceView view(long version) {
    return new InstanceView(
        id,
        version,
        request.orElseThrow(),
        vmState,
        taskState(),
        power,
        host,
        zone,
        nics,
        fault,
        lock,
        softDeletedAt,
        createdAt,
        updatedAt,
        launchedAt,
        terminatedAt,
        moves.migrations(),
        shelf,
        volumes);
  }
}
