package io.troupe.actors.instance;

import io.troupe.actors.Rejection;
import io.troupe.actors.instance.InstanceState.Phase;
import io.troupe.actors.operation.Adopt;
import io.troupe.actors.operation.Backup;
import io.troupe.actors.operation.Boot;
import io.troupe.actors.operation.CreateImage;
import io.troupe.actors.operation.Delete;
import io.troupe.actors.operation.Devices;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.Power;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.operation.Rebuild;
import io.troupe.actors.operation.Rescue;
import io.troupe.actors.operation.Reset;
import io.troupe.actors.operation.Shelve;
import io.troupe.actors.operation.SoftDelete;
import io.troupe.actors.operation.Step;
import io.troupe.core.value.HostId;
import io.troupe.drivers.spi.GuestSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What users want: an operation begins, a value changes at once, or it is refused. */
final class Wishes {
  private final Moment moment;
  private final InstanceState state;

  Wishes(Moment moment) {
    this.moment = moment;
    this.state = moment.state();
  }

  Decision on(UserCommand command) {
    if (command instanceof UserCommand.Boot boot) {
      return boot(boot);
    }
    if (command instanceof UserCommand.Adopt adopt) {
      return adopt(adopt);
    }
    if (known(command.origin())) {
      return Decision.nothing();
    }
    if (!state.visible() || state.deleted()) {
      return new Decision.Reject(new Rejection.NotFound("Instance", state.id().toString()));
    }
    var origin = command.origin();
    var withVolumes = new Attachments(moment).refusal(command);
    if (withVolumes.isPresent()) {
      return new Decision.Reject(withVolumes.get());
    }
    var edits = new Edits(moment);
    var attachments = new Attachments(moment);
    return switch (command) {
      case UserCommand.Boot boot -> boot(boot);
      case UserCommand.Adopt adopt -> adopt(adopt);
      case UserCommand.Delete _ -> ifLegal(Action.DELETE, origin, () -> delete(origin));
      case UserCommand.ForceDelete _ ->
          ifLegal(Action.FORCE_DELETE, origin, () -> deleteForGood(origin));
      case UserCommand.Restore _ ->
          ifLegal(
              Action.RESTORE,
              origin,
              () -> began(origin, OperationKind.RESTORE, SoftDelete.restore(onHost()), power()));
      case UserCommand.Start _ -> power(origin, Action.START, OperationKind.START);
      case UserCommand.Stop _ -> power(origin, Action.STOP, OperationKind.STOP);
      case UserCommand.Reboot(_, var soft) ->
          soft
              ? power(origin, Action.REBOOT_SOFT, OperationKind.REBOOT_SOFT)
              : power(origin, Action.REBOOT_HARD, OperationKind.REBOOT_HARD);
      case UserCommand.Pause _ -> power(origin, Action.PAUSE, OperationKind.PAUSE);
      case UserCommand.Unpause _ -> power(origin, Action.UNPAUSE, OperationKind.UNPAUSE);
      case UserCommand.Suspend _ -> power(origin, Action.SUSPEND, OperationKind.SUSPEND);
      case UserCommand.Resume _ -> power(origin, Action.RESUME, OperationKind.RESUME);
      case UserCommand.TriggerCrashDump _ ->
          power(origin, Action.TRIGGER_CRASH_DUMP, OperationKind.CRASH_DUMP);
      case UserCommand.SetPassword _ ->
          power(origin, Action.SET_PASSWORD, OperationKind.SET_PASSWORD);
      case UserCommand.Rescue(_, var image) ->
          ifLegal(Action.RESCUE, origin, () -> rescue(origin, image));
      case UserCommand.Unrescue _ ->
          ifLegal(
              Action.UNRESCUE,
              origin,
              () -> began(origin, OperationKind.UNRESCUE, Rescue.unrescue(), power()));
      case UserCommand.AttachVolume(_, var choice) ->
          ifLegal(Action.ATTACH_VOLUME, origin, () -> attachments.attachVolume(origin, choice));
      case UserCommand.DetachVolume(_, var volume) ->
          ifLegal(Action.DETACH_VOLUME, origin, () -> attachments.detachVolume(origin, volume));
      case UserCommand.SwapVolume(_, var from, var to) ->
          ifLegal(Action.SWAP_VOLUME, origin, () -> attachments.swapVolume(origin, from, to));
      case UserCommand.SetDeleteOnTermination(_, var volume, var goes) ->
          ifLegal(Action.UPDATE, origin, () -> attachments.deleteOnTermination(volume, goes));
      case UserCommand.AttachInterface(_, var choice, var tag) ->
          ifLegal(
              Action.ATTACH_INTERFACE,
              origin,
              () -> attachments.attachInterface(origin, choice, tag));
      case UserCommand.DetachInterface(_, var port) ->
          ifLegal(Action.DETACH_INTERFACE, origin, () -> attachments.detachInterface(origin, port));
      case UserCommand.CreateImage(_, var image) ->
          ifLegal(
              Action.CREATE_IMAGE,
              origin,
              () ->
                  began(
                      origin,
                      OperationKind.CREATE_IMAGE,
                      CreateImage.steps(),
                      moment.settings().snapshotMillis(),
                      Optional.of(new Purpose.CreateImage(image.id(), Optional.of(image)))));
      case UserCommand.CreateImageOfVolumes(_, var image, var snapshots) ->
          ifLegal(
              Action.CREATE_IMAGE,
              origin,
              () ->
                  began(
                      origin,
                      OperationKind.CREATE_IMAGE,
                      CreateImage.ofVolumes(snapshots.size()),
                      moment.settings().snapshotMillis(),
                      Optional.of(new Purpose.ImageOfVolumes(image, snapshots))));
      case UserCommand.CreateBackup(_, var image, var type, var kept) ->
          ifLegal(
              Action.CREATE_BACKUP,
              origin,
              () ->
                  began(
                      origin,
                      OperationKind.BACKUP,
                      Backup.steps(kept),
                      moment.settings().snapshotMillis(),
                      Optional.of(new Purpose.Backup(image, type, kept))));
      case UserCommand.Rebuild(_, var wanted) ->
          ifLegal(Action.REBUILD, origin, () -> rebuild(origin, wanted));
      case UserCommand.Shelve(_, var image) ->
          ifLegal(
              Action.SHELVE,
              origin,
              () ->
                  moment.request().bootsFromVolume()
                      ? began(
                          origin,
                          OperationKind.SHELVE,
                          Shelve.withoutImage(),
                          moment.settings().deleteMillis())
                      : began(
                          origin,
                          OperationKind.SHELVE,
                          Shelve.steps(
                              state.shelf().isPresent(),
                              moment.settings().shelvedOffloadMillis() == 0,
                              hasVolumes()),
                          moment.settings().snapshotMillis(),
                          Optional.of(new Purpose.Shelve(image))));
      case UserCommand.ShelveOffload _ ->
          ifLegal(
              Action.SHELVE_OFFLOAD,
              origin,
              () ->
                  began(
                      origin,
                      OperationKind.SHELVE_OFFLOAD,
                      Shelve.offload(hasVolumes()),
                      moment.settings().deleteMillis()));
      case UserCommand.Unshelve unshelve ->
          ifLegal(Action.UNSHELVE, origin, () -> unshelve(unshelve));
      case UserCommand.Revise(_, var revision) ->
          ifLegal(Action.UPDATE, origin, () -> edits.revise(revision));
      case UserCommand.MergeMetadata(_, var items, var limit) ->
          ifLegal(Action.UPDATE_METADATA, origin, () -> edits.mergeMetadata(items, limit));
      case UserCommand.ReplaceMetadata(_, var items, var limit) ->
          ifLegal(Action.UPDATE_METADATA, origin, () -> edits.replaceMetadata(items, limit));
      case UserCommand.DeleteMetadata(_, var key) ->
          ifLegal(Action.DELETE_METADATA, origin, () -> edits.deleteMetadata(key));
      case UserCommand.ReplaceTags(_, var tags) ->
          ifLegal(Action.UPDATE_TAGS, origin, () -> edits.replaceTags(tags));
      case UserCommand.AddTag(_, var tag) ->
          ifLegal(Action.UPDATE_TAG, origin, () -> edits.addTag(tag));
      case UserCommand.DeleteTags _ ->
          ifLegal(Action.DELETE_TAGS, origin, () -> edits.replaceTags(List.of()));
      case UserCommand.DeleteTag(_, var tag) ->
          ifLegal(Action.DELETE_TAG, origin, () -> edits.deleteTag(tag));
      case UserCommand.LockIt(_, var reason) ->
          ifLegal(Action.LOCK, origin, () -> edits.lock(origin, reason));
      case UserCommand.Unlock _ -> ifLegal(Action.UNLOCK, origin, () -> edits.unlock(origin));
      case UserCommand.ResetState(_, var to) ->
          ifLegal(
              Action.RESET_STATE,
              origin,
              () -> breaksOff(origin, Reset.kind(to), settled(Reset.steps()), power()));
      case UserCommand.Resize _,
          UserCommand.ConfirmResize _,
          UserCommand.RevertResize _,
          UserCommand.Migrate _,
          UserCommand.LiveMigrate _,
          UserCommand.AbortMigration _,
          UserCommand.ForceComplete _,
          UserCommand.Evacuate _ ->
          new MoveWishes(moment).on(command);
    };
  }

  private Decision ifLegal(Action action, UserCommand.Origin origin, Supplier<Decision> then) {
    return Legality.refusal(state, action, origin)
        .<Decision>map(Decision.Reject::new)
        .orElseGet(then);
  }

  private Decision boot(UserCommand.Boot boot) {
    if (state.phase() != Phase.ABSENT) {
      return known(boot.origin())
          ? Decision.nothing()
          : new Decision.Reject(
              new Rejection.Conflict("Instance " + state.id() + " already exists."));
    }
    return Decision.accept(
        new InstanceEvent.BootAsked(
            state.id(),
            boot.origin(),
            boot.request(),
            Boot.steps(boot.request()),
            moment.in(moment.settings().bootMillis()),
            moment.now()));
  }

  /** Also one that is deleted, or never came to be: the guest may have outlived it. */
  private Decision adopt(UserCommand.Adopt adopt) {
    if (known(adopt.origin())) {
      return Decision.nothing();
    }
    var isThere = state.phase() != Phase.ABSENT && !state.deleted();
    if (isThere || state.operation().isPresent()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "Guest %s is instance %s already.".formatted(adopt.guest(), state.id())));
    }
    return Decision.accept(
        new InstanceEvent.AdoptionAsked(
            state.id(),
            adopt.origin(),
            adopt.request(),
            new Purpose.Adopt(adopt.host(), adopt.guest()),
            Adopt.steps(),
            moment.in(moment.settings().powerMillis()),
            moment.now()));
  }

  /** Softly if it may be wanted back; what was never active has nothing to come back to. */
  private Decision delete(UserCommand.Origin origin) {
    var kept =
        moment.settings().reclaimMillis() > 0
            && state.launchedAt().isPresent()
            && new Settling(state).keepsGuest(); // else nothing would be left to come back
    if (!kept) {
      return deleteForGood(origin);
    }
    if (state.vmState() == VmState.SOFT_DELETED && !isInProgress(OperationKind.RESTORE)
        || isInProgress(OperationKind.SOFT_DELETE)
        || isInProgress(OperationKind.DELETE)) {
      return Decision.nothing();
    }
    return breaksOff(
        origin, OperationKind.SOFT_DELETE, settled(softDelete()), moment.settings().powerMillis());
  }

  private List<Step> softDelete() {
    var all =
        new ArrayList<>(state.operation().map(Rebuild::whenBrokenOffInDoubt).orElse(List.of()));
    var guestStays = all.isEmpty();
    all.addAll(SoftDelete.steps(onHost() && guestStays, mayBeRescued()));
    return all;
  }

  Decision deleteForGood(UserCommand.Origin origin) {
    if (isInProgress(OperationKind.DELETE)) {
      return Decision.nothing();
    }
    var mayBeOnHost = onHost() || state.operation().flatMap(Operation::target).isPresent();
    if (isInProgress(OperationKind.ADOPT)) { // the guest is not known to be ours yet
      var giveUp = Adopt.giveUp(mayBeOnHost);
      return began(origin, OperationKind.DELETE, giveUp, moment.settings().deleteMillis());
    }
    return breaksOff(
        origin,
        OperationKind.DELETE,
        Delete.steps(
            mayBeOnHost,
            state.other().isPresent(),
            Attachments.mayHaveVolumes(state),
            moment.request()),
        moment.settings().deleteMillis());
  }

  private Decision power(UserCommand.Origin origin, Action action, OperationKind kind) {
    return ifLegal(action, origin, () -> began(origin, kind, Power.steps(kind), power()));
  }

  /** As long as a boot: an image may have to be copied first. */
  private Decision rescue(UserCommand.Origin origin, GuestSpec.ImageRef image) {
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            origin,
            OperationKind.RESCUE,
            Rescue.steps(),
            moment.in(moment.settings().bootMillis()),
            Optional.of(image),
            Optional.empty(),
            moment.now()));
  }

  private List<Step> settled(List<Step> steps) {
    return new Settling(state).before(steps);
  }

  private boolean mayBeRescued() {
    return state.vmState() == VmState.RESCUED
        || state.operation().flatMap(Operation::rescueImage).isPresent();
  }

  private long power() {
    return moment.settings().powerMillis();
  }

  private boolean hasVolumes() {
    return !state.volumes().isEmpty();
  }

  private boolean onHost() {
    return state.host().isPresent();
  }

  private boolean isInProgress(OperationKind kind) {
    return state.operation().filter(one -> one.kind() == kind).isPresent();
  }

  /** What may break off another operation takes away what that would leave half done. */
  private Decision breaksOff(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, long millis) {
    var broken = state.operation().filter(CreateImage::isHalfDone);
    var ends = kind == OperationKind.DELETE || kind == OperationKind.SOFT_DELETE;
    if (broken.flatMap(Operation::purpose).flatMap(Purpose::newImage).isPresent()) {
      var all = new ArrayList<>(CreateImage.dropping(todo, broken.get()));
      if (ends && state.shelf().isPresent()) {
        all.add(Step.dropFormer());
      }
      return began(origin, kind, all, millis, broken.get().purpose());
    }
    var devices = state.operation().map(Devices::whenBrokenOff).orElse(List.of());
    if (kind == OperationKind.SOFT_DELETE && !devices.isEmpty()) {
      var all = new ArrayList<>(devices);
      all.addAll(todo);
      return began(origin, kind, all, millis, state.operation().flatMap(Operation::purpose));
    }
    var rebuilt = state.operation().map(Rebuild::whenBrokenOff).orElse(List.of());
    if (kind != OperationKind.DELETE && !rebuilt.isEmpty()) {
      var all = new ArrayList<>(rebuilt);
      all.addAll(todo);
      return began(origin, kind, all, millis);
    }
    return began(
        origin,
        kind,
        ends && state.shelf().isPresent() ? CreateImage.dropping(todo) : todo,
        millis);
  }

  private Decision rebuild(UserCommand.Origin origin, RebuildRequest wanted) {
    if (state.other().isPresent()) { // in doubt: the guest may run there
      return new Decision.Reject(
          new Rejection.Conflict(
              "Instance %s is being moved between two hosts; that has to end first, or its state be reset."
                  .formatted(state.id())));
    }
    var before = moment.request();
    var reimages = wanted.volumeImage().isPresent();
    var another = reimages || !wanted.image().equals(before.image());
    return began(
        origin,
        OperationKind.REBUILD,
        Rebuild.steps(another, reimages, state.vmState() == VmState.STOPPED, hasVolumes()),
        moment.settings().bootMillis(),
        Optional.of(new Purpose.Rebuild(wanted, before.image(), before.imageProperties())));
  }

  private Decision unshelve(UserCommand.Unshelve wanted) {
    if (onHost() && (wanted.zone().isPresent() || wanted.host().isPresent())) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "Specifying an availability zone or host when unshelving server %s with status"
                      .formatted(state.id())
                  + " SHELVED is not supported: it is still on its host."));
    }
    var inImage = !moment.request().bootsFromVolume();
    if (!onHost() && inImage && wanted.image().isEmpty()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "Unshelve attempted but the image %s cannot be found."
                  .formatted(state.shelf().map(Shelf::imageId).orElse("of the server"))));
    }
    if (onHost()) {
      return began(
          wanted.origin(),
          OperationKind.UNSHELVE,
          Shelve.unshelveOnHost(),
          moment.settings().bootMillis(),
          Optional.of(new Purpose.Unshelve(wanted.image(), wanted.zone(), wanted.host())));
    }
    var pinned = Attachments.onlyHost(state).map(HostId::value);
    if (pinned.isPresent()
        && wanted.host().filter(host -> !host.equals(pinned.get())).isPresent()) {
      return new Decision.Reject(
          new Rejection.Conflict(
              "Volumes of instance %s lie on the storage of host %s: it cannot be unshelved on %s."
                  .formatted(state.id(), pinned.get(), wanted.host().get())));
    }
    return began(
        wanted.origin(),
        OperationKind.UNSHELVE,
        Shelve.unshelve(inImage, hasVolumes()),
        moment.settings().bootMillis(),
        Optional.of(new Purpose.Unshelve(wanted.image(), wanted.zone(), wanted.host())));
  }

  private Decision began(
      UserCommand.Origin origin, OperationKind kind, List<Step> todo, long millis) {
    return began(origin, kind, todo, millis, Optional.empty());
  }

  private Decision began(
      UserCommand.Origin origin,
      OperationKind kind,
      List<Step> todo,
      long millis,
      Optional<Purpose> purpose) {
    return Decision.accept(
        new InstanceEvent.OperationBegan(
            origin, kind, todo, moment.in(millis), Optional.empty(), purpose, moment.now()));
  }

  private boolean known(UserCommand.Origin origin) {
    return state.trails().stream().anyMatch(trail -> trail.id().equals(origin.operation()));
  }
}
