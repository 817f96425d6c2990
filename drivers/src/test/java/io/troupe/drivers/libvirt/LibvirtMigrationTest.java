package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.DriverConformance;
import io.troupe.drivers.MemoryTransfers;
import io.troupe.drivers.libvirt.LibvirtPeer.GuestImage;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure.Kind;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.DriverResult.MigrationSeen.Phase;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.MoveTicket;
import io.troupe.drivers.spi.MoveTicket.Storage;
import io.troupe.drivers.spi.VolumeRef;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Moves between two real hosts in the situations that the conformance kit cannot make: storage that
 * both have, a destination that cannot be reached or dies, a controller that dies.
 */
@Tag("libvirt")
class LibvirtMigrationTest {
  private static final MigrationOptions SLOW = new MigrationOptions(false, false, 1, 0, 0, false);

  private static URI a;
  private static GuestImage image;

  /** One host with the test's pool on it. */
  private record Host(URI uri, String name, Driver driver) {}

  private final List<Host> hosts = new ArrayList<>();
  private final List<GuestTarget> made = new ArrayList<>();
  private String pool = "";
  private Optional<Path> shared = Optional.empty();

  @BeforeAll
  static void findThePeers() throws Exception {
    a = LibvirtPeer.qemu();
    image = GuestImage.tiny();
  }

  @BeforeEach
  void namePool() {
    pool = "troupe-move-" + UUID.randomUUID().toString().substring(0, 8);
  }

  @AfterEach
  void leaveTheHostsAsTheyWere() throws Exception {
    try {
      for (var host : hosts) {
        for (var target : made) {
          run(host, new DriverCommand.Destroy(at(host, target, 1_000)));
        }
      }
    } finally {
      hosts.forEach(host -> host.driver().close()); // libvirt calls the listeners of an open one
    }
    for (var host : hosts) {
      if (shared.isPresent()) {
        LibvirtPeer.forgetPool(host.uri(), pool);
      } else {
        LibvirtPeer.dropPool(host.uri(), pool);
      }
    }
    if (shared.isPresent()) {
      try (var files = Files.list(shared.get())) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(shared.get());
    }
  }

  /** A host that has the test's storage in common with others. */
  private Host together(URI uri) throws Exception {
    if (shared.isEmpty()) {
      shared = Optional.of(Files.createTempDirectory("troupe-shared"));
    }
    return open(uri, shared.get().toString());
  }

  private Host open(URI uri, String directory) throws Exception {
    Map<String, String> options = new HashMap<>(LibvirtPeer.options(Map.of("nic", "user")));
    options.put("pool", pool);
    options.put("poolPath", directory);
    if (shared.isPresent()) {
      options.put("sharedPool", "common");
    }
    var spec = new ConnectionSpec(new ConnectionId("qemu"), uri, options);
    var context =
        new DriverContext(
            image.reader(), DriverContext.ImageWriter.NONE, new MemoryTransfers(), event -> {});
    var driver = new LibvirtDriverProvider().open(spec, context);
    var host = new Host(uri, LibvirtPeer.virsh(uri, "hostname").strip(), driver);
    hosts.add(host);
    return host;
  }

  private Host apart(URI uri) throws Exception {
    return open(uri, apartPath());
  }

  private String apartPath() {
    return "/var/lib/libvirt/images/" + pool;
  }

  private static GuestTarget at(Host host, GuestTarget target, long generation) {
    return new GuestTarget(
        target.instance(),
        host.name(),
        generation,
        1,
        OperationId.fresh(),
        Instant.now().plusSeconds(300));
  }

  private GuestTarget target(Host on) {
    var target =
        new GuestTarget(
            InstanceId.fresh(),
            on.name(),
            1,
            1,
            OperationId.fresh(),
            Instant.now().plusSeconds(300));
    made.add(target);
    return target;
  }

  private GuestTarget spawn(Host on) throws DriverException {
    var target = target(on);
    run(on, new DriverCommand.Spawn(target, spec()));
    return target;
  }

  private static GuestSpec spec(VolumeRef volume) {
    return DriverConformance.withVolume(spec(), volume);
  }

  /** Made by one host, in the place that both have. */
  private static VolumeRef volume(Host on) throws DriverException {
    String id = UUID.randomUUID().toString();
    var volume = new VolumeRef(id, "troupe-volume-" + id + ".qcow2", "qcow2");
    run(on, new DriverCommand.CreateVolume(of(on, volume), volume, 1, Optional.empty()));
    return volume;
  }

  private static GuestTarget of(Host on, VolumeRef volume) {
    return new GuestTarget(
        new InstanceId(UUID.fromString(volume.id())),
        on.name(),
        0,
        1,
        OperationId.fresh(),
        Instant.now().plusSeconds(300));
  }

  private static MoveTicket prepare(
      Host from, GuestTarget source, Host to, GuestTarget arriving, VolumeRef volume, boolean live)
      throws DriverException {
    var offered =
        ((DriverResult.MoveTicketed) run(from, new DriverCommand.OfferMove(source))).ticket();
    var prepare =
        new DriverCommand.PrepareMove(arriving, spec(volume), offered, Storage.UNKNOWN, live);
    return ((DriverResult.MoveTicketed) run(to, prepare)).ticket();
  }

  /** Live to the other host and switched off back again: the volume is there each time. */
  @Test
  void volumeInACommonPoolIsHadAtWhicheverHostItsGuestIs() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    VolumeRef volume = volume(from);
    run(from, new DriverCommand.AttachVolume(source, volume));
    GuestTarget there = at(to, source, 2);

    MoveTicket ticket = prepare(from, source, to, there, volume, true);
    run(from, new DriverCommand.LiveMigrate(source, ticket, MigrationOptions.PLAIN));
    run(to, new DriverCommand.FinishMove(there, spec(volume), ticket));
    run(from, new DriverCommand.Destroy(at(from, source, 2)));

    assertThat(inspect(to, there).power()).isEqualTo(PowerState.RUNNING);
    assertThat(run(to, new DriverCommand.AttachVolume(there, volume)))
        .as("it has it already")
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));

    GuestTarget back = at(from, source, 3);
    run(to, new DriverCommand.Stop(there, 0));
    MoveTicket home = prepare(to, there, from, back, volume, false);
    run(to, new DriverCommand.SendMove(there, home));
    run(from, new DriverCommand.FinishMove(back, spec(volume), home));
    run(from, new DriverCommand.Start(back));
    run(to, new DriverCommand.Destroy(at(to, source, 2)));

    assertThat(inspect(from, back).power()).isEqualTo(PowerState.RUNNING);
    assertThat(run(from, new DriverCommand.AttachVolume(back, volume)))
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    assertThat(failure(from, new DriverCommand.DeleteVolume(of(from, volume), volume)))
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(from, new DriverCommand.Destroy(back));
    run(to, new DriverCommand.DeleteVolume(of(to, volume), volume));
    assertThat(shared.orElseThrow().resolve(volume.name())).doesNotExist();
  }

  /** What one host has made the other one finds, also when its libvirtd has not looked since. */
  @Test
  void guestIsBuiltAtTheOtherHostWithItsVolume() throws Exception {
    Host first = together(a);
    Host second = together(LibvirtPeer.second());
    VolumeRef volume = volume(first);
    GuestTarget there = target(second);

    run(second, new DriverCommand.Spawn(there, spec(volume)));

    assertThat(run(second, new DriverCommand.AttachVolume(there, volume)))
        .isEqualTo(new DriverResult.VolumeAttached("/dev/vdb"));
    run(second, new DriverCommand.Destroy(there));
    run(second, new DriverCommand.DeleteVolume(of(second, volume), volume));
  }

  private static GuestSpec spec() {
    return spec(1);
  }

  private static GuestSpec spec(long diskGib) {
    return new GuestSpec(
        "moving",
        "moving",
        "p",
        "u",
        new Resources(1, 128, diskGib),
        image.ref(),
        List.of(),
        new GuestSpec.ConfigDrive(
            Map.of(), Optional.empty(), Optional.empty(), "", "nova", List.of()),
        Map.of());
  }

  private static DriverResult run(Host on, DriverCommand command) throws DriverException {
    return on.driver().execute(command, Cancellation.NEVER);
  }

  private static Kind failure(Host on, DriverCommand command) {
    return catchThrowableOfType(DriverException.class, () -> run(on, command)).failure().kind();
  }

  private static DriverResult.Guest inspect(Host on, GuestTarget target) throws DriverException {
    return (DriverResult.Guest) run(on, new DriverCommand.Inspect(target));
  }

  private static MoveTicket prepare(Host from, GuestTarget source, Host to, GuestTarget arriving)
      throws DriverException {
    var offered =
        ((DriverResult.MoveTicketed) run(from, new DriverCommand.OfferMove(source))).ticket();
    var prepare = new DriverCommand.PrepareMove(arriving, spec(), offered, Storage.UNKNOWN, true);
    return ((DriverResult.MoveTicketed) run(to, prepare)).ticket();
  }

  /** Copying has begun: a libvirtd that is killed sooner was seen to forget a QEMU it had made. */
  private static void awaitUnderWay(Host on, GuestTarget source) throws Exception {
    long until = System.nanoTime() + 120_000_000_000L;
    long remaining = 0;
    while (remaining == 0) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.sleep(10);
      var seen = (DriverResult.MigrationSeen) run(on, new DriverCommand.WatchMigration(source));
      remaining = seen.memory().remainingBytes() + seen.disk().remainingBytes();
    }
  }

  /** What a migration fails with that is under way now, and for minutes if nothing ends it. */
  private static CompletableFuture<Kind> beginSlowly(
      Host from, GuestTarget source, MoveTicket ticket) throws Exception {
    CompletableFuture<Kind> end =
        CompletableFuture.supplyAsync(
            () -> failure(from, new DriverCommand.LiveMigrate(source, ticket, SLOW)),
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory()));
    awaitUnderWay(from, source);
    return end;
  }

  @Test
  void guestOnSharedStorageMovesWithoutItsDiskAndNobodyDeletesItBeforeItsTime() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    GuestTarget first = at(to, source, 2);
    GuestTarget second = at(to, source, 3);
    String root = "troupe-" + source.instance() + ".1.root.qcow2";

    prepare(from, source, to, first);
    run(to, new DriverCommand.Destroy(first)); // given up: the source's guest runs on that disk

    assertThat(shared.orElseThrow().resolve(root)).exists();
    MoveTicket ticket = prepare(from, source, to, second);
    assertThat(ticket.storage()).isEqualTo(Storage.SHARED);
    Object inode = Files.getAttribute(shared.orElseThrow().resolve(root), "unix:ino");
    run(from, new DriverCommand.LiveMigrate(source, ticket, MigrationOptions.PLAIN));
    run(to, new DriverCommand.FinishMove(second, spec(), ticket));
    run(from, new DriverCommand.Destroy(at(from, source, 3))); // whichever generation it names

    assertThat(inspect(to, second).power()).isEqualTo(PowerState.RUNNING);
    assertThat(inspect(from, source)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(Files.getAttribute(shared.orElseThrow().resolve(root), "unix:ino")).isEqualTo(inode);
    run(to, new DriverCommand.Stop(second, 0));
    assertThat(((DriverResult.Guest) run(to, new DriverCommand.Start(second))).power())
        .isEqualTo(PowerState.RUNNING);
    run(to, new DriverCommand.Destroy(second));
    assertNothingIsLeftOf(source);
  }

  /** As after a move that has failed before its destination was prepared. */
  @Test
  void destroyAtAHostThatNeverHadTheGuestLeavesItItsDiskOnSharedStorage() throws Exception {
    Host has = together(a);
    Host never = together(LibvirtPeer.second());
    GuestTarget guest = spawn(has);

    run(never, new DriverCommand.Destroy(at(never, guest, 3)));

    assertThat(shared.orElseThrow().resolve("troupe-" + guest.instance() + ".1.root.qcow2"))
        .exists();
    run(has, new DriverCommand.Stop(guest, 0));
    assertThat(((DriverResult.Guest) run(has, new DriverCommand.Start(guest))).power())
        .isEqualTo(PowerState.RUNNING);
    run(has, new DriverCommand.Destroy(guest));
    assertNothingIsLeftOf(guest);
  }

  private void assertNothingIsLeftOf(GuestTarget guest) throws Exception {
    try (var left = Files.list(shared.orElseThrow())) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(file -> file.contains(guest.instance().toString()));
    }
  }

  @Test
  void guestOfADeadHostIsMadeAnewOnTheDiskItHadOnSharedStorage() throws Exception {
    Host dead = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(dead);
    GuestTarget first = at(to, source, 2);
    GuestTarget second = at(to, source, 3);
    Path root = shared.orElseThrow().resolve("troupe-" + source.instance() + ".1.root.qcow2");
    Object inode = Files.getAttribute(root, "unix:ino");
    assertThat(failure(to, new DriverCommand.Spawn(target(to), spec(), true)))
        .as("there is no disk of that instance")
        .isEqualTo(Kind.INSTANCE_FAULT);
    run(dead, new DriverCommand.Stop(source, 0)); // fenced

    run(to, new DriverCommand.Spawn(first, spec(), true));
    run(to, new DriverCommand.Destroy(first, true)); // given up
    run(to, new DriverCommand.Spawn(second, spec(), true));
    run(to, new DriverCommand.Spawn(second, spec(), true));
    run(dead, new DriverCommand.Destroy(source)); // it is back, and knows of nothing

    assertThat(inspect(to, second).power()).isEqualTo(PowerState.RUNNING);
    assertThat(inspect(dead, source)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(Files.getAttribute(root, "unix:ino")).isEqualTo(inode);
    run(to, new DriverCommand.Destroy(second));
    assertNothingIsLeftOf(source);
  }

  @Test
  void forcedByPostCopyTheGuestRunsThereBeforeAllOfItHasCome() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    GuestTarget arriving = at(to, source, 2);
    MoveTicket ticket = prepare(from, source, to, arriving);
    MigrationOptions willing = new MigrationOptions(true, true, 1, 100, 0, false);

    CompletableFuture<Optional<DriverException>> end =
        CompletableFuture.supplyAsync(
            () ->
                Optional.ofNullable(
                    catchThrowableOfType(
                        DriverException.class,
                        () -> run(from, new DriverCommand.LiveMigrate(source, ticket, willing)))),
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory()));
    while (!end.isDone()
        && ((DriverResult.MigrationSeen) run(from, new DriverCommand.WatchMigration(source)))
                .phase()
            == Phase.NONE) {
      Thread.sleep(10);
    }
    if (!end.isDone()) {
      run(from, new DriverCommand.ForceComplete(source));
    }

    var failure = end.get();
    if (failure.isPresent()) {
      assumeTrue(
          failure.get().failure().kind() != Kind.UNSUPPORTED,
          "no post-copy here: " + failure.get().getMessage());
    }
    assertThat(failure).isEmpty();
    run(to, new DriverCommand.FinishMove(arriving, spec(), ticket));
    assertThat(inspect(to, arriving).power()).isEqualTo(PowerState.RUNNING);
    assertThat(inspect(from, source)).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  void pinnedGuestIsPinnedThereToTheCpuOfItsClaimThere() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    List<Integer> cpus = cell(to).cpus();
    GuestTarget source = target(from);
    run(from, pinned(new DriverCommand.Spawn(source, spec()), from, cpus.getFirst()));
    GuestTarget arriving = at(to, source, 2);

    var offered =
        ((DriverResult.MoveTicketed) run(from, new DriverCommand.OfferMove(source))).ticket();
    var prepare = new DriverCommand.PrepareMove(arriving, spec(), offered, Storage.UNKNOWN, true);
    MoveTicket ticket =
        ((DriverResult.MoveTicketed) run(to, pinned(prepare, to, cpus.getLast()))).ticket();
    run(from, new DriverCommand.LiveMigrate(source, ticket, MigrationOptions.PLAIN));
    run(to, pinned(new DriverCommand.FinishMove(arriving, spec(), ticket), to, cpus.getLast()));

    assertThat(inspect(to, arriving).power()).isEqualTo(PowerState.RUNNING);
    for (String which : List.of("--live", "--config")) {
      assertThat(LibvirtPeer.virsh(to.uri(), "vcpupin", source.instance().toString(), which))
          .containsPattern("(?m)^\\s*0\\s+" + cpus.getLast() + "\\s*$");
    }
  }

  private static HostTopology.Cell cell(Host on) throws DriverException {
    return on.driver().hosts().getFirst().topology().orElseThrow().cells().getFirst();
  }

  private static DriverCommand pinned(DriverCommand command, Host on, int cpu)
      throws DriverException {
    return command.at(Optional.of(LibvirtPeer.pinned(cell(on), cpu)));
  }

  @Test
  void guestThatIsOffMovesOnSharedStorageAndStartsThere() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    run(from, new DriverCommand.Stop(source, 0));
    GuestTarget arriving = at(to, source, 2);

    MoveTicket ticket = prepare(from, source, to, arriving);
    run(from, new DriverCommand.SendMove(source, ticket));
    run(to, new DriverCommand.FinishMove(arriving, spec(), ticket));
    run(from, new DriverCommand.Destroy(source));

    assertThat(((DriverResult.Guest) run(to, new DriverCommand.Start(arriving))).power())
        .isEqualTo(PowerState.RUNNING);
  }

  private static final long GIB = 1L << 30;

  private static final Resources SIZE_BEFORE = new Resources(1, 128, 0);

  private static GuestSpec larger() {
    return spec(2);
  }

  /**
   * Through libvirt, so that the test need not be root: what the volume of a guest that is off has.
   * The image below it is found in the directory that all hosts have.
   */
  private String onDisk(Host on, String volume, String command) throws Exception {
    Path copy = Files.createTempFile("troupe-disk", ".qcow2");
    try {
      LibvirtPeer.virsh(on.uri(), "pool-refresh", pool);
      LibvirtPeer.virsh(on.uri(), "vol-download", volume, copy.toString(), "--pool", pool);
      Process process =
          new ProcessBuilder("qemu-io", "-f", "qcow2", "-c", command, copy.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      if (command.startsWith("write")) {
        LibvirtPeer.virsh(on.uri(), "vol-upload", volume, copy.toString(), "--pool", pool);
        LibvirtPeer.virsh(on.uri(), "pool-refresh", pool);
      }
      return said;
    } finally {
      Files.delete(copy);
    }
  }

  private void write(Host on, String volume, String pattern) throws Exception {
    assertThat(onDisk(on, volume, "write -P " + pattern + " 512M 64k"))
        .contains("wrote 65536/65536");
  }

  private void has(Host on, String volume, String pattern, long bytes) throws Exception {
    assertThat(onDisk(on, volume, "read -P " + pattern + " 512M 64k"))
        .contains("read 65536/65536")
        .doesNotContain("verification failed");
    var xml = XmlElement.parse(LibvirtPeer.virsh(on.uri(), "vol-dumpxml", volume, "--pool", pool));
    assertThat(xml.find("capacity")).contains(Long.toString(bytes));
  }

  private static List<String> former(Host on, String pool) throws Exception {
    LibvirtPeer.virsh(on.uri(), "pool-refresh", pool);
    return LibvirtPeer.virsh(on.uri(), "vol-list", pool)
        .lines()
        .filter(line -> line.contains(".former."))
        .toList();
  }

  @Test
  void resizeInPlaceIsTakenBackToTheDiskAsItWas() throws Exception {
    Host on = together(a);
    GuestTarget target = spawn(on);
    String root = "troupe-" + target.instance() + ".1.root.qcow2";
    run(on, new DriverCommand.Stop(target, 0));
    write(on, root, "0x5a");

    run(on, new DriverCommand.Resize(target, larger().size()));
    has(on, root, "0x5a", 2 * GIB);
    write(on, root, "0xa5");
    run(on, new DriverCommand.Resize(target, larger().size())); // repeated, late
    GuestTarget resized = at(on, target, 2);
    run(on, new DriverCommand.TakeOver(resized));
    assertThat(former(on, pool)).hasSize(2);
    var back = DriverCommand.Resize.back(at(on, target, 2), SIZE_BEFORE, target.operation());
    run(on, back);
    run(on, back);

    has(on, root, "0x5a", GIB);
    assertThat(former(on, pool)).isEmpty();
    assertThat(((DriverResult.Guest) run(on, new DriverCommand.Start(resized))).power())
        .isEqualTo(PowerState.RUNNING);
  }

  /** A controller was killed while it brought the disk back, or while it kept it. */
  @Test
  void resizeThatBrokeOffIsTakenBackWithoutLoss() throws Exception {
    Host on = together(a);
    GuestTarget target = spawn(on);
    GuestVolumes volumes = new GuestVolumes(target.instance(), 1);
    String root = volumes.rootDisk();
    run(on, new DriverCommand.Stop(target, 0));
    write(on, root, "0x5a");
    var back = DriverCommand.Resize.back(target, SIZE_BEFORE, target.operation());

    run(on, new DriverCommand.Resize(target, larger().size()));
    write(on, root, "0xa5");
    LibvirtPeer.virsh(on.uri(), "vol-delete", root, "--pool", pool);
    run(on, back);
    has(on, root, "0x5a", GIB);

    String uuid = HostFacts.token(hostUuid(on));
    LibvirtPeer.virsh(
        on.uri(), "vol-create-as", pool, volumes.former(uuid, target.operation()), "4096");
    run(on, back); // half a copy: the root disk has not grown yet
    has(on, root, "0x5a", GIB);
    assertThat(former(on, pool)).isEmpty();
  }

  private static String hostUuid(Host on) throws Exception {
    return XmlElement.parse(LibvirtPeer.virsh(on.uri(), "capabilities"))
        .find("host/uuid")
        .orElseThrow();
  }

  /** A guest that is off, with something written to its disk, which grows at the other host. */
  private GuestTarget resizeThere(Host from, GuestTarget source, String root, Host to)
      throws Exception {
    run(from, new DriverCommand.Stop(source, 0));
    write(from, root, "0x5a");
    GuestTarget arriving = at(to, source, 2);
    MoveTicket ticket = prepare(from, source, to, arriving);
    run(from, new DriverCommand.SendMove(source, ticket));
    run(to, new DriverCommand.FinishMove(arriving, larger(), ticket));
    return arriving;
  }

  @Test
  void resizeOnSharedStorageIsTakenBackToTheDiskAsItWas() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    String root = "troupe-" + source.instance() + ".1.root.qcow2";
    GuestTarget arriving = resizeThere(from, source, root, to);

    has(to, root, "0x5a", 2 * GIB);
    write(to, root, "0xa5");
    assertThat(former(to, pool)).hasSize(2);
    run(to, new DriverCommand.Destroy(arriving));
    run(from, DriverCommand.Resize.back(source, SIZE_BEFORE, arriving.operation()));

    has(from, root, "0x5a", GIB);
    assertThat(former(from, pool)).isEmpty();
    assertThat(((DriverResult.Guest) run(from, new DriverCommand.Start(source))).power())
        .isEqualTo(PowerState.RUNNING);
  }

  @Test
  void resizeOnSharedStorageThatIsConfirmedKeepsNoFormerDisk() throws Exception {
    Host from = together(a);
    Host to = together(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    String root = "troupe-" + source.instance() + ".1.root.qcow2";
    GuestTarget arriving = resizeThere(from, source, root, to);

    run(from, new DriverCommand.Destroy(source));

    has(to, root, "0x5a", 2 * GIB);
    assertThat(former(to, pool)).isEmpty();
    assertThat(((DriverResult.Guest) run(to, new DriverCommand.Start(arriving))).power())
        .isEqualTo(PowerState.RUNNING);
  }

  @Test
  void destinationThatCannotBeReachedLeavesTheGuestWhereItIs() throws Exception {
    Host from = apart(a);
    Host to = apart(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    MoveTicket ticket = prepare(from, source, to, at(to, source, 2));
    Map<String, String> elsewhere = new HashMap<>(ticket.destination());
    elsewhere.put("uri", "qemu+tcp://127.0.0.1:1/system");

    assertThat(
            failure(
                from,
                new DriverCommand.LiveMigrate(
                    source, ticket.prepared(Storage.BLOCK, elsewhere), MigrationOptions.PLAIN)))
        .isEqualTo(Kind.HOST_FAULT);

    assertThat(inspect(from, source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(inspect(to, at(to, source, 2))).isEqualTo(DriverResult.Guest.GONE);
  }

  @Test
  void destinationThatDiesInTheMiddleLeavesTheGuestWhereItWas() throws Exception {
    assumeTrue(System.getenv("TROUPE_TEST_LIBVIRT_URI") == null, "no host of ours to kill");
    Host from = apart(a);
    Host to = apart(LibvirtPeer.own("c"));
    GuestTarget source = spawn(from);
    GuestTarget arriving = at(to, source, 2);
    MoveTicket ticket = prepare(from, source, to, arriving);

    CompletableFuture<Kind> end = beginSlowly(from, source, ticket);
    LibvirtPeer.killOwn("c");

    assertThat(end.get()).isEqualTo(Kind.HOST_FAULT);
    hosts.remove(to);
    to.driver().close();
    assertThat(inspect(from, source).power()).isEqualTo(PowerState.RUNNING);
    assertThat(LibvirtPeer.virsh(a, "domstate", source.instance().toString())).isEqualTo("running");
    LibvirtPeer.own("c");
    Host again = apart(LibvirtPeer.own("c"));
    run(again, new DriverCommand.Destroy(arriving));
    assertThat(LibvirtPeer.virsh(again.uri(), "list", "--all", "--uuid"))
        .doesNotContain(source.instance().toString());
    assertThat(inspect(from, source).power()).isEqualTo(PowerState.RUNNING);
  }

  /** A client of libvirt may sleep through a call that is made beside a long one. */
  @Test
  void othersAreNotHeldUpByAMigration() throws Exception {
    Host from = apart(a);
    Host to = apart(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    MoveTicket ticket = prepare(from, source, to, at(to, source, 2));

    CompletableFuture<Kind> end = beginSlowly(from, source, ticket);
    long longest = 0;
    for (int i = 0; i < 200; i++) {
      long began = System.nanoTime();
      run(from, new DriverCommand.Inspect(source));
      longest = Math.max(longest, System.nanoTime() - began);
    }
    assertThat(end).isNotDone();
    run(from, new DriverCommand.AbortMigration(source));

    assertThat(end.get()).isEqualTo(Kind.INSTANCE_FAULT);
    assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void controllerThatIsKilledInTheMiddleIsNotMissed() throws Exception {
    Host from = apart(a);
    Host to = apart(LibvirtPeer.second());
    GuestTarget source = spawn(from);
    GuestTarget arriving = at(to, source, 2);
    MoveTicket ticket = prepare(from, source, to, arriving);
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MovingController.class.getName(),
                a.toString(),
                pool,
                apartPath(),
                from.name(),
                source.instance().toString(),
                "1"));
    command.addAll(List.of(MovingController.factsOf(ticket)));
    Process controller =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var says = controller.inputReader(StandardCharsets.UTF_8)) {
      for (String line = says.readLine(); !"going".equals(line); line = says.readLine()) {
        assertThat(line).isNotNull();
      }
      awaitUnderWay(from, source);
      controller.destroyForcibly().waitFor();
    }

    run(from, new DriverCommand.LiveMigrate(source, ticket, MigrationOptions.PLAIN));
    run(to, new DriverCommand.FinishMove(arriving, spec(), ticket));

    assertThat(inspect(from, source)).isEqualTo(DriverResult.Guest.GONE);
    assertThat(inspect(to, arriving).power()).isEqualTo(PowerState.RUNNING);
  }
}
