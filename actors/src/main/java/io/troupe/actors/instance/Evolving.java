package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.instance.InstanceState.Phase;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Step;
import io.troupe.actors.operation.StepKind;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@link InstanceState#evolve}: what each event makes of a state. No checks here, events are facts.
 */
final class Evolving {
  private final InstanceId id;
  private Phase phase;
  private Optional<Rejection> refusal;
  private Optional<BootRequest> request;
  private VmState vmState;
  private PowerState power;
  private Optional<HostId> host;
  private Optional<String> zone;
  private long generation;
  private List<Nic> nics;
  private Optional<Fault> fault;
  private Instant createdAt;
  private Instant updatedAt;
  private Optional<Instant> launchedAt;
  private Optional<Instant> terminatedAt;
  private Optional<Operation> operation;
  private final Trails trails;
  private Optional<Lock> lock;
  private Optional<Instant> softDeletedAt;
  private Optional<Shelf> shelf;
  private Moves moves;
  private List<AttachedVolume> volumes;

  private Evolving(InstanceState from) {
    id = from.id();
    phase = from.phase();
    refusal = from.refusal();
    request = from.request();
    vmState = from.vmState();
    power = from.power();
    host = from.host();
    zone = from.zone();
    generation = from.generation();
    nics = from.nics();
    fault = from.fault();
    createdAt = from.createdAt();
    updatedAt = from.updatedAt();
    launchedAt = from.launchedAt();
    terminatedAt = from.terminatedAt();
    operation = from.operation();
    trails = new Trails(from.trails());
    lock = from.lock();
    softDeletedAt = from.softDeletedAt();
    shelf = from.shelf();
    moves = from.moves();
    volumes = from.volumes();
  }

  static InstanceState apply(InstanceState state, InstanceEvent event) {
    var change = new Evolving(state);
    change.on(event);
    return change.result();
  }

  private InstanceState result() {
    return new InstanceState(
        id,
        phase,
        refusal,
        request,
        vmState,
        power,
        host,
        zone,
        generation,
        nics,
        fault,
        createdAt,
        updatedAt,
        launchedAt,
        terminatedAt,
        operation,
        trails.all(),
        lock,
        softDeletedAt,
        moves,
        shelf,
        volumes);
  }

  private void on(InstanceEvent event) {
    switch (event) {
      case InstanceEvent.BootAsked asked -> asked(asked);
      case InstanceEvent.AdoptionAsked asked -> adoptionAsked(asked);
      case InstanceEvent.BootRefused refused -> {
        phase = Phase.REFUSED;
        refusal = Optional.of(refused.reason());
        vmState = VmState.DELETED;
        var why = new Failure(403, refused.reason().toString(), "");
        operation = operation.map(now -> now.withTodo(Boot.afterRefusedQuota()).withFailure(why));
      }
      case InstanceEvent.OperationBegan began -> began(began);
      case InstanceEvent.StepDone done -> done(done);
      case InstanceEvent.StepFailed failed -> failed(failed);
      case InstanceEvent.OperationEnded ended -> ended(ended);
      case InstanceEvent.PowerChanged changed -> {
        var isOver = vmState == VmState.ERROR && changed.vmState() != VmState.ERROR;
        fault = changed.fault().or(() -> isOver ? Optional.empty() : fault);
        power = changed.power();
        vmState = changed.vmState();
      }
      case InstanceEvent.Renamed renamed ->
          request = request.map(old -> old.revised(Revision.ofName(renamed.name())));
      case InstanceEvent.QuotaRefused refused -> {
        refusal = Optional.of(refused.reason());
        var why = new Failure(403, refused.reason().toString(), "");
        operation = operation.map(now -> now.withTodo(Boot.afterRefusedQuota()).withFailure(why));
      }
      case InstanceEvent.Revised revised ->
          request = request.map(old -> old.revised(revised.revision()));
      case InstanceEvent.MetadataChanged changed ->
          request = request.map(old -> old.withMetadata(changed.metadata()));
      case InstanceEvent.TagsChanged changed ->
          request = request.map(old -> old.withTags(changed.tags()));
      case InstanceEvent.Locked locked -> {
        lock = Optional.of(locked.lock());
        trails.atOnce(locked.origin(), "lock", locked.at());
      }
      case InstanceEvent.Unlocked unlocked -> {
        lock = Optional.empty();
        trails.atOnce(unlocked.origin(), "unlock", unlocked.at());
      }
      case InstanceEvent.MigrationSteered steered -> {
        operation = operation.map(now -> now.withTodo(steered.todo()));
        if (steered.cancel()) {
          moves = moves.with(moves.open().map(Move::cancel));
          trails.atOnce(steered.origin(), "live_migration_cancel", steered.at());
        } else {
          trails.atOnce(steered.origin(), "live_migration_force_complete", steered.at());
        }
      }
      case InstanceEvent.ImageProgressed progressed ->
          operation = operation.map(now -> now.withPhase(progressed.phase()));
      case InstanceEvent.PreemptionAsked asked ->
          operation =
              operation.map(now -> now.withPurpose(new Purpose.Preempt(asked.preemption())));
      case InstanceEvent.Evicted evicted ->
          trails.evicted(evicted.origin(), evicted.by(), evicted.at());
      case InstanceEvent.VolumesChanged changed -> volumes = changed.volumes();
      case InstanceEvent.Several several -> several.events().forEach(this::on);
    }
    updatedAt = event.at();
    operation.ifPresent(
        now -> Record.during(now).ifPresent(status -> moves = moves.recorded(status, event.at())));
  }

  private void asked(InstanceEvent.BootAsked asked) {
    phase = Phase.ASKED;
    request = Optional.of(asked.request());
    createdAt = asked.at();
    begin(
        asked.origin(),
        OperationKind.BOOT,
        asked.todo(),
        asked.deadline(),
        Optional.empty(),
        asked.at());
  }

  private void adoptionAsked(InstanceEvent.AdoptionAsked asked) {
    phase = Phase.ASKED;
    refusal = Optional.empty();
    request = Optional.of(asked.request());
    vmState = VmState.BUILDING;
    power = PowerState.NOSTATE;
    host = Optional.empty();
    zone = Optional.empty();
    generation++;
    nics = List.of();
    fault = Optional.empty();
    createdAt = asked.at();
    launchedAt = Optional.empty();
    terminatedAt = Optional.empty();
    lock = Optional.empty();
    softDeletedAt = Optional.empty();
    var purpose = Optional.<Purpose>of(asked.purpose());
    begin(asked.origin(), OperationKind.ADOPT, asked.todo(), asked.deadline(), purpose, asked.at());
    operation = operation.map(now -> now.onHost(Optional.of(asked.purpose().host())));
  }

  private void began(InstanceEvent.OperationBegan began) {
    var rescueImage = began.rescueImage().or(() -> operation.flatMap(Operation::rescueImage));
    var target = host.or(() -> operation.flatMap(Operation::target));
    operation.ifPresent(
        broken ->
            trails.close(
                broken.id(), Optional.of("Broken off by " + began.kind().action()), began.at()));
    if (moves.open().isPresent()) {
      Record.brokenOffBy(began.kind(), operation)
          .ifPresent(status -> moves = moves.recorded(status, began.at()));
    }
    if (began.kind().beginsMove()) {
      setOut(began);
    }
    var undone = began.todo().contains(Step.of(StepKind.UNDO_REIMAGE));
    if (undone
        && operation.flatMap(Operation::purpose).orElse(null) instanceof Purpose.Rebuild rebuild) {
      asBefore(rebuild);
    }
    if (moves.open().isPresent()) {
      generation++; // what is asked of quota and claims from now on is newer than what was
    }
    begin(
        began.origin(), began.kind(), began.todo(), began.deadline(), began.purpose(), began.at());
    operation = operation.map(now -> now.onHost(target).withRescueImage(rescueImage));
    if (began.kind() == OperationKind.REVERT_RESIZE) {
      moves = moves.with(moves.open().map(move -> move.withDoubt(move.waitsAtTheSource())));
    }
    switch (began.purpose().orElse(null)) {
      case Purpose.Rebuild rebuild -> {
        request = request.map(old -> old.rebuilt(rebuild.request()));
        if (began.todo().getFirst().kind() == StepKind.CLAIM) {
          generation++; // the guest to come is another one; else when that is permitted
        }
      }
      case Purpose.Evacuate evacuate -> moves = moves.waitingOn(evacuate.pool());
      case Purpose.Unshelve unshelve ->
          request =
              request.map(old -> unshelve.zone().map(zone -> old.inZone(zone.name())).orElse(old));
      case Purpose.AttachInterface(var choice, _) ->
          // A delete gives back the ports of every network asked for, and so of this one too.
          request = request.map(asked -> asked.alsoOn(choice));
      case null, default -> {}
    }
    refusal = Optional.empty();
  }

  private void setOut(InstanceEvent.OperationBegan began) {
    var guest = moves.guestGeneration() == 0 ? generation : moves.guestGeneration();
    var now = request.orElseThrow().flavor();
    var then = began.purpose().orElseThrow() instanceof Purpose.Resize(var to, _) ? to : now;
    var move =
        new Move(
            began.origin().operation(),
            host,
            zone,
            guest,
            Optional.empty(),
            Optional.empty(),
            0,
            now,
            then,
            vmState,
            Optional.empty(),
            false,
            false,
            false);
    moves =
        moves
            .ofGuest(guest)
            .begin(
                move,
                new Migration(
                    move.operation(),
                    Record.type(began.kind()),
                    Migration.Status.ACCEPTED,
                    host,
                    Optional.empty(),
                    now.id(),
                    then.id(),
                    began.origin().userId(),
                    began.origin().projectId(),
                    began.at(),
                    began.at()));
  }

  private void begin(
      UserCommand.Origin origin,
      OperationKind kind,
      List<Step> todo,
      Instant deadline,
      Optional<Purpose> purpose,
      Instant at) {
    operation = Optional.of(Operation.begin(origin.operation(), kind, deadline, todo, purpose));
    trails.begin(origin, kind.action(), at);
  }

  private void done(InstanceEvent.StepDone done) {
    addToTrail(done.operation(), done.step(), done.startedAt(), done.at(), true, done.detail());
    var now = operation.orElseThrow();
    now = now.withTodo(done.then().orElse(now.rest()));
    var there = done.step().isThere();
    switch (done.step().kind()) {
      case RESERVE -> phase = Phase.PRESENT;
      case PLACE -> {
        now = now.withCandidates(done.candidates());
        generation++;
        goTo(now);
      }
      case PERMIT -> generation++;
      case CLAIM -> {
        if (now.kind().beginsMove()) {
          moves = moves.with(moves.open().map(move -> move.claimed(done.availabilityZone())));
        }
        if (!there && (host.isEmpty() || now.kind() == OperationKind.REBUILD)) {
          host = now.target();
          zone = done.availabilityZone();
          moves = now.kind() == OperationKind.REBUILD ? moves : moves.ofGuest(generation);
        }
      }
      case OFFER, PREPARE ->
          moves = moves.with(moves.open().map(move -> move.with(done.ticket().orElseThrow())));
      case NETWORK -> {
        var all = new ArrayList<>(nics);
        var tag = request.orElseThrow().networks().get(done.step().index()).tag();
        done.nic().map(nic -> nic.tagged(tag)).ifPresent(all::add);
        nics = all;
      }
      case SPAWN -> {
        power = done.power().orElse(power);
        moves = moves.waitingOn(Optional.empty());
        if (now.kind() == OperationKind.REBUILD) {
          moves = moves.ofGuest(generation); // until then the former one may be there
        }
      }
      case POWER_ON,
          POWER_OFF,
          REBOOT,
          PAUSE,
          UNPAUSE,
          SUSPEND,
          RESUME,
          CRASH_DUMP,
          SET_PASSWORD,
          RESCUE,
          ADOPT,
          RESIZE,
          FINISH ->
          power = done.power().orElse(power);
      case INSPECT -> {
        power = done.power().orElse(power);
        if (now.kind() == OperationKind.REVERT_RESIZE && done.then().isEmpty()) {
          moves = moves.with(moves.open().map(move -> move.withDoubt(false))); // it was seen there
        }
      }
      case TAKE_OVER -> {
        power = done.power().orElse(power);
        moves = moves.ofGuest(generation);
      }
      case SEND, LIVE_MIGRATE, FORCE_COMPLETE, ABORT, SETTLE -> {}
      case UNRESCUE -> {
        power = done.power().orElse(power);
        now = now.withRescueImage(Optional.empty());
        vmState = vmState == VmState.RESCUED ? VmState.ACTIVE : vmState;
      }
      case DESTROY -> power = there ? power : PowerState.NOSTATE;
      case RELEASE_CLAIM, CONDEMN -> now = left(now, there);
      case RELEASE_PORTS -> {
        var network = request.orElseThrow().networks().get(done.step().index()).networkId();
        nics = nics.stream().filter(nic -> !nic.networkId().equals(network)).toList();
      }
      case ATTACH_PORT -> {
        var all = new ArrayList<>(nics);
        done.nic().map(nic -> nic.tagged(tag())).ifPresent(all::add);
        nics = all;
      }
      case RELEASE_PORT -> {
        var port = Attachments.portId(result(), now);
        nics = nics.stream().filter(nic -> !nic.portId().equals(port)).toList();
      }
      case FREE_VOLUME, RELEASE_VOLUME -> {
        var id = Attachments.volumeId(result(), now, done.step());
        volumes = volumes.stream().filter(volume -> !volume.id().equals(id)).toList();
      }
      case RELEASE_VOLUMES -> volumes = List.of();
      case ATTACH_VOLUME, DETACH_VOLUME, SWAP_VOLUME, ATTACH_NIC, DETACH_NIC ->
          power = done.power().orElse(power);
      case CONNECT_VOLUME,
          CONNECT_VOLUMES,
          MARK_ATTACHED,
          MARK_VOLUMES,
          REIMAGE,
          KEEP_VOLUMES,
          BEGIN_DETACHING -> {}
      case UNDO_REIMAGE -> {
        if (now.purpose().orElse(null) instanceof Purpose.Rebuild rebuild) {
          asBefore(rebuild);
        }
      }
      case SNAPSHOT -> {
        if (now.purpose().orElse(null) instanceof Purpose.Shelve(var image, _)) {
          shelf = Optional.of(new Shelf(image.id(), done.at()));
        }
      }
      case DROP_IMAGE -> {
        var dropped = now.imageToDrop(done.step(), shelf);
        shelf = shelf.filter(it -> !it.imageId().equals(dropped));
      }
      case PREEMPT, SNAP_VOLUME, DROP_SNAPSHOT, MAKE_IMAGE, ROTATE_BACKUPS, RELEASE_QUOTA -> {}
    }
    operation = Optional.of(now);
    done.turn().ifPresent(this::turn);
  }

  /** The instance is promised to the operation's first candidate, if that is what it is about. */
  private void goTo(Operation now) {
    if (now.kind().beginsMove()) {
      moves = moves.with(moves.open().map(move -> move.toward(now.target(), generation)));
    }
  }

  /** Nothing of the instance is on that host any more, or it is the host's affair. */
  private Operation left(Operation now, boolean there) {
    var which = there ? moves.open().flatMap(Move::other) : host.or(now::target);
    if (!there) {
      host = Optional.empty();
      zone = Optional.empty();
    }
    generation++;
    which.ifPresent(one -> moves = moves.with(moves.open().map(move -> move.without(one))));
    var after = now.target().equals(which) ? now.withoutTarget() : now;
    if (after.current().filter(next -> next.kind() == StepKind.CLAIM).isPresent()) {
      goTo(after);
    }
    return after;
  }

  private void turn(InstanceEvent.Turn turn) {
    var move = moves.open().orElseThrow();
    switch (turn) {
      case ARRIVED -> {
        host = move.destination();
        zone = move.destinationZone();
        request = request.map(old -> old.withFlavor(move.to()));
        moves = move.isOnOneHost() ? moves : moves.ofGuest(move.destinationGeneration());
      }
      case RETURNED -> {
        host = move.source();
        zone = move.sourceZone();
        request = request.map(old -> old.withFlavor(move.from()));
        moves = move.isOnOneHost() ? moves : moves.ofGuest(move.sourceGeneration());
      }
    }
    moves = moves.with(Optional.of(move.withArrived(turn == InstanceEvent.Turn.ARRIVED)));
  }

  private Optional<String> tag() {
    return operation.flatMap(Operation::purpose).orElse(null)
            instanceof Purpose.AttachInterface(_, var tag)
        ? tag
        : Optional.empty();
  }

  private void failed(InstanceEvent.StepFailed failed) {
    addToTrail(
        failed.operation(), failed.step(), failed.startedAt(), failed.at(), false, failed.reason());
    if (failed.step().kind() == StepKind.DESTROY && Rebuild.isUndone(operation.orElseThrow())) {
      vmState = VmState.ERROR; // which content of its volume the guest has stays in doubt
    }
    var now = operation.orElseThrow().withTodo(failed.todo());
    if (failed.step().kind() == StepKind.SPAWN) {
      now = now.withAttempt();
    }
    if (failed.step().kind() == StepKind.RESCUE
        && failed.todo().stream().noneMatch(step -> step.kind() == StepKind.UNRESCUE)) {
      now = now.withRescueImage(Optional.empty());
    }
    if (failed.step().kind() == StepKind.PERMIT
        && now.purpose().orElse(null) instanceof Purpose.Rebuild rebuild) {
      asBefore(rebuild);
    }
    if (failed.hostOut()) {
      now = now.withoutTarget();
      generation++;
      goTo(now);
    }
    refusal = failed.refusal().or(() -> refusal);
    if (failed.failure().isPresent()) {
      now = now.withFailure(failed.failure().get());
    }
    if (failed.deadline().isPresent()) {
      now = now.withDeadline(failed.deadline().get());
    }
    operation = Optional.of(now);
  }

  private void asBefore(Purpose.Rebuild rebuild) {
    request =
        request.map(old -> old.withImage(rebuild.imageBefore(), rebuild.imagePropertiesBefore()));
  }

  private void ended(InstanceEvent.OperationEnded ended) {
    trails.close(ended.operation(), ended.failure().map(Failure::message), ended.at());
    var wasAdoption = operation.filter(one -> one.kind() == OperationKind.ADOPT).isPresent();
    var launches =
        operation
            .map(Operation::kind)
            .filter(
                kind ->
                    kind == OperationKind.BOOT
                        || kind == OperationKind.REBUILD
                        || kind == OperationKind.UNSHELVE)
            .isPresent();
    var before = operation.orElseThrow();
    operation = Optional.empty();
    vmState = ended.vmState();
    if (wasAdoption && vmState != VmState.DELETED) {
      launchedAt = Optional.of(ended.at()); // it ran before, nobody knows since when
    }
    Record.after(before, moves, ended)
        .ifPresent(status -> moves = moves.recorded(status, ended.at()));
    if (moves.open().filter(move -> !move.arrived()).isPresent()) {
      moves = moves.waitingOn(Optional.empty()); // the guest is at the source still
    }
    if (vmState != VmState.RESIZED && moves.open().flatMap(Move::other).isEmpty()) {
      moves = moves.with(Optional.empty());
    }
    softDeletedAt =
        vmState == VmState.SOFT_DELETED
            ? softDeletedAt.or(() -> Optional.of(ended.at()))
            : Optional.empty();
    switch (vmState) {
      case ACTIVE -> {
        fault = Optional.empty();
        if (launches) {
          launchedAt = Optional.of(ended.at());
        }
      }
      case ERROR ->
          fault =
              fault
                  .filter(Fault::isOfGoneGuest) // stays the cause, whatever was tried since
                  .or(() -> ended.failure().map(why -> Fault.of(why, ended.at())))
                  .or(() -> fault);
      case SHELVED_OFFLOADED -> power = PowerState.SHUTDOWN; // as Nova shows it
      case DELETED -> {
        terminatedAt = Optional.of(ended.at());
        power = PowerState.NOSTATE;
      }
      default -> {}
    }
  }

  private Optional<HostId> where(Step step) {
    return step.isThere()
        ? moves.open().flatMap(Move::otherEnd)
        : moves.open().flatMap(_ -> host).or(() -> operation.flatMap(Operation::target));
  }

  private void addToTrail(
      OperationId operationId, Step step, Instant from, Instant to, boolean ok, String detail) {
    var where = where(step).map(HostId::value).orElse("");
    var kind = step.kind();
    trails.step(
        operationId,
        new OperationTrail.Step(kind.word(), from, to, ok, where, detail, kind.call()));
  }
}
