package io.troupe.actors.volume;

import io.troupe.actors.Answer;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** One project's volumes without their actor; what is made lies on its host at once. */
public final class VolumeDesk {
  private static final VolumeLimits UNLIMITED = new VolumeLimits(-1, -1, -1);

  private final Supplier<Instant> clock;
  private VolumesState state = VolumesState.EMPTY;

  public VolumeDesk(Supplier<Instant> clock) {
    this.clock = clock;
  }

  public void create(String id, String projectId) {
    var wanted = new VolumeChoice.NewVolume("", 1, Optional.empty());
    put(Volume.fresh(id, projectId, "alice", wanted, clock.get()));
  }

  public StepOutcome.Result connect(InstanceId instance, VolumeChoice choice, HostId host) {
    var attachment = "attachment of " + choice.volumeId() + " to " + instance;
    return switch (rules().connect(instance, choice, host, attachment, Optional.empty())) {
      case Answer.Accepted<Volume>(var volume) -> {
        var made = volume.made() ? volume : volume.madeThere(clock.get());
        put(made);
        yield new StepOutcome.VolumeConnected(
            made.ref(), made.use().orElseThrow().attachmentId(), made.sizeGib());
      }
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  public StepOutcome.Result attached(String id, InstanceId instance, String device) {
    return step(rules().attached(id, instance, device));
  }

  public StepOutcome.Result beginDetaching(String id, InstanceId instance) {
    return step(rules().beginDetaching(id, instance));
  }

  public StepOutcome.Result detached(String id, InstanceId instance) {
    return state.volume(id).filter(volume -> volume.isUsedBy(instance)).isEmpty()
        ? new StepOutcome.Done("")
        : step(rules().detached(id, instance));
  }

  public StepOutcome.Result releaseAll(InstanceId instance, List<String> deleteAfter) {
    for (Volume volume : state.usedBy(instance)) {
      if (volume.use().filter(Volume.Use::leaving).isEmpty()) {
        put(volume.leaving(deleteAfter.contains(volume.id()), clock.get()));
      }
    }
    return new StepOutcome.Done("");
  }

  /**
   * What the actor does again and again.
   *
   * @param gone whether the host has no claim of the instance
   */
  public void goOn(BiPredicate<HostId, InstanceId> gone) {
    for (Volume volume : List.copyOf(state.volumes())) {
      switch (volume.next().orElse(null)) {
        case Volume.Work.AskIfGone(var host, var instance) when gone.test(host, instance) ->
            put(volume.free(clock.get()));
        case Volume.Work.Remove _ ->
            state = state.evolve(new VolumeEvent.VolumesChanged(List.of(), List.of(volume.id())));
        case null, default -> {}
      }
    }
  }

  public Collection<Volume> volumes() {
    return state.volumes();
  }

  private VolumeRules rules() {
    return new VolumeRules(state, UNLIMITED, clock.get());
  }

  private StepOutcome.Result step(Answer<Volume> answer) {
    return switch (answer) {
      case Answer.Accepted<Volume>(var volume) -> {
        put(volume);
        yield new StepOutcome.Done("");
      }
      case Answer.Rejected<Volume>(var reason) -> new StepOutcome.VolumeRefused(reason);
    };
  }

  private void put(Volume volume) {
    state = state.evolve(new VolumeEvent.VolumesChanged(List.of(volume), List.of()));
  }
}
