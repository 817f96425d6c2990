package io.troupe.actors.instance;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.SharedPool;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user may ask of an instance. Each carries the request id, so a repeated one has one
 * effect.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(value = UserCommand.Boot.class, name = "boot"),
  @JsonSubTypes.Type(value = UserCommand.Adopt.class, name = "adopt"),
  @JsonSubTypes.Type(value = UserCommand.Delete.class, name = "delete"),
  @JsonSubTypes.Type(value = UserCommand.ForceDelete.class, name = "force-delete"),
  @JsonSubTypes.Type(value = UserCommand.Restore.class, name = "restore"),
  @JsonSubTypes.Type(value = UserCommand.Start.class, name = "start"),
  @JsonSubTypes.Type(value = UserCommand.Stop.class, name = "stop"),
  @JsonSubTypes.Type(value = UserCommand.Reboot.class, name = "reboot"),
  @JsonSubTypes.Type(value = UserCommand.Pause.class, name = "pause"),
  @JsonSubTypes.Type(value = UserCommand.Unpause.class, name = "unpause"),
  @JsonSubTypes.Type(value = UserCommand.Suspend.class, name = "suspend"),
  @JsonSubTypes.Type(value = UserCommand.Resume.class, name = "resume"),
  @JsonSubTypes.Type(value = UserCommand.TriggerCrashDump.class, name = "trigger-crash-dump"),
  @JsonSubTypes.Type(value = UserCommand.SetPassword.class, name = "set-password"),
  @JsonSubTypes.Type(value = UserCommand.Rescue.class, name = "rescue"),
  @JsonSubTypes.Type(value = UserCommand.Unrescue.class, name = "unrescue"),
  @JsonSubTypes.Type(value = UserCommand.CreateImage.class, name = "create-image"),
  @JsonSubTypes.Type(
      value = UserCommand.CreateImageOfVolumes.class,
      name = "create-image-of-volumes"),
  @JsonSubTypes.Type(value = UserCommand.CreateBackup.class, name = "create-backup"),
  @JsonSubTypes.Type(value = UserCommand.Rebuild.class, name = "rebuild"),
  @JsonSubTypes.Type(value = UserCommand.Shelve.class, name = "shelve"),
  @JsonSubTypes.Type(value = UserCommand.ShelveOffload.class, name = "shelve-offload"),
  @JsonSubTypes.Type(value = UserCommand.Unshelve.class, name = "unshelve"),
  @JsonSubTypes.Type(value = UserCommand.Revise.class, name = "revise"),
  @JsonSubTypes.Type(value = UserCommand.MergeMetadata.class, name = "merge-metadata"),
  @JsonSubTypes.Type(value = UserCommand.ReplaceMetadata.class, name = "replace-metadata"),
  @JsonSubTypes.Type(value = UserCommand.DeleteMetadata.class, name = "delete-metadata"),
  @JsonSubTypes.Type(value = UserCommand.ReplaceTags.class, name = "replace-tags"),
  @JsonSubTypes.Type(value = UserCommand.AddTag.class, name = "add-tag"),
  @JsonSubTypes.Type(value = UserCommand.DeleteTags.class, name = "delete-tags"),
  @JsonSubTypes.Type(value = UserCommand.DeleteTag.class, name = "delete-tag"),
  @JsonSubTypes.Type(value = UserCommand.LockIt.class, name = "lock"),
  @JsonSubTypes.Type(value = UserCommand.Unlock.class, name = "unlock"),
  @JsonSubTypes.Type(value = UserCommand.SwapVolume.class, name = "swap-volume"),
  @JsonSubTypes.Type(value = UserCommand.AttachVolume.class, name = "attach-volume"),
  @JsonSubTypes.Type(value = UserCommand.DetachVolume.class, name = "detach-volume"),
  @JsonSubTypes.Type(
      value = UserCommand.SetDeleteOnTermination.class,
      name = "set-delete-on-termination"),
  @JsonSubTypes.Type(value = UserCommand.AttachInterface.class, name = "attach-interface"),
  @JsonSubTypes.Type(value = UserCommand.DetachInterface.class, name = "detach-interface"),
  @JsonSubTypes.Type(value = UserCommand.ResetState.class, name = "reset-state"),
  @JsonSubTypes.Type(value = UserCommand.Resize.class, name = "resize"),
  @JsonSubTypes.Type(value = UserCommand.ConfirmResize.class, name = "confirm-resize"),
  @JsonSubTypes.Type(value = UserCommand.RevertResize.class, name = "revert-resize"),
  @JsonSubTypes.Type(value = UserCommand.Migrate.class, name = "migrate"),
  @JsonSubTypes.Type(value = UserCommand.LiveMigrate.class, name = "live-migrate"),
  @JsonSubTypes.Type(value = UserCommand.AbortMigration.class, name = "abort-migration"),
  @JsonSubTypes.Type(value = UserCommand.ForceComplete.class, name = "force-complete"),
  @JsonSubTypes.Type(value = UserCommand.Evacuate.class, name = "evacuate")
})
public sealed interface UserCommand extends InstanceInput, CborSerializable {
  Origin origin();

  /**
   * Who asked, and under which request id.
   *
   * @param admin whether as an administrator, whom no lock stops
   */
  record Origin(OperationId operation, String userId, String projectId, boolean admin) {}

  record Boot(Origin origin, BootRequest request) implements UserCommand {}

  /**
   * Make an instance of a guest that is there already.
   *
   * @param request what the instance is to be; its forced host is {@code host}, it has no image and
   *     no networks of ours
   * @param guest as the hypervisor calls it
   */
  record Adopt(Origin origin, BootRequest request, HostId host, String guest)
      implements UserCommand {}

  /** Softly when soft-deleted instances are kept for a while, see {@code reclaimMillis}. */
  record Delete(Origin origin) implements UserCommand {}

  /** For good, whatever is kept. */
  record ForceDelete(Origin origin) implements UserCommand {}

  record Restore(Origin origin) implements UserCommand {}

  record Start(Origin origin) implements UserCommand {}

  record Stop(Origin origin) implements UserCommand {}

  record Reboot(Origin origin, boolean soft) implements UserCommand {}

  /** Held in memory. */
  record Pause(Origin origin) implements UserCommand {}

  record Unpause(Origin origin) implements UserCommand {}

  /** Memory to the host's disk; its claim stays. */
  record Suspend(Origin origin) implements UserCommand {}

  record Resume(Origin origin) implements UserCommand {}

  /** A non-maskable interrupt, on which a guest that is set up so dumps its memory. */
  record TriggerCrashDump(Origin origin) implements UserCommand {}

  /** Of the guest's administrator. The password is written down nowhere. */
  record SetPassword(Origin origin, String password) implements UserCommand {
    /** Without the password: commands are logged. */
    @Override
    public String toString() {
      return "SetPassword[origin=" + origin + ", password=***]";
    }
  }

  /**
   * Boot from another disk, to repair the guest's own.
   *
   * @param image what that disk is made from; active
   */
  record Rescue(Origin origin, GuestSpec.ImageRef image) implements UserCommand {}

  record Unrescue(Origin origin) implements UserCommand {}

  /**
   * Another volume in the place of one that it has.
   *
   * @param from the volume that goes
   */
  record SwapVolume(Origin origin, String from, String to) implements UserCommand {}

  record AttachVolume(Origin origin, VolumeChoice choice) implements UserCommand {}

  record DetachVolume(Origin origin, String volumeId) implements UserCommand {}

  /** Takes effect at once. */
  record SetDeleteOnTermination(Origin origin, String volumeId, boolean goes)
      implements UserCommand {}

  /**
   * One more network card; answered when the guest has it, or cannot have it.
   *
   * @param tag the owner's word for the card
   */
  record AttachInterface(Origin origin, NetworkChoice choice, Optional<String> tag)
      implements UserCommand {}

  record DetachInterface(Origin origin, String portId) implements UserCommand {}

  /**
   * The guest's root disk as an image; answered when the image is recorded.
   *
   * @param image without bytes yet; its id is new
   */
  record CreateImage(Origin origin, Image image) implements UserCommand {}

  /**
   * An image of an instance that boots from a volume; answered when the image is recorded, or one
   * of the snapshots is refused: then none of them stays.
   *
   * @param image whole, it names the snapshots; its id is new
   * @param snapshots of all its volumes, their ids are new
   */
  record CreateImageOfVolumes(Origin origin, Image image, List<VolumeSnapshot.Wanted> snapshots)
      implements UserCommand {
    public CreateImageOfVolumes {
      snapshots = List.copyOf(snapshots);
    }
  }

  /**
   * As {@link CreateImage}, and the oldest of the same type go.
   *
   * @param image empty when none is kept
   * @param type a word of the owner's, such as {@code daily}
   * @param kept images of this type and instance that are left
   */
  record CreateBackup(Origin origin, Optional<Image> image, String type, int kept)
      implements UserCommand {}

  /** From an image once more, on the same host with the same ports. */
  record Rebuild(Origin origin, RebuildRequest request) implements UserCommand {}

  /**
   * Its root disk becomes an image, and it leaves its host: at once or later, as the settings say.
   *
   * @param image without bytes yet; its id is new
   */
  record Shelve(Origin origin, Image image) implements UserCommand {}

  /** Off its host now. */
  record ShelveOffload(Origin origin) implements UserCommand {}

  /**
   * @param image what it became, once active; an offloaded instance has nothing else
   * @param zone pins it there, or to none; with {@code host} only of one that was offloaded
   * @param host an administrator's choice
   */
  record Unshelve(
      Origin origin,
      Optional<GuestSpec.ImageRef> image,
      Optional<Purpose.Unshelve.Zone> zone,
      Optional<String> host)
      implements UserCommand {}

  /** New name, description …; takes effect at once, as all that follow. */
  record Revise(Origin origin, Revision revision) implements UserCommand {}

  /**
   * @param limit how many items an instance may have, negative for any
   */
  record MergeMetadata(Origin origin, Map<String, String> items, long limit)
      implements UserCommand {
    public MergeMetadata {
      items = Map.copyOf(items);
    }
  }

  record ReplaceMetadata(Origin origin, Map<String, String> items, long limit)
      implements UserCommand {
    public ReplaceMetadata {
      items = Map.copyOf(items);
    }
  }

  record DeleteMetadata(Origin origin, String key) implements UserCommand {}

  record ReplaceTags(Origin origin, List<String> tags) implements UserCommand {
    public ReplaceTags {
      tags = List.copyOf(tags);
    }
  }

  record AddTag(Origin origin, String tag) implements UserCommand {}

  record DeleteTags(Origin origin) implements UserCommand {}

  record DeleteTag(Origin origin, String tag) implements UserCommand {}

  record LockIt(Origin origin, Optional<String> reason) implements UserCommand {}

  record Unlock(Origin origin) implements UserCommand {}

  /** An administrator says what is true, and breaks off what is in progress. */
  record ResetState(Origin origin, Resting to) implements UserCommand {
    /** What can be said. */
    public enum Resting {
      ACTIVE,
      ERROR
    }
  }

  /**
   * @param flavor another one than it has, with a root disk that is no smaller
   * @param diskConfig {@code AUTO} or {@code MANUAL} from now on; empty: as it is
   */
  record Resize(Origin origin, FlavorAtBoot flavor, Optional<String> diskConfig)
      implements UserCommand {}

  /** What was resized or migrated stays so. */
  record ConfirmResize(Origin origin) implements UserCommand {}

  /** What was resized or migrated goes back. */
  record RevertResize(Origin origin) implements UserCommand {}

  /**
   * To another host, switched off.
   *
   * @param to empty: the scheduler's choice
   */
  record Migrate(Origin origin, Optional<HostId> to) implements UserCommand {}

  /**
   * To another host, running.
   *
   * @param to empty: the scheduler's choice
   * @param unfiltered whether the filters are passed over for {@code to}
   * @param storage what is insisted on; {@code UNKNOWN}: as it comes
   */
  record LiveMigrate(
      Origin origin, Optional<HostId> to, boolean unfiltered, MoveTicket.Storage storage)
      implements UserCommand {}

  /**
   * @param number of the live migration that shall be broken off
   */
  record AbortMigration(Origin origin, long number) implements UserCommand {}

  /**
   * @param number of the live migration that shall complete
   */
  record ForceComplete(Origin origin, long number) implements UserCommand {}

  /**
   * Built anew elsewhere, on the disk that it has where that is possible; its host is dead, which
   * whoever asks has made sure of.
   *
   * @param to empty: the scheduler's choice
   * @param unfiltered whether the filters are passed over for {@code to}
   * @param stopped whether it is off in the end whatever it was
   * @param pool that its host's storage is, and that of {@code to}; empty: each has its own
   */
  record Evacuate(
      Origin origin,
      Optional<HostId> to,
      boolean unfiltered,
      boolean stopped,
      Optional<SharedPool> pool)
      implements UserCommand {
    /** From a host whose storage is its own. */
    public Evacuate(Origin origin, Optional<HostId> to, boolean unfiltered, boolean stopped) {
      this(origin, to, unfiltered, stopped, Optional.empty());
    }
  }
}
