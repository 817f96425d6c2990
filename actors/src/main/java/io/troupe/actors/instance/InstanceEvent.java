package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.Rejection;
import io.troupe.actors.operation.Failure;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Step;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.MoveTicket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has happened to an instance. Stored for ever: names stay, fields are only added. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = InstanceEvent.BootAsked.class, name = "boot-asked"),
  @JsonSubTypes.Type(value = InstanceEvent.AdoptionAsked.class, name = "adoption-asked"),
  @JsonSubTypes.Type(value = InstanceEvent.BootRefused.class, name = "boot-refused"),
  @JsonSubTypes.Type(value = InstanceEvent.OperationBegan.class, name = "operation-began"),
  @JsonSubTypes.Type(value = InstanceEvent.StepDone.class, name = "step-done"),
  @JsonSubTypes.Type(value = InstanceEvent.StepFailed.class, name = "step-failed"),
  @JsonSubTypes.Type(value = InstanceEvent.OperationEnded.class, name = "operation-ended"),
  @JsonSubTypes.Type(value = InstanceEvent.PowerChanged.class, name = "power-changed"),
  @JsonSubTypes.Type(value = InstanceEvent.Renamed.class, name = "renamed"),
  @JsonSubTypes.Type(value = InstanceEvent.Several.class, name = "several"),
  @JsonSubTypes.Type(value = InstanceEvent.QuotaRefused.class, name = "quota-refused"),
  @JsonSubTypes.Type(value = InstanceEvent.Revised.class, name = "revised"),
  @JsonSubTypes.Type(value = InstanceEvent.MetadataChanged.class, name = "metadata-changed"),
  @JsonSubTypes.Type(value = InstanceEvent.TagsChanged.class, name = "tags-changed"),
  @JsonSubTypes.Type(value = InstanceEvent.Locked.class, name = "locked"),
  @JsonSubTypes.Type(value = InstanceEvent.Unlocked.class, name = "unlocked"),
  @JsonSubTypes.Type(value = InstanceEvent.VolumesChanged.class, name = "volumes-changed"),
  @JsonSubTypes.Type(value = InstanceEvent.MigrationSteered.class, name = "migration-steered"),
  @JsonSubTypes.Type(value = InstanceEvent.ImageProgressed.class, name = "image-progressed"),
  @JsonSubTypes.Type(value = InstanceEvent.PreemptionAsked.class, name = "preemption-asked"),
  @JsonSubTypes.Type(value = InstanceEvent.Evicted.class, name = "evicted")
})
public sealed interface InstanceEvent {
  Instant at();

  /**
   * May wait to be written until the next event that may not: see {@link
   * io.troupe.actors.operation.StepKind}.
   */
  @JsonIgnore
  default boolean mayWait() {
    return false;
  }

  /** Somebody asked for the instance. It is nobody's to see until the quota has agreed. */
  record BootAsked(
      InstanceId id,
      UserCommand.Origin origin,
      BootRequest request,
      List<Step> todo,
      Instant deadline,
      Instant at)
      implements InstanceEvent {}

  /**
   * An administrator asked for an instance of a guest that is there. An instance that was deleted,
   * or never came to be, begins anew with it.
   */
  record AdoptionAsked(
      InstanceId id,
      UserCommand.Origin origin,
      BootRequest request,
      Purpose.Adopt purpose,
      List<Step> todo,
      Instant deadline,
      Instant at)
      implements InstanceEvent {}

  /** The quota did not agree. The instance never was; that it is not counted is made sure of. */
  record BootRefused(OperationId operation, Rejection reason, Instant at)
      implements InstanceEvent {}

  /**
   * An operation was accepted; one that was in progress is broken off by it.
   *
   * @param rescueImage what the guest shall run from
   * @param purpose what the kind does not say
   */
  record OperationBegan(
      UserCommand.Origin origin,
      OperationKind kind,
      List<Step> todo,
      Instant deadline,
      Optional<GuestSpec.ImageRef> rescueImage,
      Optional<Purpose> purpose,
      Instant at)
      implements InstanceEvent {}

  /**
   * The current step was done. What it brought stands in the optional fields.
   *
   * @param then what is to be done now, where the step's outcome decides it; empty: what was left
   * @param turn what became of the move by it
   */
  record StepDone(
      OperationId operation,
      Step step,
      Instant startedAt,
      String detail,
      List<HostId> candidates,
      Optional<String> availabilityZone,
      Optional<Nic> nic,
      Optional<PowerState> power,
      Optional<List<Step>> then,
      Optional<MoveTicket> ticket,
      Optional<Turn> turn,
      Instant at)
      implements InstanceEvent {
    @Override
    public boolean mayWait() {
      return step.kind().canBeAskedAgain();
    }
  }

  /** A move's great moments: which of its hosts has the instance. */
  enum Turn {
    /** It is at the destination from now on. */
    ARRIVED,
    /** It is back at the source. */
    RETURNED
  }

  /**
   * The current step failed; {@code todo} is what shall be done now instead of what was left.
   *
   * @param hostOut whether the target is out of the question from now on
   * @param failure set when the operation will end in failure
   * @param deadline for what is to be done now, when the operation's own has passed
   * @param refusal what whoever asked is told, when nobody has told him yet
   */
  record StepFailed(
      OperationId operation,
      Step step,
      Instant startedAt,
      String reason,
      List<Step> todo,
      boolean hostOut,
      Optional<Failure> failure,
      Optional<Instant> deadline,
      Optional<Rejection> refusal,
      Instant at)
      implements InstanceEvent {}

  /** Nothing is left to do. */
  record OperationEnded(
      OperationId operation, VmState vmState, Optional<Failure> failure, Instant at)
      implements InstanceEvent {}

  /**
   * The guest changed its power state by itself, or somebody did it behind our back.
   *
   * @param fault why the instance is in error from now on
   */
  record PowerChanged(
      PowerState power, VmState vmState, String reason, Optional<Fault> fault, Instant at)
      implements InstanceEvent {}

  /** As written before there was {@link Revised}. */
  record Renamed(String name, Instant at) implements InstanceEvent {}

  /** Events that were written together, one row in the journal. */
  record Several(List<InstanceEvent> events, Instant at) implements InstanceEvent {
    public Several {
      events = List.copyOf(events);
    }
  }

  /** The quota did not agree to a restore or reset; the instance stays soft-deleted. */
  record QuotaRefused(OperationId operation, Rejection reason, Instant at)
      implements InstanceEvent {}

  /** The owner changed name, description … */
  record Revised(Revision revision, Instant at) implements InstanceEvent {}

  /** All metadata as it is now. */
  record MetadataChanged(Map<String, String> metadata, Instant at) implements InstanceEvent {
    public MetadataChanged {
      metadata = Map.copyOf(metadata);
    }
  }

  /** All tags as they are now. */
  record TagsChanged(List<String> tags, Instant at) implements InstanceEvent {
    public TagsChanged {
      tags = List.copyOf(tags);
    }
  }

  record Locked(UserCommand.Origin origin, Lock lock, Instant at) implements InstanceEvent {}

  record Unlocked(UserCommand.Origin origin, Instant at) implements InstanceEvent {}

  /**
   * All volumes as they are now.
   *
   * @param besideStep whether it goes with the outcome of a step, and waits with it
   */
  record VolumesChanged(List<AttachedVolume> volumes, boolean besideStep, Instant at)
      implements InstanceEvent {
    public VolumesChanged {
      volumes = List.copyOf(volumes);
    }

    @Override
    public boolean mayWait() {
      return besideStep;
    }
  }

  /**
   * Somebody wants the live migration in progress to be broken off, or to complete.
   *
   * @param todo what shall be done now
   * @param cancel whether it is broken off
   */
  record MigrationSteered(UserCommand.Origin origin, List<Step> todo, boolean cancel, Instant at)
      implements InstanceEvent {
    public MigrationSteered {
      todo = List.copyOf(todo);
    }
  }

  /** The image that the operation makes of the guest's disk has come so far. */
  record ImageProgressed(OperationId operation, Purpose.ImagePhase phase, Instant at)
      implements InstanceEvent {}

  /**
   * Others shall leave a host for the instance that is being booted; written before they are told.
   */
  record PreemptionAsked(OperationId operation, Preemption preemption, Instant at)
      implements InstanceEvent {}

  /**
   * It has to leave its host for somebody more important; the operation that does it follows.
   *
   * @param by the instance that needs the room; for operators
   */
  record Evicted(UserCommand.Origin origin, InstanceId by, Instant at) implements InstanceEvent {}
}
