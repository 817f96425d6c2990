package io.troupe.drivers.spi;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.Resources;
import java.util.Optional;

/**
 * What a hypervisor can be told to do with one guest, or with one volume. Each names an end state.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = DriverCommand.Spawn.class, name = "spawn"),
  @JsonSubTypes.Type(value = DriverCommand.Start.class, name = "start"),
  @JsonSubTypes.Type(value = DriverCommand.Stop.class, name = "stop"),
  @JsonSubTypes.Type(value = DriverCommand.Reboot.class, name = "reboot"),
  @JsonSubTypes.Type(value = DriverCommand.Pause.class, name = "pause"),
  @JsonSubTypes.Type(value = DriverCommand.Unpause.class, name = "unpause"),
  @JsonSubTypes.Type(value = DriverCommand.Suspend.class, name = "suspend"),
  @JsonSubTypes.Type(value = DriverCommand.Resume.class, name = "resume"),
  @JsonSubTypes.Type(value = DriverCommand.TriggerCrashDump.class, name = "trigger-crash-dump"),
  @JsonSubTypes.Type(value = DriverCommand.SetPassword.class, name = "set-password"),
  @JsonSubTypes.Type(value = DriverCommand.Snapshot.class, name = "snapshot"),
  @JsonSubTypes.Type(value = DriverCommand.Rescue.class, name = "rescue"),
  @JsonSubTypes.Type(value = DriverCommand.Unrescue.class, name = "unrescue"),
  @JsonSubTypes.Type(value = DriverCommand.Resize.class, name = "resize"),
  @JsonSubTypes.Type(value = DriverCommand.AttachNic.class, name = "attach-nic"),
  @JsonSubTypes.Type(value = DriverCommand.DetachNic.class, name = "detach-nic"),
  @JsonSubTypes.Type(value = DriverCommand.AttachVolume.class, name = "attach-volume"),
  @JsonSubTypes.Type(value = DriverCommand.DetachVolume.class, name = "detach-volume"),
  @JsonSubTypes.Type(value = DriverCommand.SwapVolume.class, name = "swap-volume"),
  @JsonSubTypes.Type(value = DriverCommand.CreateVolume.class, name = "create-volume"),
  @JsonSubTypes.Type(value = DriverCommand.CopyVolume.class, name = "copy-volume"),
  @JsonSubTypes.Type(value = DriverCommand.DeleteVolume.class, name = "delete-volume"),
  @JsonSubTypes.Type(value = DriverCommand.OfferMove.class, name = "offer-move"),
  @JsonSubTypes.Type(value = DriverCommand.PrepareMove.class, name = "prepare-move"),
  @JsonSubTypes.Type(value = DriverCommand.LiveMigrate.class, name = "live-migrate"),
  @JsonSubTypes.Type(value = DriverCommand.WatchMigration.class, name = "watch-migration"),
  @JsonSubTypes.Type(value = DriverCommand.ForceComplete.class, name = "force-complete"),
  @JsonSubTypes.Type(value = DriverCommand.AbortMigration.class, name = "abort-migration"),
  @JsonSubTypes.Type(value = DriverCommand.SendMove.class, name = "send-move"),
  @JsonSubTypes.Type(value = DriverCommand.FinishMove.class, name = "finish-move"),
  @JsonSubTypes.Type(value = DriverCommand.TakeOver.class, name = "take-over"),
  @JsonSubTypes.Type(value = DriverCommand.Adopt.class, name = "adopt"),
  @JsonSubTypes.Type(value = DriverCommand.Destroy.class, name = "destroy"),
  @JsonSubTypes.Type(value = DriverCommand.Inspect.class, name = "inspect"),
  @JsonSubTypes.Type(value = DriverCommand.ReadConsole.class, name = "read-console"),
  @JsonSubTypes.Type(value = DriverCommand.Diagnostics.class, name = "diagnostics")
})
public sealed interface DriverCommand extends CborSerializable {
  /** The guest, and on whose behalf; see {@link GuestTarget#ofVolume} for what is about none. */
  GuestTarget target();

  /**
   * The guest exists with this specification and runs. A guest of the same generation that is there
   * already is left as it is (started if it is off). Image, disks, config drive and NICs are made
   * as needed.
   *
   * @param keepsDisk whether the root disk is the one that the instance's guest of an older
   *     generation had, on another host with the same storage. When it is not there, that is an
   *     instance fault, and no disk is made; nor is it gone when this fails
   */
  record Spawn(GuestTarget target, GuestSpec spec, boolean keepsDisk) implements DriverCommand {
    /** With a new disk. */
    public Spawn(GuestTarget target, GuestSpec spec) {
      this(target, spec, false);
    }
  }

  /** The guest runs; one that was paused or suspended goes on where it was. */
  record Start(GuestTarget target) implements DriverCommand {}

  /**
   * The guest is off. It is asked to shut down (ACPI) and given {@code graceMillis} ms; then it is
   * powered off. 0 ms means power off at once. What a suspended guest had in memory is lost.
   */
  record Stop(GuestTarget target, long graceMillis) implements DriverCommand {}

  /**
   * The guest has rebooted. Soft: the guest is asked and given {@code graceMillis} ms, then it is
   * reset hard. Hard ({@code soft} false): power cycled, also when it was off.
   */
  record Reboot(GuestTarget target, boolean soft, long graceMillis) implements DriverCommand {}

  /**
   * The guest is in memory and does not run ({@code PAUSED}). One that is off is an instance fault.
   */
  record Pause(GuestTarget target) implements DriverCommand {}

  /** The paused guest runs. One that is off or suspended is an instance fault. */
  record Unpause(GuestTarget target) implements DriverCommand {}

  /**
   * What the guest had in memory is on the host's disk, and its memory is free ({@code SUSPENDED}).
   * One that is off is an instance fault.
   */
  record Suspend(GuestTarget target) implements DriverCommand {}

  /** The suspended guest runs where it was. One that is off is an instance fault. */
  record Resume(GuestTarget target) implements DriverCommand {}

  /**
   * The guest has got a non-maskable interrupt, on which it dumps its memory if it is set up so.
   * What it does then is its own affair; a repetition is one more interrupt. One that is off is an
   * instance fault.
   */
  record TriggerCrashDump(GuestTarget target) implements DriverCommand {}

  /**
   * A user inside the running guest has this password, which the guest's agent has set. Unsupported
   * when no agent answers, an instance fault when it refuses or the guest is off.
   */
  record SetPassword(GuestTarget target, String user, String password) implements DriverCommand {
    /** Without the password: commands are logged. */
    @Override
    public String toString() {
      return "SetPassword[target=" + target + ", user=" + user + ", password=***]";
    }
  }

  /**
   * The image has the bytes of the guest's root disk as it is at one moment while this is carried
   * out: qcow2 that stands on no other file. The guest goes on as it was; its file systems are
   * quiesced by its agent if one answers. Each repetition is a new moment.
   *
   * @param imageId an image that is there already and waits for its bytes
   * @param quiesced whether the file systems of a guest that runs have to be; when its agent does
   *     not see to it, that is an instance fault, and the image has no bytes
   */
  record Snapshot(GuestTarget target, String imageId, boolean quiesced) implements DriverCommand {
    /** Quiesced where the agent answers. */
    public Snapshot(GuestTarget target, String imageId) {
      this(target, imageId, false);
    }
  }

  /**
   * The guest runs from a fresh disk made from the image, and sees its own root disk as a further
   * one. It was powered off for that. One that is rescued already keeps the rescue disk it has and
   * is started if it is off.
   */
  record Rescue(GuestTarget target, GuestSpec.ImageRef image) implements DriverCommand {}

  /** The guest runs from its own root disk, and there is no rescue disk. */
  record Unrescue(GuestTarget target) implements DriverCommand {}

  /**
   * The guest has this size, and is off. Its root disk grows to {@code diskGib}; 0 leaves it as it
   * is, and one that would have to shrink is an instance fault, as is a guest that is not off. A
   * disk that grows is kept as it was, too, until it is gone back to, or {@link TakeOver} or {@link
   * Destroy} say that it will not be.
   *
   * @param placement where on the host it runs from its next start on; filled in by the host
   * @param undone the operation that made the disk grow, by this command or by a {@link FinishMove}
   *     on storage that the hosts have in common, and that is taken back: then the root disk is the
   *     one that was kept, with what was in it, whatever {@code diskGib}; where none was kept it is
   *     left as it is. Empty: nothing is taken back
   */
  record Resize(
      GuestTarget target,
      Resources size,
      Optional<GuestPlacement> placement,
      Optional<OperationId> undone)
      implements DriverCommand {
    public Resize {
      placement = placement == null ? Optional.empty() : placement;
      undone = undone == null ? Optional.empty() : undone;
    }

    public Resize(GuestTarget target, Resources size) {
      this(target, size, Optional.empty(), Optional.empty());
    }

    /** Back to what it was before {@code undone}. */
    public static Resize back(GuestTarget target, Resources size, OperationId undone) {
      return new Resize(target, size, Optional.empty(), Optional.of(undone));
    }
  }

  /**
   * The guest has this network card, at once if it is in memory. One with the same MAC is left as
   * it is. For this and the next three commands a suspended guest is an instance fault.
   */
  record AttachNic(GuestTarget target, GuestSpec.Nic nic) implements DriverCommand {}

  /**
   * The guest has no network card with this MAC. One that runs has to let go of it; when it does
   * not in some 20 s, that is retryable.
   */
  record DetachNic(GuestTarget target, String mac) implements DriverCommand {}

  /** The guest has this volume as a disk, at once if it is in memory. */
  record AttachVolume(GuestTarget target, VolumeRef volume) implements DriverCommand {}

  /** The guest has no disk of this volume, which itself stays. Retryable as {@link DetachNic}. */
  record DetachVolume(GuestTarget target, String volumeId) implements DriverCommand {}

  /**
   * The guest, which is in memory, has the volume {@code to} as the device that {@code from} was,
   * and what was in {@code from} is in {@code to}, also what was written meanwhile; {@code from} is
   * left as it was then, or as large as {@code to}. One that has {@code to} and not {@code from} is
   * a success. When this fails, the guest has {@code from}. An instance fault when {@code to} is
   * smaller, or the guest has neither.
   */
  record SwapVolume(GuestTarget target, VolumeRef from, VolumeRef to) implements DriverCommand {}

  /**
   * The volume lies on the host and has this size. One that is there already keeps what is in it
   * and grows if it is smaller; one that is larger is left as it is.
   *
   * @param sizeGib GiB, at least what the image needs
   * @param image what a new one begins with; empty: with zeros
   */
  record CreateVolume(
      GuestTarget target, VolumeRef volume, long sizeGib, Optional<GuestSpec.ImageRef> image)
      implements DriverCommand {}

  /**
   * The volume {@code to} lies on the host, stands on no other file, has what was in {@code from}
   * at one moment while this was carried out, and is at least as large as said. A guest that is in
   * memory and has {@code from} goes on; its file systems are quiesced if its agent answers. One
   * that is there already, whole, keeps what is in it and grows if it is smaller, whatever became
   * of {@code from} since; else no {@code from} is an instance fault.
   *
   * @param sizeGib GiB
   */
  record CopyVolume(GuestTarget target, VolumeRef from, VolumeRef to, long sizeGib)
      implements DriverCommand {}

  /**
   * There is no such volume on the host. One that a guest has is an instance fault; one that is
   * gone already is a success.
   */
  record DeleteVolume(GuestTarget target, VolumeRef volume) implements DriverCommand {}

  /**
   * Nothing changes; answers a {@link MoveTicket} with what another host has to know to take the
   * guest. To be put to the host that has the guest, and the first step of every move:
   *
   * <pre>
   * live   OfferMove   PrepareMove   LiveMigrate   FinishMove    (then the source has no guest)
   *        source      destination   source        destination
   * cold   OfferMove   PrepareMove   Stop SendMove FinishMove    (the source's guest stays, off)
   *        source      destination   source        destination
   * </pre>
   *
   * <p>The destination's commands carry a newer generation than the guest has at the source. {@link
   * Destroy} takes back what a move has left at either host, under the generation which the guest
   * has, or was to have, at that host. An instance fault when the guest cannot be moved as it is,
   * for instance while it is rescued.
   */
  record OfferMove(GuestTarget target) implements DriverCommand {}

  /**
   * The host is ready to take the guest under the target's generation: it has what the disks are
   * made from, or sees the source's own. Answers the ticket with the destination's part.
   *
   * @param spec of the guest after the move; a live guest keeps its size
   * @param storage what the caller insists on; {@code UNKNOWN}: as it comes. The other one than
   *     there is is an instance fault
   */
  record PrepareMove(
      GuestTarget target,
      GuestSpec spec,
      MoveTicket ticket,
      MoveTicket.Storage storage,
      boolean live)
      implements DriverCommand {}

  /**
   * The running or paused guest is at the destination that the ticket names, under the generation
   * that it was prepared for, as it was here; this host no longer has it. One that is not here any
   * more is a success, so that a repetition finds what became of it; one that is on its way, begun
   * by whoever, is waited for.
   *
   * <p>When this fails, the guest goes on here: as an instance fault when it was aborted or took
   * longer than the options allow, as a host fault when the destination would not have it or is
   * gone, unsupported when the options ask for what the hypervisor cannot do.
   */
  record LiveMigrate(GuestTarget target, MoveTicket ticket, MigrationOptions options)
      implements DriverCommand {}

  /**
   * Nothing changes; answers how far the guest's migration away from here is. Like the next two, it
   * is carried out beside the migration, not behind it.
   */
  record WatchMigration(GuestTarget target) implements DriverCommand {}

  /**
   * The migration under way completes, whatever that costs the guest: by post-copy where its
   * options allow that, else the guest stands still until all has been copied. Returns as soon as
   * that is begun. An instance fault when none is under way.
   */
  record ForceComplete(GuestTarget target) implements DriverCommand {}

  /**
   * No migration of the guest away from here is under way. None is a success; one that has switched
   * to post-copy is an instance fault, since it cannot be taken back.
   */
  record AbortMigration(GuestTarget target) implements DriverCommand {}

  /**
   * The destination can have the guest's disks. The guest is off, which else is an instance fault,
   * and stays here as it is.
   */
  record SendMove(GuestTarget target, MoveTicket ticket) implements DriverCommand {}

  /**
   * The guest is this host's own, under the target's generation and with this specification. One
   * that was migrated live goes on as it was; one that was moved cold is off, its disk as the
   * source's was and as large as the specification says. An instance fault when the guest has not
   * come: neither migrated nor sent. A disk that the hosts have in common and that grows is kept as
   * it was, too, for the source's {@link Resize}.
   */
  record FinishMove(GuestTarget target, GuestSpec spec, MoveTicket ticket)
      implements DriverCommand {}

  /**
   * The guest that is here belongs to the target's generation, and else is as it was: for one that
   * was to move, has not, and stays.
   *
   * @param settles whether it stays as large as it is: no former root disk is kept any more
   */
  record TakeOver(GuestTarget target, boolean settles) implements DriverCommand {
    /** What a {@link Resize} has kept stays. */
    public TakeOver(GuestTarget target) {
      this(target, false);
    }
  }

  /**
   * The guest that the hypervisor calls {@code name} and that Troupe did not make is the instance's
   * from now on: it bears the target's instance and generation, and else is as it was, running or
   * not. One that is the instance's already, of this generation or an older one, gets the target's.
   * An instance fault when there is no such guest, when it is another's, or when its id is not the
   * instance's (see {@link GuestReport.Foreign#id}). {@link Destroy} later removes the guest and
   * leaves the disks that it came with.
   */
  record Adopt(GuestTarget target, String name) implements DriverCommand {}

  /**
   * The guest, its disks, config drive and console log are gone. Attached volumes stay. One that is
   * gone already is a success. Where another host has a guest of the instance on the same storage,
   * its disk stays, and one that was kept for this host's guest goes.
   *
   * @param keepsDisk whether the root disk stays, for a {@link Spawn} on another host that has the
   *     same storage
   */
  record Destroy(GuestTarget target, boolean keepsDisk) implements DriverCommand {
    /** Nothing stays. */
    public Destroy(GuestTarget target) {
      this(target, false);
    }
  }

  /**
   * Nothing changes; answers the guest's state, {@code NOSTATE} and not present if there is none.
   */
  record Inspect(GuestTarget target) implements DriverCommand {}

  /** Nothing changes; answers the last {@code maxBytes} bytes of the serial console's log. */
  record ReadConsole(GuestTarget target, int maxBytes) implements DriverCommand {}

  /**
   * Nothing changes; answers what the hypervisor has counted about the guest. One that is not in
   * memory is an instance fault.
   */
  record Diagnostics(GuestTarget target) implements DriverCommand {}

  /** Whether it is for a command that is under way, and so does not wait for that one's end. */
  default boolean goesBeside() {
    return this instanceof WatchMigration
        || this instanceof ForceComplete
        || this instanceof AbortMigration;
  }

  /** The command's kind in one word, as it is written on the wire. */
  default String name() {
    return switch (this) {
      case Spawn _ -> "spawn";
      case Start _ -> "start";
      case Stop _ -> "stop";
      case Reboot _ -> "reboot";
      case Pause _ -> "pause";
      case Unpause _ -> "unpause";
      case Suspend _ -> "suspend";
      case Resume _ -> "resume";
      case TriggerCrashDump _ -> "trigger-crash-dump";
      case SetPassword _ -> "set-password";
      case Snapshot _ -> "snapshot";
      case Rescue _ -> "rescue";
      case Unrescue _ -> "unrescue";
      case Resize _ -> "resize";
      case AttachNic _ -> "attach-nic";
      case DetachNic _ -> "detach-nic";
      case AttachVolume _ -> "attach-volume";
      case DetachVolume _ -> "detach-volume";
      case SwapVolume _ -> "swap-volume";
      case CreateVolume _ -> "create-volume";
      case CopyVolume _ -> "copy-volume";
      case DeleteVolume _ -> "delete-volume";
      case OfferMove _ -> "offer-move";
      case PrepareMove _ -> "prepare-move";
      case LiveMigrate _ -> "live-migrate";
      case WatchMigration _ -> "watch-migration";
      case ForceComplete _ -> "force-complete";
      case AbortMigration _ -> "abort-migration";
      case SendMove _ -> "send-move";
      case FinishMove _ -> "finish-move";
      case TakeOver _ -> "take-over";
      case Adopt _ -> "adopt";
      case Destroy _ -> "destroy";
      case Inspect _ -> "inspect";
      case ReadConsole _ -> "read-console";
      case Diagnostics _ -> "diagnostics";
    };
  }

  /**
   * Whether {@code later}, of the same kind, undoes this one and is no repetition of it: the other
   * way round with volumes, or to another size.
   */
  default boolean isTakenBackBy(DriverCommand later) {
    return switch (this) {
      case SwapVolume(_, var from, _) ->
          later instanceof SwapVolume(_, var other, _) && !from.id().equals(other.id());
      case Resize(_, var size, _, _) ->
          later instanceof Resize(_, var other, _, _) && !size.equals(other);
      default -> false;
    };
  }

  /** The same command under the epoch of the host that hands it on. */
  default DriverCommand withEpoch(long epoch) {
    var fenced = target().withEpoch(epoch);
    return switch (this) {
      case Spawn(_, var spec, var keepsDisk) -> new Spawn(fenced, spec, keepsDisk);
      case Start _ -> new Start(fenced);
      case Stop(_, var graceMillis) -> new Stop(fenced, graceMillis);
      case Reboot(_, var soft, var graceMillis) -> new Reboot(fenced, soft, graceMillis);
      case Pause _ -> new Pause(fenced);
      case Unpause _ -> new Unpause(fenced);
      case Suspend _ -> new Suspend(fenced);
      case Resume _ -> new Resume(fenced);
      case TriggerCrashDump _ -> new TriggerCrashDump(fenced);
      case SetPassword(_, var user, var password) -> new SetPassword(fenced, user, password);
      case Snapshot(_, var imageId, var quiesced) -> new Snapshot(fenced, imageId, quiesced);
      case Rescue(_, var image) -> new Rescue(fenced, image);
      case Unrescue _ -> new Unrescue(fenced);
      case Resize(_, var size, var placement, var undone) ->
          new Resize(fenced, size, placement, undone);
      case AttachNic(_, var nic) -> new AttachNic(fenced, nic);
      case DetachNic(_, var mac) -> new DetachNic(fenced, mac);
      case AttachVolume(_, var volume) -> new AttachVolume(fenced, volume);
      case DetachVolume(_, var volumeId) -> new DetachVolume(fenced, volumeId);
      case SwapVolume(_, var from, var to) -> new SwapVolume(fenced, from, to);
      case CreateVolume(_, var volume, var sizeGib, var image) ->
          new CreateVolume(fenced, volume, sizeGib, image);
      case CopyVolume(_, var from, var to, var sizeGib) ->
          new CopyVolume(fenced, from, to, sizeGib);
      case DeleteVolume(_, var volume) -> new DeleteVolume(fenced, volume);
      case OfferMove _ -> new OfferMove(fenced);
      case PrepareMove(_, var spec, var ticket, var storage, var live) ->
          new PrepareMove(fenced, spec, ticket, storage, live);
      case LiveMigrate(_, var ticket, var options) -> new LiveMigrate(fenced, ticket, options);
      case WatchMigration _ -> new WatchMigration(fenced);
      case ForceComplete _ -> new ForceComplete(fenced);
      case AbortMigration _ -> new AbortMigration(fenced);
      case SendMove(_, var ticket) -> new SendMove(fenced, ticket);
      case FinishMove(_, var spec, var ticket) -> new FinishMove(fenced, spec, ticket);
      case TakeOver(_, var settles) -> new TakeOver(fenced, settles);
      case Adopt(_, var name) -> new Adopt(fenced, name);
      case Destroy(_, var keepsDisk) -> new Destroy(fenced, keepsDisk);
      case Inspect _ -> new Inspect(fenced);
      case ReadConsole(_, var maxBytes) -> new ReadConsole(fenced, maxBytes);
      case Diagnostics _ -> new Diagnostics(fenced);
    };
  }

  /** The same command with where the guest runs, if that is part of what it says. */
  default DriverCommand at(Optional<GuestPlacement> placement) {
    return switch (this) {
      case Spawn(var target, var spec, var keepsDisk) ->
          new Spawn(target, spec.at(placement), keepsDisk);
      case Resize(var target, var size, _, var undone) ->
          new Resize(target, size, placement, undone);
      case PrepareMove(var target, var spec, var ticket, var storage, var live) ->
          new PrepareMove(target, spec.at(placement), ticket, storage, live);
      case FinishMove(var target, var spec, var ticket) ->
          new FinishMove(target, spec.at(placement), ticket);
      default -> this;
    };
  }

  /** The size that the guest shall have by this command, where it says one. */
  default Optional<Resources> sizeAsked() {
    return switch (this) {
      case Spawn(_, var spec, _) -> Optional.of(spec.size());
      case Resize(_, var to, _, _) -> Optional.of(to);
      case PrepareMove(_, var spec, _, _, _) -> Optional.of(spec.size());
      case FinishMove(_, var spec, _) -> Optional.of(spec.size());
      default -> Optional.empty();
    };
  }
}
