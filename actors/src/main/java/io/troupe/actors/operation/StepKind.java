package io.troupe.actors.operation;

import static io.troupe.actors.operation.Participant.DRIVER;
import static io.troupe.actors.operation.Participant.HOST;
import static io.troupe.actors.operation.Participant.IMAGES;
import static io.troupe.actors.operation.Participant.PROJECT;
import static io.troupe.actors.operation.Participant.SCHEDULER;
import static io.troupe.actors.operation.Participant.VOLUME;

import java.util.Optional;
import java.util.stream.Stream;

/** The steps that operations are made of. Each may be asked for again and then has one effect. */
public enum StepKind {
  /** Count the instance against its project's quota. */
  RESERVE("reserve", true, PROJECT, ""),
  /** Let the scheduler name a host and alternates. */
  PLACE("place", false, SCHEDULER, ""),
  /** Let the named host have preemptible instances leave. */
  PREEMPT("preempt", true, HOST, ""),
  /** Let the named host promise the capacity. */
  CLAIM("claim", true, HOST, ""),
  /** Let the scheduler say whether the image may be on the instance's host. */
  PERMIT("permit", false, SCHEDULER, ""),
  /** Take a port on one of the networks asked for. */
  NETWORK("network", true, Participant.NETWORK, ""),
  /** Build the guest and run it. */
  SPAWN("spawn", false, DRIVER, "spawn"),
  POWER_ON("power_on", false, DRIVER, "start"),
  POWER_OFF("power_off", false, DRIVER, "stop"),
  REBOOT("reboot", false, DRIVER, "reboot"),
  PAUSE("pause", false, DRIVER, "pause"),
  UNPAUSE("unpause", false, DRIVER, "unpause"),
  /** Memory to the host's disk; the claim stays, so that there is room to resume. */
  SUSPEND("suspend", false, DRIVER, "suspend"),
  RESUME("resume", false, DRIVER, "resume"),
  CRASH_DUMP("crash_dump", false, DRIVER, "trigger-crash-dump"),
  /** Through the guest's agent. The password is nowhere but in the memory of the actor. */
  SET_PASSWORD("set_password", false, DRIVER, "set-password"),
  /** Run the guest from a rescue disk, its own as a further one. */
  RESCUE("rescue", false, DRIVER, "rescue"),
  /** Run the guest from its own disk, and remove the rescue disk. */
  UNRESCUE("unrescue", false, DRIVER, "unrescue"),
  /** Reserve one of the volumes asked for, and have it made on the host. */
  CONNECT_VOLUME("connect_volume", false, VOLUME, ""),
  /** Have all the instance's volumes where the host sees them, and no other guest with them. */
  CONNECT_VOLUMES("connect_volumes", false, VOLUME, ""),
  /** The guest that was made has all its volumes. */
  MARK_VOLUMES("mark_volumes", true, VOLUME, ""),
  /** The root volume begins anew from an image, in a file that no guest has yet. */
  REIMAGE("reimage_volume", false, VOLUME, ""),
  /** No guest has what was to be new in the root volume: it is what it was. */
  UNDO_REIMAGE("undo_reimage", true, VOLUME, ""),
  /** No guest is left, and the volumes stay the instance's. */
  KEEP_VOLUMES("keep_volumes", true, VOLUME, ""),
  /** One volume of an instance that has no guest is wanted no longer. */
  RELEASE_VOLUME("release_volume", true, VOLUME, ""),
  /** Give the guest the volume. */
  ATTACH_VOLUME("attach_volume", false, DRIVER, "attach-volume"),
  /** Give the guest another volume in the place of one, with what is in that; or back again. */
  SWAP_VOLUME("swap_volume", false, DRIVER, "swap-volume"),
  /** The volume is the instance's. */
  MARK_ATTACHED("mark_attached", true, VOLUME, ""),
  /** The volume is on its way out. */
  BEGIN_DETACHING("begin_detaching", true, VOLUME, ""),
  /** Take the volume from the guest. */
  DETACH_VOLUME("detach_volume", false, DRIVER, "detach-volume"),
  /** No guest has the volume: it may be somebody else's. */
  FREE_VOLUME("free_volume", true, VOLUME, ""),
  /** The instance is done with all its volumes; each is free when no guest can have it. */
  RELEASE_VOLUMES("release_volumes", true, VOLUME, ""),
  /** Take a port for a further network card. */
  ATTACH_PORT("attach_port", false, Participant.NETWORK, ""),
  ATTACH_NIC("attach_nic", false, DRIVER, "attach-nic"),
  DETACH_NIC("detach_nic", false, DRIVER, "detach-nic"),
  /** Give back the port of one network card. */
  RELEASE_PORT("release_port", true, Participant.NETWORK, ""),
  /** The guest has another size. It is off. */
  RESIZE("resize_guest", false, DRIVER, "resize"),
  /** What the guest's host says of it to the host that it shall move to. */
  OFFER("offer_move", false, DRIVER, "offer-move"),
  /** The other host makes ready to take the guest. */
  PREPARE("prepare_move", false, DRIVER, "prepare-move"),
  /** The guest that runs goes to the other host. */
  LIVE_MIGRATE("live_migrate", false, DRIVER, "live-migrate"),
  /** The migration under way completes, whatever it costs the guest. */
  FORCE_COMPLETE("force_complete", false, DRIVER, "force-complete"),
  /** No migration is under way any more. */
  ABORT("abort_migration", false, DRIVER, "abort-migration"),
  /** Ask at which end of a broken-off migration the guest is. */
  SETTLE("settle", false, DRIVER, "inspect"),
  /** The disks of the guest, which is off, go to the other host. */
  SEND("send_move", false, DRIVER, "send-move"),
  /** The guest is the other host's own. */
  FINISH("finish_move", false, DRIVER, "finish-move"),
  /** The guest, which stays where it is, belongs to the claim that was renewed. */
  TAKE_OVER("take_over", false, DRIVER, "take-over"),
  /**
   * Record an image that waits for its bytes. Not asked again once it is done: its owner may have
   * deleted it since.
   */
  MAKE_IMAGE("make_image", false, IMAGES, ""),
  /** Give the image the bytes of the guest's root disk. */
  SNAPSHOT("snapshot", false, DRIVER, "snapshot"),
  /** Have a snapshot made of one of the volumes that the image names. */
  SNAP_VOLUME("snapshot_volume", false, VOLUME, ""),
  /** Take one of these snapshots away again. */
  DROP_SNAPSHOT("drop_snapshot", true, VOLUME, ""),
  /** Take the image away again, and whatever bytes it has. */
  DROP_IMAGE("drop_image", true, IMAGES, ""),
  /** Take away the oldest images of one type, so that as many are left as shall be kept. */
  ROTATE_BACKUPS("rotate_backups", true, IMAGES, ""),
  /** A guest that Troupe did not make becomes the instance's, as it is. */
  ADOPT("adopt", false, DRIVER, "adopt"),
  /** Ask the hypervisor for the truth, after a failure or a deadline. */
  INSPECT("inspect", false, DRIVER, "inspect"),
  /** Remove the guest and its disks from the host. */
  DESTROY("destroy", true, DRIVER, "destroy"),
  /**
   * The guest cannot be removed now: the host keeps the claim, removes the guest when it can, and
   * then lets go.
   */
  CONDEMN("condemn", true, HOST, ""),
  /** Give the host its capacity back. */
  RELEASE_CLAIM("release_claim", true, HOST, ""),
  /** Give back the ports on one of the networks asked for. */
  RELEASE_PORTS("release_ports", true, Participant.NETWORK, ""),
  /** Take the instance off its project's quota. */
  RELEASE_QUOTA("release_quota", true, PROJECT, "");

  private final String word;
  private final boolean askable;
  private final Participant asked;
  private final String call;

  StepKind(String word, boolean askable, Participant asked, String call) {
    this.word = word;
    this.askable = askable;
    this.asked = asked;
    this.call = call;
  }

  /** The kind that is called so in a trail. */
  public static Optional<StepKind> ofWord(String word) {
    return Stream.of(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }

  /** The step's name in an operation's trail. */
  public String word() {
    return word;
  }

  public Participant asked() {
    return asked;
  }

  /** What the driver is told, as {@code DriverCommand.name}; empty when it is not asked. */
  public String call() {
    return call;
  }

  /** Whether it may be put to either host of a move; then {@link Step#isThere} says to which. */
  public boolean hasSides() {
    return switch (this) {
      case CLAIM,
          CONNECT_VOLUMES,
          ATTACH_VOLUME,
          DETACH_VOLUME,
          RELEASE_CLAIM,
          CONDEMN,
          DESTROY,
          INSPECT,
          SETTLE,
          PREPARE,
          FINISH,
          POWER_ON ->
          true;
      default -> false;
    };
  }

  /**
   * Whether asking once more gets the same answer, because the asked entity has it in its own log.
   * The outcome of such a step is written down together with the next outcome that is not; see
   * docs/adr/0006.
   */
  public boolean canBeAskedAgain() {
    return askable;
  }
}
