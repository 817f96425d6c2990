package io.troupe.actors.simulation;

import io.troupe.actors.Answer;
import io.troupe.actors.Examples;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.InstanceState;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.instance.Nic;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.actors.instance.RebuildRequest;
import io.troupe.actors.instance.Revision;
import io.troupe.actors.instance.StepOutcome;
import io.troupe.actors.instance.UserCommand;
import io.troupe.actors.instance.VolumeChoice;
import io.troupe.actors.network.NetworkDesk;
import io.troupe.actors.project.Limits;
import io.troupe.actors.project.ProjectEvent;
import io.troupe.actors.project.ProjectState;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.Importance;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.volume.VolumeDesk;
import io.troupe.actors.volume.VolumeSnapshot;
import io.troupe.config.MoveSettings;
import io.troupe.config.OperationSettings;
import io.troupe.config.PreemptionMode;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.SharedPool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A small cloud without actors, threads and real time, all of it decided by one seed: instances,
 * hosts with their hypervisors, a project and networks exchange messages that are delayed, lost and
 * repeated while each of them may crash between any two steps. After a while the faults stop, and
 * everything has to come to rest in a state that keeps our promises.
 */
final class World {
  /** What users do in it. */
  enum Script {
    /** Whatever can be asked for. */
    ANYTHING(150_000),
    /** A boot, at most one more thing, and a delete that comes between any two steps of those. */
    DELETE_IN_BETWEEN(60_000),
    /** Volumes come, go and are swapped while the server moves; perhaps they are in a pool. */
    VOLUMES(150_000),
    /** Some servers have to leave their hosts for others; there are no volumes. */
    PREEMPTION(100_000);

    /** ms for which things go wrong. */
    private final long faultsMillis;

    Script(long faultsMillis) {
      this.faultsMillis = faultsMillis;
    }
  }

  /** ms after which whoever is still busy is stuck. */
  private static final long PATIENCE = 900_000;

  /** ms that a message may be on its way. */
  private static final long LONGEST_WAY = 100_000;

  private static final long HEARTBEAT = 5_000;
  private static final long RECONCILE = 15_000;

  private static final long WAKE = 10_000;

  /** ms after which the volumes' hosts are asked again. */
  private static final long VOLUMES = 4_000;

  private static final String BACKUP = "daily";

  private record Due(long at, long number, Runnable what) {}

  private final Random random;
  private final Script script;
  private final OperationSettings settings;
  private final boolean traced;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::number));
  private final Map<String, Long> lastOnTheWay = new HashMap<>();
  private long nowMillis;
  private long number;
  private boolean faults = true;

  private static final FlavorAtBoot LARGER =
      new FlavorAtBoot("2", "m2", 1, 1536, 1, 0, 0, Map.of());

  /** More of one thing and less of another: the larger of it and the first flavor is neither. */
  private static final FlavorAtBoot SKEWED = new FlavorAtBoot("3", "c1", 2, 512, 1, 0, 0, Map.of());

  /** Disks on their way between hypervisors, by instance and the generation they shall be of. */
  final Set<String> transfers = new HashSet<>();

  /** The storage of all hosts, if it is one. */
  final Optional<SharedPool> pool;

  final SimDisks disks = new SimDisks();
  final Map<HostId, SimHost> hosts = new LinkedHashMap<>();
  final Map<InstanceId, SimInstance> instances = new LinkedHashMap<>();
  final List<NetworkDesk> networks = new ArrayList<>();
  final VolumeDesk volumes;
  final ImageDesk images = new ImageDesk();
  private final int volumeCount;
  private final Limits limits;
  private final Optional<GroupSpec> apart;
  ProjectState project = ProjectState.EMPTY;

  World(long seed, boolean traced) {
    this(seed, traced, Script.ANYTHING);
  }

  World(long seed, boolean traced, Script script) {
    this.random = new Random(seed);
    this.pool = seed % 2 == 0 ? Optional.of(new SharedPool("common")) : Optional.empty();
    this.script = script;
    this.traced = traced;
    this.settings =
        new OperationSettings(
            60_000,
            20_000,
            30_000,
            10_000,
            5_000,
            5_000,
            2_000,
            3,
            4,
            random.nextInt(3) == 0 ? 0 : 20_000 + random.nextInt(200_000),
            60_000,
            offloadedAfter(),
            new MoveSettings(60_000, 0, random.nextBoolean(), false, false, 0, 0, 0, false));
    for (int host = 0; host < 1 + random.nextInt(4); host++) {
      var id = new HostId("h" + host);
      hosts.put(id, new SimHost(this, id, 1 + random.nextInt(3)));
    }
    this.apart =
        random.nextInt(5) == 0
            ? Optional.of(new GroupSpec("g", GroupSpec.Policy.ANTI_AFFINITY, 1))
            : Optional.empty();
    for (int network = 0; network < random.nextInt(3); network++) {
      networks.add(
          new NetworkDesk(Examples.network(network, 10, 11 + random.nextInt(5)), Examples.NOW));
    }
    this.volumes = new VolumeDesk(this::now, pool.map(SharedPool::name));
    this.volumeCount =
        script == Script.PREEMPTION ? 0 : random.nextInt(3) + (script == Script.VOLUMES ? 2 : 0);
    for (int volume = 1; volume <= volumeCount; volume++) {
      volumes.create(Examples.volumeChoice(volume).volumeId(), Examples.PROJECT.value());
    }
    var count = 1 + random.nextInt(4);
    this.limits = new Limits(random.nextInt(4) == 0 ? count - 1 : -1, -1, -1, -1);
    for (int instance = 1; instance <= count; instance++) {
      var id = Examples.instance(instance);
      instances.put(id, new SimInstance(this, id));
      switch (script) {
        case ANYTHING, VOLUMES, PREEMPTION -> plan(instances.get(id));
        case DELETE_IN_BETWEEN -> planToDelete(instances.get(id));
      }
    }
    for (int foreign = 0; foreign < random.nextInt(3); foreign++) {
      var id = Examples.instance(100 + foreign);
      var instance = new SimInstance(this, id);
      instances.put(id, instance);
      planToAdopt(instance, List.copyOf(hosts.keySet()).get(random.nextInt(hosts.size())));
    }
    hosts.values().forEach(this::watch);
    every(VOLUMES, this::freeVolumes);
  }

  boolean hasNoClaim(HostId host, InstanceId instance) {
    return hosts.get(host).state().claim(instance).isEmpty();
  }

  private void freeVolumes() {
    volumes.goOn(this::hasNoClaim, this::needs);
  }

  private boolean needs(InstanceId instance, String volume) {
    var state = instances.get(instance).state();
    return state.operation().isPresent()
        || state.volumes().stream().anyMatch(one -> one.ref().id().equals(volume));
  }

  /** At once, after a while, or when somebody asks for it. */
  private long offloadedAfter() {
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> -1;
      default -> 10_000 + random.nextInt(60_000);
    };
  }

  /** A guest that somebody made by hand; perhaps it is adopted, perhaps more is done to it. */
  private void planToAdopt(SimInstance instance, HostId host) {
    hosts.get(host).hypervisor.putForeign(instance.id());
    var flavor = new FlavorAtBoot("1", "m1", 1, 1024, 1, 0, 0, Map.of());
    var request = Examples.boot(flavor, 0, Optional.of(host.value()), Optional.empty());
    for (int times = 0; times < random.nextInt(4); times++) {
      var origin = Examples.adminOrigin("req-adopt-" + times);
      var adopt = new UserCommand.Adopt(origin, request, host, "guest-of-" + instance.id());
      after(random.nextInt((int) faultsMillis()), () -> instance.command(adopt));
    }
    for (int more = 0; more < random.nextInt(6); more++) {
      var command = anyCommand(Examples.origin("req-" + more), more);
      after(random.nextInt((int) faultsMillis()), () -> instance.command(command));
    }
    if (script == Script.DELETE_IN_BETWEEN) {
      var last = new UserCommand.ForceDelete(Examples.adminOrigin("req-last"));
      after(faultsMillis() + LONGEST_WAY - 5_000, () -> instance.command(last));
    }
    if (random.nextBoolean()) {
      crashSomeday(instance::crash);
    }
  }

  /** Whether the instance knows, or knew, that a guest made by somebody else is its own. */
  boolean wasAdopted(InstanceId id) {
    return instances.get(id).everAdopted();
  }

  /** What users will want of it. */
  private void plan(SimInstance instance) {
    long at = boot(instance);
    for (int more = 0; more < random.nextInt(8); more++) {
      var origin = Examples.origin("req-" + more);
      var command = anyCommand(origin, more);
      after(at + random.nextInt((int) faultsMillis()), () -> instance.command(command));
    }
    for (long wake = WAKE; wake < faultsMillis(); wake += WAKE) {
      after(wake, instance::wake); // later ones stay soft-deleted, and are looked at
    }
    if (random.nextBoolean()) {
      crashSomeday(instance::crash);
    }
  }

  /** The last delete comes when nothing goes wrong any more: then all must be gone. */
  private void planToDelete(SimInstance instance) {
    long at = boot(instance);
    var once = anyCommand(Examples.origin("req-once"), 1);
    after(at + random.nextInt(10_000), () -> instance.command(once));
    for (int times = 0; times < 1 + random.nextInt(2); times++) {
      var origin = Examples.origin("req-delete-" + times);
      var soft = random.nextInt(3) == 0;
      var delete = soft ? new UserCommand.Delete(origin) : new UserCommand.ForceDelete(origin);
      after(at + random.nextInt(20_000), () -> instance.command(delete));
    }
    if (random.nextBoolean()) {
      crashSomeday(instance::crash);
    }
    var last = new UserCommand.ForceDelete(Examples.adminOrigin("req-last"));
    after(faultsMillis() + LONGEST_WAY - 5_000, () -> instance.command(last));
  }

  private long boot(SimInstance instance) {
    var forced = random.nextInt(10) == 0 ? Optional.of("h0") : Optional.<String>empty();
    var flavor = new FlavorAtBoot("1", "m1", 1, 1024, 1, 0, 0, importance());
    var request = Examples.boot(flavor, networks.size(), forced, apart);
    var withVolume = volumeCount > 0 && random.nextInt(script == Script.VOLUMES ? 2 : 6) == 0;
    var boot =
        new UserCommand.Boot(
            Examples.origin("boot"),
            withVolume ? request.withVolumes(List.of(bootVolume())) : request);
    long at = random.nextInt(20_000);
    for (int times = 0; times < 3; times++) {
      after(at + times * 1_000, () -> instance.command(boot));
    }
    return at;
  }

  private Map<String, String> importance() {
    return script == Script.PREEMPTION
        ? Map.of(
            Importance.PREEMPTIBLE,
            String.valueOf(random.nextBoolean()),
            Importance.PRIORITY,
            String.valueOf(random.nextInt(3)))
        : Map.of();
  }

  private long faultsMillis() {
    return script.faultsMillis;
  }

  private UserCommand anyCommand(UserCommand.Origin origin, int number) {
    var admin = new UserCommand.Origin(origin.operation(), "root", "admin", true);
    if (script == Script.VOLUMES) {
      return volumeCommand(origin, admin);
    }
    if (script == Script.PREEMPTION) {
      return lifeCommand(origin, admin);
    }
    return switch (random.nextInt(66)) {
      case 0, 1 -> new UserCommand.Delete(origin);
      case 2 -> new UserCommand.ForceDelete(random.nextBoolean() ? admin : origin);
      case 3, 4, 5 -> new UserCommand.Restore(origin);
      case 6 -> new UserCommand.Start(origin);
      case 7 -> new UserCommand.Stop(random.nextBoolean() ? admin : origin);
      case 8, 9 -> new UserCommand.Reboot(origin, random.nextBoolean());
      case 10 -> new UserCommand.LockIt(random.nextBoolean() ? admin : origin, Optional.empty());
      case 11 -> new UserCommand.Unlock(random.nextBoolean() ? admin : origin);
      case 12 -> {
        var resting = UserCommand.ResetState.Resting.values();
        yield new UserCommand.ResetState(admin, resting[random.nextInt(resting.length)]);
      }
      case 13 -> new UserCommand.MergeMetadata(origin, Map.of("n", "" + number), 2);
      case 14 -> new UserCommand.AddTag(origin, "t" + number);
      case 15 -> new UserCommand.TriggerCrashDump(origin);
      case 16, 17 -> new UserCommand.Pause(origin);
      case 18, 19 -> new UserCommand.Unpause(origin);
      case 20, 21 -> new UserCommand.Suspend(origin);
      case 22 -> new UserCommand.Resume(origin);
      case 23 -> new UserCommand.SetPassword(origin, "secret");
      case 24, 25 -> new UserCommand.Rescue(origin, Examples.boot(0).image());
      case 26, 27, 28 -> new UserCommand.Unrescue(origin);
      case 29, 30, 31 ->
          new UserCommand.Resize(origin, random.nextBoolean() ? LARGER : SKEWED, Optional.empty());
      case 32, 33 -> new UserCommand.ConfirmResize(origin);
      case 34, 35 -> new UserCommand.RevertResize(origin);
      case 36 -> new UserCommand.Migrate(admin, Optional.empty());
      case 37, 38 ->
          new UserCommand.LiveMigrate(admin, Optional.empty(), false, MoveTicket.Storage.UNKNOWN);
      case 39 -> new UserCommand.AbortMigration(admin, 1 + random.nextInt(2));
      case 40 -> new UserCommand.ForceComplete(admin, 1 + random.nextInt(2));
      case 41 -> new UserCommand.Evacuate(admin, Optional.empty(), false, random.nextBoolean());
      case 42, 43 -> new UserCommand.CreateImage(origin, image(origin, "snapshot"));
      case 44, 45 -> {
        var kept = random.nextInt(3);
        var image = kept == 0 ? Optional.<Image>empty() : Optional.of(image(origin, BACKUP));
        yield new UserCommand.CreateBackup(origin, image, BACKUP, kept);
      }
      case 46, 47 -> new UserCommand.Rebuild(origin, Examples.rebuild("img-" + random.nextInt(2)));
      case 48, 49, 50 -> new UserCommand.Shelve(origin, image(origin, ImageDesk.SHELF));
      case 51 -> new UserCommand.ShelveOffload(origin);
      case 52, 53, 54 ->
          new UserCommand.Unshelve(origin, Optional.empty(), Optional.empty(), Optional.empty());
      case 55, 56 ->
          volumeCount == 0
              ? new UserCommand.Suspend(origin)
              : new UserCommand.AttachVolume(origin, anyVolume());
      case 57, 58 ->
          volumeCount == 0
              ? new UserCommand.Resume(origin)
              : new UserCommand.DetachVolume(origin, anyVolume().volumeId());
      case 59, 60 ->
          networks.isEmpty()
              ? new UserCommand.Stop(origin)
              : new UserCommand.AttachInterface(
                  origin,
                  new NetworkChoice.OnNetwork(
                      "net-" + random.nextInt(networks.size()), Optional.empty()),
                  Optional.empty());
      case 61, 62 -> new UserCommand.DetachInterface(origin, "");
      default -> new UserCommand.Revise(origin, Revision.ofName("name-" + number));
    };
  }

  /** What changes whether, when and how a server can leave its host. */
  private UserCommand lifeCommand(UserCommand.Origin origin, UserCommand.Origin admin) {
    return switch (random.nextInt(14)) {
      case 0 -> new UserCommand.Delete(origin);
      case 1 -> new UserCommand.ForceDelete(admin);
      case 2 -> new UserCommand.Restore(origin);
      case 3 -> new UserCommand.Start(origin);
      case 4 -> new UserCommand.Stop(origin);
      case 5 -> new UserCommand.Reboot(origin, random.nextBoolean());
      case 6 -> new UserCommand.LockIt(origin, Optional.empty());
      case 7 -> new UserCommand.Pause(origin);
      case 8 -> new UserCommand.Suspend(origin);
      case 9, 10 ->
          new UserCommand.Resize(origin, random.nextBoolean() ? LARGER : SKEWED, Optional.empty());
      case 11 -> new UserCommand.ConfirmResize(origin);
      case 12 -> new UserCommand.RevertResize(origin);
      default -> new UserCommand.Migrate(admin, Optional.empty());
    };
  }

  private UserCommand volumeCommand(UserCommand.Origin origin, UserCommand.Origin admin) {
    return switch (random.nextInt(31)) {
      case 0, 1, 2, 3, 4, 5 -> new UserCommand.AttachVolume(origin, anyVolume());
      case 6, 7, 8 -> new UserCommand.DetachVolume(origin, anyVolume().volumeId());
      case 9 -> new UserCommand.Delete(origin);
      case 10 -> new UserCommand.Restore(origin);
      case 11 -> new UserCommand.Stop(origin);
      case 12 -> new UserCommand.Start(origin);
      case 13 -> new UserCommand.Pause(origin);
      case 14 -> new UserCommand.Rebuild(origin, Examples.rebuild("img-" + random.nextInt(2)));
      case 15 -> new UserCommand.Migrate(admin, Optional.empty());
      case 16 ->
          number % 2 == 0
              ? new UserCommand.RevertResize(origin)
              : new UserCommand.ConfirmResize(origin);
      case 17 ->
          new UserCommand.LiveMigrate(admin, Optional.empty(), false, MoveTicket.Storage.UNKNOWN);
      case 18 -> new UserCommand.Shelve(origin, image(origin, ImageDesk.SHELF));
      case 19 ->
          new UserCommand.Unshelve(origin, Optional.empty(), Optional.empty(), Optional.empty());
      case 20, 21, 22 -> new UserCommand.Rebuild(origin, newRoot());
      case 23, 24, 25 ->
          new UserCommand.CreateImageOfVolumes(
              origin, Examples.imageOfVolumes(image(origin, ImageDesk.GOLDEN).id()), List.of());
      case 26 -> new UserCommand.ResetState(admin, UserCommand.ResetState.Resting.ACTIVE);
      default -> new UserCommand.SwapVolume(origin, anyVolume().volumeId(), anyVolume().volumeId());
    };
  }

  private static RebuildRequest newRoot() {
    var like = Examples.rebuild("img-2");
    return new RebuildRequest(
        Examples.boot(0).image(),
        like.imageProperties(),
        like.revision(),
        like.key(),
        like.userDataBase64(),
        like.metadata(),
        like.files(),
        Optional.of(new GuestSpec.ImageRef("img-2", "cd34", "qcow2", 1, 1)));
  }

  /** Sometimes to boot from. */
  private VolumeChoice bootVolume() {
    var root = script == Script.VOLUMES && random.nextBoolean();
    return new VolumeChoice(
        anyVolume().volumeId(), Optional.empty(), root, false, Optional.empty());
  }

  private VolumeChoice anyVolume() {
    return Examples.volumeChoice(1 + random.nextInt(volumeCount));
  }

  /** Nobody else has its id. */
  private Image image(UserCommand.Origin origin, String purpose) {
    return Examples.image("%s.%s-%d".formatted(purpose, origin.operation(), number++));
  }

  /** What HTTP finds out before it asks the instance. */
  UserCommand completed(UserCommand command, InstanceState state) {
    return switch (command) {
      case UserCommand.Unshelve(var origin, _, var zone, var host) ->
          new UserCommand.Unshelve(
              origin,
              state
                  .shelf()
                  .filter(_ -> state.host().isEmpty())
                  .map(shelf -> new GuestSpec.ImageRef(shelf.imageId(), "ef", "qcow2", 1, 1)),
              zone,
              host);
      case UserCommand.Evacuate(var origin, var to, var unfiltered, var stopped, _) ->
          new UserCommand.Evacuate(
              origin, to, unfiltered, stopped, pool.filter(_ -> state.host().isPresent()));
      case UserCommand.DetachInterface(var origin, _) when !state.nics().isEmpty() ->
          new UserCommand.DetachInterface(origin, state.nics().getLast().portId());
      case UserCommand.CreateImageOfVolumes(var origin, var image, _) ->
          new UserCommand.CreateImageOfVolumes(
              origin,
              image,
              state.volumes().stream()
                  .map(
                      volume ->
                          new VolumeSnapshot.Wanted(
                              image.id() + "/" + volume.id(),
                              "alice",
                              image.id(),
                              "",
                              volume.id(),
                              Map.of(),
                              true))
                  .toList());
      case UserCommand.SwapVolume(var origin, _, var to) when !state.volumes().isEmpty() ->
          new UserCommand.SwapVolume(origin, state.volumes().getLast().id(), to);
      default -> command;
    };
  }

  /** Whether the instance waits for what this command comes to. */
  boolean isAwaited(GuestTarget target) {
    var state = instances.get(target.instance()).state();
    return state.generation() == target.generation()
        && state.operation().filter(one -> one.id().equals(target.operation())).isPresent();
  }

  /** The words of all steps that some operation has come to. */
  Set<String> steps() {
    return instances.values().stream()
        .flatMap(one -> one.state().trails().stream())
        .flatMap(trail -> trail.steps().stream())
        .map(OperationTrail.Step::name)
        .collect(Collectors.toSet());
  }

  OperationSettings settings() {
    return settings;
  }

  private void watch(SimHost host) {
    every(HEARTBEAT, host::heartbeat);
    every(RECONCILE, host::reconcile);
    for (int cut = 0; cut < random.nextInt(3); cut++) {
      var from = (long) random.nextInt((int) faultsMillis());
      after(from, host.hypervisor::cutOff);
      after(
          Math.min(faultsMillis(), from + 1_000 + random.nextInt(60_000)),
          host.hypervisor::reachableAgain);
    }
    if (random.nextBoolean()) {
      crashSomeday(host::crash);
    }
    for (int times = 0; times < random.nextInt(3); times++) {
      after(random.nextInt((int) faultsMillis()), host.hypervisor::guestChangesByItself);
    }
  }

  private void crashSomeday(Runnable crash) {
    for (int times = 0; times < 1 + random.nextInt(3); times++) {
      after(random.nextInt((int) faultsMillis()), crash);
    }
  }

  private void every(long millis, Runnable what) {
    after(
        millis,
        () -> {
          what.run();
          every(millis, what);
        });
  }

  /** The server group that all instances are in, if there is one: no two on one host. */
  Optional<GroupSpec> apart() {
    return apart;
  }

  // ---- time and mail

  Instant now() {
    return Examples.NOW.plusMillis(nowMillis);
  }

  void after(long millis, Runnable what) {
    queue.add(new Due(nowMillis + millis, number++, what));
  }

  /** Something goes wrong with this probability; nothing does once the faults have stopped. */
  boolean fault(double probability) {
    return faults && random.nextDouble() < probability;
  }

  int upTo(int bound) {
    return random.nextInt(bound);
  }

  /** Carried out later, in order with what was sent from and to the same before; or lost. */
  void send(String from, String to, Runnable message) {
    if (fault(0.03)) {
      trace("lost", () -> from + " → " + to);
      return;
    }
    long delay = 1 + random.nextInt(30);
    if (fault(0.03)) {
      delay = random.nextInt((int) (fault(0.1) ? LONGEST_WAY : 20_000));
    }
    var way = from + ">" + to;
    var at = Math.max(lastOnTheWay.getOrDefault(way, 0L), nowMillis + delay);
    lastOnTheWay.put(way, at);
    queue.add(new Due(at, number++, message));
  }

  /** An answer: no order holds, and it may come twice. */
  void answer(Runnable answer) {
    if (fault(0.04)) {
      trace("lost", () -> "an answer");
      return;
    }
    after(fault(0.04) ? random.nextInt(20_000) : 1 + random.nextInt(30), answer);
    if (fault(0.03)) {
      after(random.nextInt(20_000), answer);
    }
  }

  void trace(String who, Supplier<Object> what) {
    if (traced) {
      System.out.printf("%9d %-10s %s%n", nowMillis, who, what.get());
    }
  }

  // ---- the run

  /**
   * Runs until all is at rest.
   *
   * @throws AssertionError at the first broken promise
   */
  void run() {
    var promises = new Promises(this);
    while (nowMillis < faultsMillis()) {
      step(promises);
    }
    faults = false;
    while (nowMillis < faultsMillis() + LONGEST_WAY
        || instances.values().stream().anyMatch(SimInstance::busy)) {
      if (nowMillis > faultsMillis() + PATIENCE) {
        throw new AssertionError("stuck: " + instances.values());
      }
      step(promises);
    }
    var rest = nowMillis + 4 * RECONCILE;
    while (nowMillis < rest) {
      step(promises);
    }
    promises.atRest();
    if (script == Script.DELETE_IN_BETWEEN) {
      promises.nothingIsLeft();
    }
  }

  private void step(Promises promises) {
    var due = queue.remove();
    nowMillis = due.at();
    due.what().run();
    promises.always();
  }

  // ---- entities that keep their word and do not crash: their logs are written with each answer

  StepOutcome.Result reserve(
      InstanceId instance, Resources amount, Optional<String> group, long generation) {
    var one = new ProjectEvent.Counted(instance, amount, group, generation);
    if (project.isNews(one)) {
      var refusal = project.refusal(one, limits);
      if (refusal.isPresent()) {
        return new StepOutcome.Refused(refusal.get());
      }
      project = project.evolve(new ProjectEvent.UsageChanged(List.of(one), List.of()));
    }
    return new StepOutcome.Done("");
  }

  StepOutcome.Result releaseQuota(InstanceId instance) {
    project = project.evolve(new ProjectEvent.UsageChanged(List.of(), List.of(instance)));
    return new StepOutcome.Done("");
  }

  StepOutcome.Result attach(InstanceId instance, ProjectId owner, NetworkChoice choice, int index) {
    return switch (network(choice.networkId()).attach(instance, owner, choice, index)) {
      case Answer.Accepted<Nic>(var nic) -> new StepOutcome.Attached(nic);
      case Answer.Rejected<Nic>(var reason) -> new StepOutcome.NotAttached(reason);
    };
  }

  StepOutcome.Result releasePorts(InstanceId instance, String networkId) {
    network(networkId).release(instance);
    return new StepOutcome.Done("");
  }

  StepOutcome.Result releasePort(String networkId, String portId) {
    network(networkId).releasePort(portId);
    return new StepOutcome.Done("");
  }

  StepOutcome.Result permit() {
    return fault(0.2) ? new StepOutcome.NoHost("not this image here") : new StepOutcome.Done("");
  }

  private NetworkDesk network(String id) {
    return networks.get(Integer.parseInt(id.substring("net-".length())));
  }

  /** A scheduler with an old table: it may name hosts that are full or down. */
  StepOutcome.Result place(RequestSpec spec, boolean mayPreempt) {
    if (mayPreempt && script == Script.PREEMPTION && random.nextBoolean()) {
      var preemption = preemption();
      if (preemption.isPresent()) {
        return new StepOutcome.NoHostUnless("all are full", preemption.get());
      }
    }
    var found = new ArrayList<HostId>();
    for (HostId host : hosts.keySet()) {
      var asked = spec.forcedHost().map(host.value()::equals).orElse(true);
      if (asked && !spec.excluded().contains(host) && !fault(0.1)) {
        found.add(host);
      }
    }
    Collections.shuffle(found, random);
    return found.isEmpty()
        ? new StepOutcome.NoHost("none of " + hosts.size())
        : new StepOutcome.Placed(
            List.copyOf(found.subList(0, Math.min(found.size(), spec.candidates()))), "");
  }

  /** Of anybody who may leave, whether the room is needed or not. */
  private Optional<Preemption> preemption() {
    var host = List.copyOf(hosts.values()).get(random.nextInt(hosts.size()));
    var victims =
        host.row().detail().preemptible().stream()
            .filter(_ -> random.nextInt(3) > 0)
            .map(claim -> new Preemption.Victim(claim.instance(), claim.generation()))
            .toList();
    return victims.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Preemption(
                host.id(), victims, PreemptionMode.DELETE, random.nextBoolean() ? 0 : 5_000));
  }

  void toInstance(HostId from, InstanceId to, Consumer<SimInstance> message) {
    var instance = instances.get(to);
    send(from.value(), to.toString(), () -> message.accept(instance));
  }
}
