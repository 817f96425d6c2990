package io.troupe.actors.instance;

import static io.troupe.actors.Examples.origin;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.actors.Examples;
import io.troupe.actors.Rejection;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.OperationKind;
import io.troupe.actors.operation.StepKind;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.config.OperationSettings;
import io.troupe.config.PreemptionMode;
import io.troupe.core.value.HostId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.VolumeRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kind of operation, at every step that any answers can bring it to: each has a deadline, and
 * at the deadline it ends or is compensated, whatever the silent step has done. The walk is
 * exhaustive: good answers, each failure, silence, and a delete that breaks in. A new kind, a new
 * thing to ask for or a new driver command does not compile until it is told here how it begins and
 * what it answers; a step that nobody comes to fails.
 */
class DeadlinesTest {
  /** Few attempts, so that the walk is short; a delete is kept, so that there is a soft one. */
  private static final OperationSettings SETTINGS =
      new OperationSettings(
          600_000, 120_000, 240_000, 60_000, 60_000, 60_000, 2_000, 2, 2, 3_600_000, 1_800_000, 0);

  private static final Image IMAGE = Examples.image("snap");

  private static final Image OF_VOLUMES = Examples.imageOfVolumes("golden");

  private static VolumeSnapshot.Wanted snapshot(String id) {
    return new VolumeSnapshot.Wanted(id, "alice", "", "", "volume of " + id, Map.of(), true);
  }

  private static final RebuildRequest SAME_IMAGE =
      new RebuildRequest(
          Examples.boot(0).image(),
          Examples.boot(0).imageProperties(),
          Revision.ofName("new"),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of());

  private static final RebuildRequest NEW_ROOT =
      new RebuildRequest(
          Examples.boot(0).image(),
          Map.of(),
          Revision.ofName("new"),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.of(Examples.rebuild("img-2").image()));

  /** Far longer than any operation may take, all that is done after its deadline included. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** More silences in a row than any operation has steps. */
  private static final int SILENCES = 40;

  @ParameterizedTest
  @EnumSource(OperationKind.class)
  void whoeverIsSilentItEndsAndLeavesNothingBehind(OperationKind kind) {
    var steps = EnumSet.noneOf(StepKind.class);

    walk(kind, steps);

    assertThat(steps).isNotEmpty();
  }

  @Test
  void noStepIsLeftOut() {
    var steps = EnumSet.noneOf(StepKind.class);

    for (OperationKind kind : OperationKind.values()) {
      walk(kind, steps);
    }

    assertThat(steps).isEqualTo(EnumSet.allOf(StepKind.class));
  }

  // ---- how each kind begins

  /** In its grace. */
  private static Life evicted() {
    var specs = Map.of(Importance.PREEMPTIBLE, "true");
    var flavor = new FlavorAtBoot("1", "spot", 1, 1024, 1, 0, 0, specs);
    var life =
        Life.asked(Examples.boot(flavor, 0, Optional.empty(), Optional.empty()))
            .gets(new StepOutcome.Done(""))
            .gets(Life.placed(Examples.H1))
            .gets(new StepOutcome.Claimed("zone-1"))
            .gets(guest(PowerState.RUNNING));
    return life.does(
        new Eviction(
            Examples.H1,
            life.state().generation(),
            PreemptionMode.DELETE,
            5_000,
            Examples.instance(9),
            new OperationId("req-other")));
  }

  private static List<Life> begun(OperationKind kind) {
    return switch (kind) {
      case BOOT -> List.of(Life.asked(0), Life.asked(2), Life.asked(withVolumes()));
      case DELETE ->
          List.of(
              Life.active().does(new UserCommand.ForceDelete(origin("d"))),
              Life.inError().does(new UserCommand.Delete(origin("d"))),
              evicted());
      case START -> List.of(Life.stopped().does(new UserCommand.Start(origin("s"))));
      case STOP -> List.of(Life.active().does(new UserCommand.Stop(origin("s"))));
      case REBOOT_SOFT -> List.of(Life.active().does(new UserCommand.Reboot(origin("r"), true)));
      case REBOOT_HARD -> List.of(Life.stopped().does(new UserCommand.Reboot(origin("r"), false)));
      case SOFT_DELETE ->
          List.of(
              softDeleting(Life.active()),
              softDeleting(Life.stopped()),
              softDeleting(rescued()),
              softDeleting(MoveLife.resized()),
              softDeleting(MoveLife.finished(skewed()).gets(guest(PowerState.RUNNING))),
              softDeleting(MoveLife.claimed(skewed())),
              softDeleting(MoveLife.resizedOnOneHost()),
              softDeleting(MoveLife.migrating()),
              softDeleting(reverting()),
              softDeleting(reverting().late().late()),
              softDeleting(
                  Life.active()
                      .does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1)))),
              softDeleting(Life.active().does(attachInterface("net-7"))),
              softDeleting(
                  Life.active()
                      .does(new UserCommand.Shelve(origin("s"), IMAGE))
                      .gets(MoveLife.DONE)),
              softDeleted()
                  .does(new UserCommand.Restore(origin("back")))
                  .does(new UserCommand.Delete(origin("again"))));
      case RESTORE -> List.of(softDeleted().does(new UserCommand.Restore(origin("r"))));
      case RESET_TO_ACTIVE ->
          List.of(
              reset(UserCommand.ResetState.Resting.ACTIVE),
              reset(MoveLife.resized()),
              reset(MoveLife.resizedOnOneHost()),
              reset(MoveLife.migrating()),
              reset(reverting()),
              reset(reverting().late().late()),
              reset(
                  shelved(-1).does(new UserCommand.ShelveOffload(Examples.adminOrigin("offload")))),
              reset(leaving()));
      case RESET_TO_ERROR -> List.of(reset(UserCommand.ResetState.Resting.ERROR));
      case PAUSE -> List.of(Life.active().does(new UserCommand.Pause(origin("p"))));
      case UNPAUSE ->
          List.of(
              Life.active()
                  .does(new UserCommand.Pause(origin("p")))
                  .gets(new StepOutcome.Guest(true, PowerState.PAUSED))
                  .does(new UserCommand.Unpause(origin("u"))));
      case SUSPEND -> List.of(Life.active().does(new UserCommand.Suspend(origin("s"))));
      case RESUME ->
          List.of(
              Life.active()
                  .does(new UserCommand.Suspend(origin("s")))
                  .gets(new StepOutcome.Guest(true, PowerState.SUSPENDED))
                  .does(new UserCommand.Resume(origin("r"))));
      case CRASH_DUMP -> List.of(Life.active().does(new UserCommand.TriggerCrashDump(origin("c"))));
      case SET_PASSWORD ->
          List.of(Life.active().does(new UserCommand.SetPassword(origin("p"), "secret")));
      case RESCUE ->
          List.of(
              Life.active().does(new UserCommand.Rescue(origin("r"), Examples.boot(0).image())),
              Life.stopped().does(new UserCommand.Rescue(origin("r"), Examples.boot(0).image())));
      case ADOPT -> List.of(Life.absent().does(adoption()));
      case UNRESCUE -> List.of(rescued().does(new UserCommand.Unrescue(origin("u"))));
      case ATTACH_VOLUME ->
          List.of(
              Life.active()
                  .does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1))),
              Life.stopped()
                  .does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1))),
              shelved(0).does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1))));
      case DETACH_VOLUME ->
          List.of(
              withVolume()
                  .does(
                      new UserCommand.DetachVolume(
                          origin("d"), Examples.volumeChoice(1).volumeId())),
              shelved(0, withPooled())
                  .does(
                      new UserCommand.DetachVolume(
                          origin("d"), Examples.volumeChoice(1).volumeId())));
      case SWAP_VOLUME ->
          List.of(
              withVolume()
                  .does(
                      new UserCommand.SwapVolume(
                          origin("s"),
                          Examples.volumeChoice(1).volumeId(),
                          Examples.volumeChoice(2).volumeId())));
      case ATTACH_INTERFACE -> List.of(Life.active().does(attachInterface("net-7")));
      case DETACH_INTERFACE ->
          List.of(
              Life.active()
                  .does(attachInterface("net-7"))
                  .gets(new StepOutcome.Attached(portOn("net-7")))
                  .gets(guest(PowerState.RUNNING))
                  .does(new UserCommand.DetachInterface(origin("d"), portOn("net-7").portId())));
      case RESIZE ->
          List.of(
              Life.active().does(MoveLife.resize()),
              Life.stopped().does(MoveLife.resize()),
              withPooled().does(MoveLife.resize()),
              fromPooledVolume().does(MoveLife.resize()),
              Life.active().under(MoveLife.sameHostToo(SETTINGS)).does(MoveLife.resize()));
      case MIGRATE ->
          List.of(
              Life.active().does(new UserCommand.Migrate(origin("m"), Optional.empty())),
              withPooled().does(new UserCommand.Migrate(origin("m"), Optional.empty())),
              Life.stopped().does(new UserCommand.Migrate(origin("m"), Optional.of(Examples.H2))));
      case CONFIRM_RESIZE ->
          List.of(
              MoveLife.resized().does(new UserCommand.ConfirmResize(origin("c"))),
              MoveLife.resizedOnOneHost().does(new UserCommand.ConfirmResize(origin("c"))));
      case REVERT_RESIZE ->
          List.of(
              MoveLife.resized().does(new UserCommand.RevertResize(origin("r"))),
              MoveLife.resizedOnOneHost().does(new UserCommand.RevertResize(origin("r"))));
      case LIVE_MIGRATE ->
          List.of(
              Life.active().does(MoveLife.liveMigrate()),
              withPooled().does(MoveLife.liveMigrate()),
              MoveLife.migrating()
                  .does(
                      new UserCommand.AbortMigration(
                          origin("a"), MoveLife.migrating().migration().number())),
              MoveLife.migrating()
                  .does(
                      new UserCommand.ForceComplete(
                          origin("f"), MoveLife.migrating().migration().number())));
      case EVACUATE ->
          List.of(
              Life.active().does(MoveLife.evacuate()),
              Life.stopped().does(MoveLife.evacuate()),
              withPooled().does(MoveLife.evacuate()),
              fromPooledVolume().does(MoveLife.evacuate()));
      case CREATE_IMAGE ->
          List.of(
              Life.active().does(new UserCommand.CreateImage(origin("i"), IMAGE)),
              fromPooledVolume()
                  .does(
                      new UserCommand.CreateImageOfVolumes(
                          origin("i"), OF_VOLUMES, List.of(snapshot("s-1"), snapshot("s-2")))));
      case REBUILD ->
          List.of(
              Life.active().does(new UserCommand.Rebuild(origin("r"), Examples.rebuild("img-2"))),
              Life.stopped().does(new UserCommand.Rebuild(origin("r"), Examples.rebuild("img-2"))),
              Life.active().does(new UserCommand.Rebuild(origin("r"), SAME_IMAGE)),
              withPooled().does(new UserCommand.Rebuild(origin("r"), SAME_IMAGE)),
              fromPooledVolume().does(new UserCommand.Rebuild(origin("r"), NEW_ROOT)));
      case SHELVE ->
          List.of(
              Life.active().under(SETTINGS).does(new UserCommand.Shelve(origin("s"), IMAGE)),
              withPooled().under(SETTINGS).does(new UserCommand.Shelve(origin("s"), IMAGE)),
              fromPooledVolume().under(SETTINGS).does(new UserCommand.Shelve(origin("s"), IMAGE)),
              Life.stopped()
                  .under(SETTINGS.offloadingAfter(-1))
                  .does(new UserCommand.Shelve(origin("s"), IMAGE)));
      case SHELVE_OFFLOAD ->
          List.of(
              shelved(-1).does(new UserCommand.ShelveOffload(Examples.adminOrigin("o"))),
              shelved(-1, withPooled())
                  .does(new UserCommand.ShelveOffload(Examples.adminOrigin("o"))));
      case UNSHELVE ->
          List.of(
              unshelving(-1, Life.active()),
              unshelving(0, Life.active()),
              unshelving(0, withPooled()),
              shelvedVolume()
                  .does(
                      new UserCommand.Unshelve(
                          origin("u"), Optional.empty(), Optional.empty(), Optional.empty())));
      case BACKUP -> List.of(backingUp(Optional.of(IMAGE), 1), backingUp(Optional.empty(), 0));
    };
  }

  private static UserCommand skewed() {
    return new UserCommand.Resize(origin("skewed"), MoveLife.SKEWED, Optional.empty());
  }

  private static Life reverting() {
    return MoveLife.resized().does(new UserCommand.RevertResize(origin("back")));
  }

  /** An evacuation that is about to give up the dead host. */
  private static Life leaving() {
    return Life.active()
        .does(MoveLife.evacuate())
        .gets(Life.placed(Examples.H2))
        .gets(MoveLife.CLAIMED);
  }

  private static BootRequest withVolumes() {
    var root =
        new VolumeChoice(
            Examples.volumeChoice(8).volumeId(),
            Optional.of(new VolumeChoice.NewVolume("", 5, Optional.of(Examples.boot(0).image()))),
            true,
            true,
            Optional.empty());
    return Examples.boot(1).withVolumes(List.of(root, Examples.volumeChoice(9)));
  }

  private static UserCommand.AttachInterface attachInterface(String network) {
    return new UserCommand.AttachInterface(
        origin("i"), new NetworkChoice.OnNetwork(network, Optional.empty()), Optional.empty());
  }

  /** As the network makes it for the first question of {@link #attachInterface}. */
  private static Nic portOn(String network) {
    var index = 1_000 + (new OperationId("i").hashCode() & 0x3fff_ffff);
    return new Nic(
        Nic.portIdOf(Examples.instance(1), index),
        network,
        "further",
        "subnet-7",
        "02:00:0a:00:07:05",
        "10.7.0.5",
        "10.7.0.0/24",
        Optional.empty(),
        List.of(),
        1450);
  }

  private static Life withVolume() {
    return having(connected(Examples.volumeChoice(1)));
  }

  /** With a volume in a pool that several hosts have. */
  private static Life withPooled() {
    return having(pooled(Examples.volumeChoice(1)));
  }

  private static StepOutcome.VolumeConnected pooled(VolumeChoice choice) {
    var connected = connected(choice);
    var place = new VolumePlace(Optional.of(Examples.H1), Optional.of("san"));
    return new StepOutcome.VolumeConnected(
        connected.ref(), connected.attachmentId(), connected.sizeGib(), place);
  }

  private static Life fromPooledVolume() {
    var request = withVolumes();
    return Life.asked(request)
        .gets(new StepOutcome.Done(""))
        .gets(Life.placed(Examples.H1, Examples.H2))
        .gets(MoveLife.CLAIMED)
        .gets(new StepOutcome.Attached(Examples.nic(0)))
        .gets(pooled(request.volumes().getFirst()))
        .gets(pooled(request.volumes().getLast()))
        .gets(guest(PowerState.RUNNING))
        .gets(new StepOutcome.Done(""))
        .gets(new StepOutcome.Done(""));
  }

  private static Life shelvedVolume() {
    return fromPooledVolume()
        .does(new UserCommand.Shelve(origin("shelve"), IMAGE))
        .gets(guest(PowerState.SHUTDOWN))
        .gets(new StepOutcome.Guest(false, PowerState.NOSTATE))
        .gets(new StepOutcome.Done(""))
        .gets(new StepOutcome.Done(""));
  }

  private static Life having(StepOutcome.VolumeConnected connected) {
    return Life.active()
        .does(new UserCommand.AttachVolume(origin("a"), Examples.volumeChoice(1)))
        .gets(connected)
        .gets(new StepOutcome.VolumeOnGuest("/dev/vdb"))
        .gets(new StepOutcome.Done(""));
  }

  private static StepOutcome.VolumeConnected connected(VolumeChoice choice) {
    var ref = new VolumeRef(choice.volumeId(), "file", "qcow2");
    return new StepOutcome.VolumeConnected(ref, "attachment", 5);
  }

  private static UserCommand.Adopt adoption() {
    var request = Examples.boot(Examples.flavor(), 0, Optional.of("h1"), Optional.empty());
    return new UserCommand.Adopt(
        Examples.adminOrigin("adopt"), request, Examples.H1, "somebody-elses");
  }

  private static Life backingUp(Optional<Image> image, int kept) {
    return Life.active().does(new UserCommand.CreateBackup(origin("b"), image, "daily", kept));
  }

  /** Still on its host, or offloaded at once. */
  private static Life shelved(long offloadMillis) {
    return shelved(offloadMillis, Life.active());
  }

  private static Life shelved(long offloadMillis, Life before) {
    var life =
        before
            .under(SETTINGS.offloadingAfter(offloadMillis))
            .does(new UserCommand.Shelve(origin("shelve"), IMAGE))
            .gets(new StepOutcome.Done(""))
            .gets(guest(PowerState.SHUTDOWN))
            .gets(new StepOutcome.Done(""));
    if (offloadMillis != 0) {
      return life;
    }
    var offloaded =
        life.gets(new StepOutcome.Guest(false, PowerState.NOSTATE)).gets(new StepOutcome.Done(""));
    return offloaded.rests() ? offloaded : offloaded.gets(new StepOutcome.Done(""));
  }

  private static Life unshelving(long offloadMillis, Life before) {
    var image = Optional.of(Examples.boot(0).image());
    return shelved(offloadMillis, before)
        .does(new UserCommand.Unshelve(origin("u"), image, Optional.empty(), Optional.empty()));
  }

  private static Life rescued() {
    return Life.active()
        .does(new UserCommand.Rescue(origin("rescue"), Examples.boot(0).image()))
        .gets(new StepOutcome.Guest(true, PowerState.RUNNING));
  }

  private static Life softDeleting(Life life) {
    return life.under(SETTINGS).does(new UserCommand.Delete(origin("softly")));
  }

  private static Life softDeleted() {
    return softDeleting(Life.active())
        .gets(new StepOutcome.Guest(true, PowerState.SHUTDOWN))
        .gets(new StepOutcome.Done(""));
  }

  private static Life reset(Life life) {
    return life.does(
        new UserCommand.ResetState(
            Examples.adminOrigin("reset"), UserCommand.ResetState.Resting.ACTIVE));
  }

  private static Life reset(UserCommand.ResetState.Resting to) {
    return Life.active().does(new UserCommand.ResetState(Examples.adminOrigin("r"), to));
  }

  // ---- the walk

  /** An instance, and what there is of it at all those it has asked. */
  private record Node(InstanceState state, Instant now, Books books) {
    Node after(List<InstanceEvent> events, Books then) {
      var next = state;
      for (InstanceEvent event : events) {
        next = next.evolve(event);
      }
      return new Node(next, now, then);
    }

    Decision decide(InstanceInput input) {
      return state.decide(input, now, SETTINGS);
    }

    Node atDeadline() {
      var deadline = state.operation().orElseThrow().deadline();
      return new Node(state, deadline.isAfter(now) ? deadline : now, books);
    }

    Optional<Effect.Ask> asks() {
      return state.next(SETTINGS) instanceof Effect.Ask ask ? Optional.of(ask) : Optional.empty();
    }

    /** Two nodes from which the same follows are one: times, trails and counters fall away. */
    String fingerprint() {
      return "%s|%s|%s|%s|%s|%s|%s|%s|%s"
          .formatted(
              state.phase(),
              state.vmState(),
              state.power(),
              state.host(),
              state.nics().size() + " " + state.volumes(),
              state.refusal().isPresent(),
              state.operation().map(Node::withoutTime),
              state.moves().open().map(Node::withoutGenerations),
              books);
    }

    private static String withoutGenerations(Move move) {
      return "%s %s %s %s %s %s"
          .formatted(
              move.source(),
              move.destination(),
              move.arrived(),
              move.cancelled(),
              move.doubted(),
              move.ticket().isPresent());
    }

    private static String withoutTime(Operation it) {
      return "%s %s %s %s %d %d %s %s %s"
          .formatted(
              it.kind(),
              it.todo(),
              it.candidates(),
              it.tried(),
              it.attempts(),
              it.placements(),
              it.failure().isPresent(),
              it.rescueImage().isPresent(),
              it.purpose());
    }
  }

  private static void walk(OperationKind kind, Set<StepKind> steps) {
    var todo = new ArrayDeque<Node>();
    var seen = new HashSet<String>();
    for (Life life : begun(kind)) {
      var operation = life.state().operation().orElseThrow();
      assertThat(operation.kind()).isEqualTo(kind);
      todo.add(new Node(life.state(), Examples.NOW, Books.of(life.state())));
    }
    while (!todo.isEmpty()) {
      var node = todo.remove();
      if (!seen.add(node.fingerprint())) {
        continue;
      }
      if (node.asks().isEmpty()) {
        node.books().agreeWith(node.state());
        continue;
      }
      var operation = node.state().operation().orElseThrow();
      assertThat(operation.deadline())
          .as("deadline of %s", operation)
          .isBetween(node.now().minus(LONGEST), node.now().plus(LONGEST));
      steps.add(operation.current().orElseThrow().kind());
      endsInSilence(node);
      todo.addAll(successors(node));
    }
  }

  /**
   * Nobody but our own entities ever answers, and each silent step was carried out all the same.
   */
  private static void endsInSilence(Node from) {
    var node = from;
    for (int times = 0; times < SILENCES; times++) {
      if (node.asks().isEmpty()) {
        node.books().agreeWith(node.state());
        return;
      }
      var ask = node.asks().get();
      var late = node.atDeadline();
      node =
          switch (late.decide(new DeadlinePassed(ask.operation()))) {
            case Decision.Accept(var events) -> {
              assertThat(events).as("at the deadline of %s", late.state().operation()).isNotEmpty();
              yield late.after(events, late.books().with(ask));
            }
            case Decision.AskAgain _ -> {
              assertThat(ask.step().kind().canBeAskedAgain())
                  .as("only who has it in a log is waited for: %s", ask)
                  .isTrue();
              yield answered(late, ask, good(ask), late.books().with(ask)).orElseThrow();
            }
            case Decision.Reject reject -> throw new AssertionError(reject);
          };
    }
    throw new AssertionError("never ends: " + from.state().operation());
  }

  private static List<Node> successors(Node node) {
    var ask = node.asks().orElseThrow();
    var carriedOut = node.books().with(ask);
    var all = new ArrayList<Node>();
    for (StepOutcome.Result result : goods(ask)) {
      if (!carriedOut.allow(ask, result)) {
        continue;
      }
      answered(node, ask, result, carriedOut).ifPresent(all::add);
    }
    for (StepOutcome.Result result : bads(ask)) {
      if (!node.books().allowFailure(ask, result)) {
        continue;
      }
      answered(node, ask, result, node.books()).ifPresent(all::add);
      if (result instanceof StepOutcome.DriverFailed && !staysWhenItFails(ask)) {
        answered(node, ask, result, carriedOut).ifPresent(all::add);
      }
    }
    var late = node.atDeadline();
    if (late.decide(new DeadlinePassed(ask.operation())) instanceof Decision.Accept(var events)) {
      all.add(late.after(events, node.books()));
      all.add(late.after(events, carriedOut));
    }
    var delete = new UserCommand.ForceDelete(origin("req-breaks-in"));
    if (node.state().visible()
        && node.decide(delete) instanceof Decision.Accept(var events)
        && !events.isEmpty()) {
      all.add(node.after(events, node.books()));
      all.add(node.after(events, carriedOut));
    }
    return all;
  }

  /** A driver that says so promises that the guest has not gone. */
  private static boolean staysWhenItFails(Effect.Ask ask) {
    return ask.what() instanceof Effect.RunOnHost(_, DriverCommand.LiveMigrate _, _);
  }

  /** Empty when the answer leads to nothing but the same question. */
  private static Optional<Node> answered(
      Node node, Effect.Ask ask, StepOutcome.Result result, Books books) {
    var outcome =
        new StepOutcome(ask.operation(), ask.step(), ask.generation(), node.now(), result);
    return switch (node.decide(outcome)) {
      case Decision.Accept(var events) -> {
        assertThat(events).as("%s answered with %s", ask, result).isNotEmpty();
        yield Optional.of(node.after(events, books));
      }
      case Decision.AskAgain _ -> Optional.empty();
      case Decision.Reject reject -> throw new AssertionError(reject);
    };
  }

  // ---- what can be answered

  private static StepOutcome.Result good(Effect.Ask ask) {
    return goods(ask).getFirst();
  }

  private static List<StepOutcome.Result> goods(Effect.Ask ask) {
    return switch (ask.what()) {
      case Effect.ReserveQuota _,
          Effect.ReleaseQuota _,
          Effect.ReleaseHost _,
          Effect.CondemnGuest _,
          Effect.ReleasePorts _,
          Effect.MakeImage _,
          Effect.DropImage _,
          Effect.RotateBackups _,
          Effect.Permit _ ->
          List.of(new StepOutcome.Done(""));
      case Effect.Place(var spec, var mayPreempt) ->
          mayPreempt ? withPreemption(placements(spec)) : placements(spec);
      case Effect.Preempt _ -> List.of(new StepOutcome.Done(""));
      case Effect.ClaimHost _ -> List.of(new StepOutcome.Claimed("zone-1"));
      case Effect.AttachPort(_, var choice, var index) when index >= 1_000 ->
          List.of(new StepOutcome.Attached(portOn(choice.networkId())));
      case Effect.AttachPort(_, _, var index) ->
          List.of(new StepOutcome.Attached(Examples.nic(index)));
      case Effect.ConnectVolume(_, _, var choice, _) -> List.of(connected(choice));
      case Effect.ConnectVolumes _ -> List.of(new StepOutcome.VolumesConnected(Map.of()));
      case Effect.SnapVolume _, Effect.DropSnapshot _ -> List.of(new StepOutcome.Done(""));
      case Effect.ReimageVolume(_, var volume, _) -> List.of(root(volume, ".1"));
      case Effect.UndoReimage(_, var volume) -> List.of(root(volume, ""));
      case Effect.MarkVolume _,
          Effect.MarkVolumes _,
          Effect.KeepVolumes _,
          Effect.ReleaseVolume _,
          Effect.BeginDetaching _,
          Effect.FreeVolume _,
          Effect.ReleaseVolumes _,
          Effect.ReleasePort _ ->
          List.of(new StepOutcome.Done(""));
      case Effect.RunOnHost(_, var command, _) -> guests(command);
    };
  }

  private static StepOutcome.VolumeConnected root(String id, String file) {
    return new StepOutcome.VolumeConnected(
        new VolumeRef(id, "troupe-volume-" + id + file + ".qcow2", "qcow2"), "att", 5);
  }

  private static List<StepOutcome.Result> withPreemption(List<StepOutcome.Result> placements) {
    var all = new ArrayList<>(placements);
    var victim = new Preemption.Victim(Examples.instance(7), 1);
    all.add(
        new StepOutcome.NoHostUnless(
            "none is free",
            new Preemption(Examples.H1, List.of(victim), PreemptionMode.DELETE, 0)));
    return all;
  }

  private static List<StepOutcome.Result> placements(RequestSpec spec) {
    var fit =
        Stream.of(Examples.H1, Examples.H2, Examples.H3)
            .filter(host -> !spec.excluded().contains(host))
            .filter(host -> spec.detail().destination().map(host.value()::equals).orElse(true))
            .toArray(HostId[]::new);
    return switch (fit.length) {
      case 0 -> List.of(new StepOutcome.NoHost("none is left"));
      case 1 -> List.of(Life.placed(fit));
      default -> List.of(Life.placed(fit[0], fit[1]), Life.placed(fit[0]));
    };
  }

  private static List<StepOutcome.Result> guests(DriverCommand command) {
    return switch (command) {
      case DriverCommand.Spawn _,
          DriverCommand.Start _,
          DriverCommand.Reboot _,
          DriverCommand.Unpause _,
          DriverCommand.Resume _,
          DriverCommand.Rescue _,
          DriverCommand.Unrescue _,
          DriverCommand.TriggerCrashDump _,
          DriverCommand.Adopt _,
          DriverCommand.SetPassword _,
          DriverCommand.LiveMigrate _,
          DriverCommand.ForceComplete _,
          DriverCommand.AbortMigration _ ->
          List.of(guest(PowerState.RUNNING));
      case DriverCommand.Resize _, DriverCommand.SendMove _, DriverCommand.TakeOver _ ->
          List.of(guest(PowerState.SHUTDOWN));
      case DriverCommand.FinishMove _ ->
          List.of(guest(PowerState.SHUTDOWN), guest(PowerState.RUNNING));
      case DriverCommand.OfferMove _, DriverCommand.PrepareMove _ ->
          List.of(new StepOutcome.Ticketed(MoveLife.TICKET));
      case DriverCommand.Stop _ -> List.of(guest(PowerState.SHUTDOWN));
      case DriverCommand.Pause _ -> List.of(guest(PowerState.PAUSED));
      case DriverCommand.Suspend _ -> List.of(guest(PowerState.SUSPENDED));
      case DriverCommand.Destroy _ -> List.of(new StepOutcome.Guest(false, PowerState.NOSTATE));
      case DriverCommand.Inspect _ ->
          List.of(
              guest(PowerState.RUNNING),
              guest(PowerState.SHUTDOWN),
              guest(PowerState.PAUSED),
              new StepOutcome.Guest(false, PowerState.NOSTATE));
      case DriverCommand.AttachVolume _, DriverCommand.SwapVolume _ ->
          List.of(new StepOutcome.VolumeOnGuest("/dev/vdc"));
      case DriverCommand.DetachVolume _, DriverCommand.AttachNic _, DriverCommand.DetachNic _ ->
          List.of(guest(PowerState.RUNNING));
      case DriverCommand.Snapshot _ -> List.of(new StepOutcome.Done(""));
      case DriverCommand.CreateVolume _,
          DriverCommand.CopyVolume _,
          DriverCommand.DeleteVolume _,
          DriverCommand.WatchMigration _,
          DriverCommand.ReadConsole _,
          DriverCommand.Diagnostics _ ->
          throw new AssertionError("no operation asks for " + command.name());
    };
  }

  private static StepOutcome.Guest guest(PowerState power) {
    return new StepOutcome.Guest(true, power);
  }

  private static List<StepOutcome.Result> bads(Effect.Ask ask) {
    return switch (ask.what()) {
      case Effect.ReserveQuota _ ->
          List.of(new StepOutcome.Refused(new Rejection.Conflict("over quota")));
      case Effect.Place _, Effect.Permit _ -> List.of(new StepOutcome.NoHost("none fits"));
      case Effect.ClaimHost _ -> List.of(new StepOutcome.ClaimRefused("full"));
      case Effect.AttachPort _ ->
          List.of(new StepOutcome.NotAttached(new Rejection.Conflict("no address is free")));
      case Effect.RunOnHost _ ->
          EnumSet.allOf(DriverFailure.Kind.class).stream()
              .<StepOutcome.Result>map(Life::failure)
              .toList();
      case Effect.ConnectVolume _, Effect.ReimageVolume _, Effect.SnapVolume _ ->
          List.of(new StepOutcome.VolumeRefused(new Rejection.Conflict("on another host")));
      case Effect.ConnectVolumes _ ->
          List.of(
              new StepOutcome.VolumeRefused(new Rejection.Conflict("in another pool")),
              Life.failure(DriverFailure.Kind.RETRYABLE));
      case Effect.ReleaseQuota _,
          Effect.ReleaseHost _,
          Effect.CondemnGuest _,
          Effect.ReleasePorts _,
          Effect.MarkVolume _,
          Effect.MarkVolumes _,
          Effect.KeepVolumes _,
          Effect.ReleaseVolume _,
          Effect.BeginDetaching _,
          Effect.FreeVolume _,
          Effect.ReleaseVolumes _,
          Effect.UndoReimage _,
          Effect.DropSnapshot _,
          Effect.ReleasePort _,
          Effect.MakeImage _,
          Effect.DropImage _,
          Effect.RotateBackups _,
          Effect.Preempt _ ->
          List.of();
    };
  }

  // ---- what there is

  /**
   * What project, hosts, networks and images have written down; held against the instance at its
   * end.
   *
   * @param counted what the quota counts, absent when it counts nothing
   * @param claims and how much
   */
  private record Books(
      Optional<Resources> counted,
      Map<HostId, Resources> claims,
      Set<HostId> guests,
      Set<String> ports,
      Set<String> halfImages,
      Set<String> volumes) {
    /** Stands for a guest that is not known to be ours; it must be left alone. */
    private static final HostId FOREIGN = new HostId("foreign");

    static Books of(InstanceState state) {
      var ports = new TreeSet<String>();
      state.nics().forEach(nic -> ports.add(nic.networkId()));
      var adopts = state.operation().filter(it -> it.kind() == OperationKind.ADOPT).isPresent();
      var guests = adopts ? Set.of(FOREIGN) : guests(state);
      return new Books(counted(state), claims(state), guests, ports, Set.of(), volumesOf(state));
    }

    private static Optional<Resources> counted(InstanceState state) {
      var counts = state.visible() && !state.deleted() && state.vmState() != VmState.SOFT_DELETED;
      return counts ? Optional.of(amount(state)) : Optional.empty();
    }

    /** The larger of both flavors while a resize is not settled. */
    private static Resources amount(InstanceState state) {
      var now = state.request().orElseThrow().flavor();
      return state
          .moves()
          .open()
          .filter(_ -> state.vmState() == VmState.RESIZED)
          .map(move -> move.from().larger(move.to()))
          .orElse(now.resources());
    }

    private static Map<HostId, Resources> claims(InstanceState state) {
      var all = new HashMap<HostId, Resources>();
      var move = state.moves().open();
      state
          .host()
          .ifPresent(
              host ->
                  all.put(
                      host,
                      move.filter(Move::isOnOneHost).isPresent()
                          ? amount(state)
                          : withoutRootVolume(state, state.request().orElseThrow().flavor())));
      state
          .other()
          .ifPresent(
              host ->
                  all.put(
                      host,
                      withoutRootVolume(
                          state,
                          move.orElseThrow().arrived() ? move.get().from() : move.get().to())));
      return all;
    }

    private static Resources withoutRootVolume(InstanceState state, FlavorAtBoot flavor) {
      var request = state.request().orElseThrow();
      var rootGib = request.bootsFromVolume() ? flavor.rootGib() : 0;
      return flavor.resources().minus(new Resources(0, 0, rootGib));
    }

    private static Set<HostId> guests(InstanceState state) {
      var all = new HashSet<HostId>();
      state.host().ifPresent(all::add);
      state.other().ifPresent(all::add);
      return all;
    }

    /** After what was asked has been done, whether or not anybody heard of it. */
    Books with(Effect.Ask ask) {
      return switch (ask.what()) {
        case Effect.ReserveQuota(_, var amount, _, _) ->
            new Books(Optional.of(amount), claims, guests, ports, halfImages, volumes);
        case Effect.ReleaseQuota _ ->
            new Books(Optional.empty(), claims, guests, ports, halfImages, volumes);
        case Effect.Place _, Effect.Preempt _, Effect.Permit _ -> this;
        case Effect.ClaimHost(var host, _, var spec) -> {
          var more = new HashMap<>(claims);
          more.put(host, spec.resources());
          yield new Books(counted, more, guests, ports, halfImages, volumes);
        }
        case Effect.ReleaseHost(var host, _) -> without(host, guests);
        case Effect.CondemnGuest(var host, _, _) -> without(host, minus(guests, host));
        case Effect.AttachPort(_, var choice, _) ->
            new Books(
                counted, claims, guests, plus(ports, choice.networkId()), halfImages, volumes);
        case Effect.ReleasePorts(var network) ->
            new Books(counted, claims, guests, minus(ports, network), halfImages, volumes);
        case Effect.RunOnHost(var host, DriverCommand command, _) ->
            switch (command) {
              case DriverCommand.Destroy _ when guests.contains(FOREIGN) ->
                  throw new AssertionError("a guest that Troupe did not make: " + command);
              case DriverCommand.Spawn _, DriverCommand.PrepareMove _, DriverCommand.FinishMove _ ->
                  new Books(counted, claims, plus(guests, host), ports, halfImages, volumes);
              case DriverCommand.Destroy _, DriverCommand.LiveMigrate _ ->
                  new Books(counted, claims, minus(guests, host), ports, halfImages, volumes);
              case DriverCommand.Snapshot(_, var image, _) ->
                  new Books(counted, claims, guests, ports, minus(halfImages, image), volumes);
              default -> this;
            };
        case Effect.SnapVolume(_, var snapshot) ->
            new Books(counted, claims, guests, ports, plus(halfImages, snapshot.id()), volumes);
        case Effect.DropSnapshot(_, var snapshot) ->
            new Books(counted, claims, guests, ports, minus(halfImages, snapshot), volumes);
        case Effect.MakeImage(var image) when image.ofVolumes() -> // which has the snapshots now
            new Books(counted, claims, guests, ports, Set.of(), volumes);
        case Effect.MakeImage(var image) ->
            new Books(counted, claims, guests, ports, plus(halfImages, image.id()), volumes);
        case Effect.DropImage(var image) ->
            new Books(counted, claims, guests, ports, minus(halfImages, image), volumes);
        case Effect.ConnectVolume(_, _, var choice, _) ->
            new Books(counted, claims, guests, ports, halfImages, plus(volumes, choice.volumeId()));
        case Effect.ReleaseVolume(_, var volume) ->
            new Books(counted, claims, guests, ports, halfImages, minus(volumes, volume));
        case Effect.FreeVolume(_, var volume) ->
            new Books(counted, claims, guests, ports, halfImages, minus(volumes, volume));
        case Effect.ReleaseVolumes _ ->
            new Books(counted, claims, guests, ports, halfImages, Set.of());
        case Effect.ReleasePort(var network, _) ->
            new Books(counted, claims, guests, minus(ports, network), halfImages, volumes);
        case Effect.ConnectVolumes _,
            Effect.ReimageVolume _,
            Effect.UndoReimage _,
            Effect.MarkVolume _,
            Effect.MarkVolumes _,
            Effect.KeepVolumes _,
            Effect.BeginDetaching _,
            Effect.RotateBackups _ ->
            this;
      };
    }

    private Books without(HostId host, Set<HostId> left) {
      var fewer = new HashMap<>(claims);
      fewer.remove(host);
      return new Books(counted, fewer, left, ports, halfImages, volumes);
    }

    /** Whether it can be the answer, where the truth decides what is removed. */
    boolean allow(Effect.Ask ask, StepOutcome.Result result) {
      return ask.step().kind() != StepKind.SETTLE && ask.step().kind() != StepKind.INSPECT
          || ask.step().isThere()
          || !(ask.what() instanceof Effect.RunOnHost(var host, _, _))
          || !(result instanceof StepOutcome.Guest(var present, _))
          || guests.contains(host) == present;
    }

    /** A migration that is said to have failed has not succeeded before. */
    boolean allowFailure(Effect.Ask ask, StepOutcome.Result result) {
      return !staysWhenItFails(ask)
          || !(ask.what() instanceof Effect.RunOnHost(var host, _, _))
          || result.equals(Life.failure(DriverFailure.Kind.RETRYABLE))
          || guests.contains(host);
    }

    private static Set<String> volumesOf(InstanceState state) {
      var ids = new TreeSet<String>();
      state.volumes().forEach(volume -> ids.add(volume.id()));
      return ids;
    }

    void agreeWith(InstanceState state) {
      var networks = new TreeSet<String>();
      state.nics().forEach(nic -> networks.add(nic.networkId()));
      if (state.vmState() == VmState.ERROR && state.other().isPresent()) {
        return; // in doubt: neither host could say which of them has the guest
      }
      assertThat(volumes).as("volumes of %s", brief(state)).isEqualTo(volumesOf(state));
      assertThat(claims).as("claims of %s", brief(state)).isEqualTo(claims(state));
      if (state.moves().open().filter(Move::doubted).isPresent()) {
        assertThat(guests)
            .as("guest at the source of %s", brief(state))
            .contains(state.other().orElseThrow());
      } else if (!guests.contains(FOREIGN) && !isRemovedByRebuild(state)) {
        assertThat(guests).as("guests of %s", brief(state)).isEqualTo(guests(state));
      }
      assertThat(halfImages).as("images without bytes, of %s", brief(state)).isEmpty();
      assertThat(ports).as("ports of %s", brief(state)).isEqualTo(networks);
      assertThat(counted).as("quota of %s", brief(state)).isEqualTo(counted(state));
      assertThat(state.trails()).allMatch(trail -> trail.finishedAt().isPresent());
      assertThat(state.moves().open().isPresent())
          .as("a move that is not settled: %s", brief(state))
          .isEqualTo(state.vmState() == VmState.RESIZED);
    }

    /** A rebuild that fails removes its guest, so that the root volume can be what it was. */
    private static boolean isRemovedByRebuild(InstanceState state) {
      return state.vmState() == VmState.ERROR
          && state.trails().stream()
              .filter(trail -> trail.action().equals("rebuild"))
              .flatMap(trail -> trail.steps().stream())
              .anyMatch(step -> step.name().equals("destroy"));
    }

    /** What came to pass, step by step. */
    private static String brief(InstanceState state) {
      var all = new StringBuilder(state.vmState() + " on " + state.host());
      for (var trail : state.trails()) {
        all.append("\n").append(trail.action()).append(":");
        trail
            .steps()
            .forEach(
                step ->
                    all.append(step.ok() ? " " : " !")
                        .append(step.name())
                        .append("@" + step.host()));
        trail.error().ifPresent(error -> all.append(" → ").append(error));
      }
      return all.append("\n").append(state.moves().open()).toString();
    }

    private static <T> Set<T> plus(Set<T> all, T one) {
      var more = new HashSet<T>(all);
      more.add(one);
      return more;
    }

    private static <T> Set<T> minus(Set<T> all, T one) {
      var less = new HashSet<T>(all);
      less.remove(one);
      return less;
    }
  }

  @Test
  void anotherOperationsDeadlineChangesNothing() {
    var life = Life.active().does(new UserCommand.Pause(origin("p")));

    life.ignores(new DeadlinePassed(new OperationId("req-of-yesterday")));
    life.ignores(new DeadlinePassed(new OperationId("p"))); // fired too early
  }
}
