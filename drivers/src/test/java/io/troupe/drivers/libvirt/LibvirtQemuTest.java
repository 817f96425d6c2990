package io.troupe.drivers.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.MoveConformance;
import io.troupe.drivers.libvirt.LibvirtPeer.GuestImage;
import io.troupe.drivers.spi.Cancellation;
import io.troupe.drivers.spi.ConnectionSpec;
import io.troupe.drivers.spi.Driver;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.DriverContext;
import io.troupe.drivers.spi.DriverException;
import io.troupe.drivers.spi.DriverFailure;
import io.troupe.drivers.spi.DriverResult;
import io.troupe.drivers.spi.GuestEvent;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.MigrationOptions;
import io.troupe.drivers.spi.VolumeRef;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The driver on a real libvirtd with QEMU and a guest that really boots: the conformance kit, and
 * what only a real hypervisor can show. virsh is the independent witness.
 */
@Tag("libvirt")
class LibvirtQemuTest extends MoveConformance {
  private static final String PASSWORD = "s3cret: ü";
  private static URI uri;
  private static GuestImage image;
  private static String host;
  private static Optional<URI> second = Optional.empty();
  private static String poolName;
  private static Optional<String> foreign = Optional.empty();

  @BeforeAll
  static void findThePeers() throws Exception {
    uri = LibvirtPeer.qemu();
    image = GuestImage.tiny();
    host = LibvirtPeer.virsh(uri, "hostname").strip();
    poolName = "troupe-test-" + UUID.randomUUID().toString().substring(0, 8);
  }

  @AfterAll
  static void leaveTheHostAsItWas() throws Exception {
    if (foreign.isPresent() && isThere(foreign.get())) {
      LibvirtPeer.virsh(uri, "destroy", foreign.get());
    }
    if (poolName != null) {
      LibvirtPeer.dropPool(uri, poolName);
    }
    if (second.isPresent()) {
      LibvirtPeer.dropPool(second.get(), poolName);
    }
  }

  private static boolean isThere(String domain) throws Exception {
    return LibvirtPeer.virsh(uri, "list", "--name").lines().anyMatch(domain::equals);
  }

  @Override
  protected Driver open(DriverContext context) throws Exception {
    return open(uri, context);
  }

  private static Driver open(URI uri, DriverContext context) throws DriverException {
    return open(uri, context, LibvirtPeer.options(Map.of("nic", "user")));
  }

  private static Driver open(URI uri, DriverContext context, Map<String, String> more)
      throws DriverException {
    Map<String, String> options = new HashMap<>(more);
    options.put("pool", poolName);
    options.put("poolPath", "/var/lib/libvirt/images/" + poolName);
    return new LibvirtDriverProvider()
        .open(new ConnectionSpec(new ConnectionId("qemu"), uri, options), context);
  }

  @Override
  protected Optional<Driver> openApart(DriverContext context) throws Exception {
    return Optional.of(open(context));
  }

  @Override
  protected String secondHost() {
    try {
      second = Optional.of(LibvirtPeer.second());
      return LibvirtPeer.virsh(second.get(), "hostname").strip();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Driver openSecond(DriverContext context) throws Exception {
    secondHost();
    return open(second.orElseThrow(), context);
  }

  /** The kernel's, which the guest's agent reads. */
  @Override
  protected Optional<String> bootId(Driver on, GuestTarget target) throws Exception {
    URI at = target.host().equals(host) ? uri : second.orElseThrow();
    return Optional.of(LibvirtPeer.bootId(at, target.instance()));
  }

  @Override
  protected Duration eventsSettle() {
    return Duration.ofSeconds(1);
  }

  /** Standing still, it has to go at that pace to the end: 1 MiB/s took three minutes. */
  @Override
  protected MigrationOptions hurryable() {
    return new MigrationOptions(false, false, 8, 0, 0, false);
  }

  @Override
  protected boolean fencesEpochs() {
    return true;
  }

  @Override
  protected String host() {
    return host;
  }

  @Override
  protected GuestSpec.ImageRef image() {
    return image.ref();
  }

  @Override
  protected DriverContext.ImageReader images() {
    return image.reader();
  }

  @Override
  protected Resources size() {
    return new Resources(1, 128, 1);
  }

  @Override
  protected List<GuestSpec.Nic> nics() {
    return List.of(
        new GuestSpec.Nic(
            UUID.randomUUID().toString(),
            "fa:16:3e:12:34:56",
            "net",
            "subnet",
            "10.7.0.9",
            "10.7.0.0/24",
            Optional.of("10.7.0.1"),
            List.of("9.9.9.9"),
            1500));
  }

  /** The whole of it: the name came from the config drive, the address from its network data. */
  @Override
  protected Optional<String> bootMarker(String hostname) {
    return Optional.of("GUEST-READY hostname=" + hostname + " ");
  }

  /** By another way than the driver's, which says whether it was there. */
  @Override
  protected void dropVolume(VolumeRef volume) throws Exception {
    LibvirtPeer.virsh(uri, "vol-delete", volume.name(), "--pool", poolName);
  }

  /** What the Linux kernel says to an NMI that nobody has asked for. */
  @Override
  protected Optional<String> interruptMarker() {
    return Optional.of("NMI received for unknown reason");
  }

  @Override
  protected Duration bootTimeout() {
    return Duration.ofSeconds(240);
  }

  @Override
  protected Duration commandTimeout() {
    return Duration.ofSeconds(300);
  }

  @Override
  protected Duration shutdownGrace() {
    return Duration.ofSeconds(90);
  }

  @Override
  protected Optional<String> makeForeignGuest() throws Exception {
    if (foreign.isEmpty() || !isThere(foreign.get())) {
      String name = "foreign-" + UUID.randomUUID();
      Path xml = Files.createTempFile("foreign", ".xml");
      Files.writeString(
          xml,
          "<domain type='qemu'><name>"
              + name
              + "</name><memory unit='MiB'>16</memory>"
              + "<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>");
      LibvirtPeer.virsh(uri, "create", xml.toString(), "--paused");
      Files.delete(xml);
      foreign = Optional.of(name);
    }
    return foreign;
  }

  @Override
  protected boolean shutDownFromWithin(InstanceId instance) throws Exception {
    LibvirtPeer.virsh(uri, "shutdown", instance.toString(), "--mode", "agent");
    return true;
  }

  // -- what only a real hypervisor shows

  @Test
  void guestFindsItselfOnTheConfigDriveAndDestroyLeavesNoVolume() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);

    String log = console(target, 1 << 16);
    assertThat(log)
        .contains(
            "GUEST-READY hostname="
                + hostname(target.instance())
                + " instance-id="
                + target.instance()
                + " source=config-drive ip=10.7.0.9");
    assertThat(volumes()).anyMatch(volume -> volume.contains(target.instance().toString()));

    run(new DriverCommand.Destroy(target));

    assertThat(volumes()).noneMatch(volume -> volume.contains(target.instance().toString()));
    assertThat(LibvirtPeer.virsh(uri, "list", "--all", "--uuid"))
        .doesNotContain(target.instance().toString());
  }

  @Test
  void acpiStopIsTheGuestsOwnShutdownNotAPowerCut() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);

    run(new DriverCommand.Stop(target, shutdownGrace().toMillis()));

    assertThat(console(target, 1 << 16)).contains("GUEST-STOPPING");
  }

  @Test
  void softRebootIsTheGuestsOwnAndStaysTheSameProcess() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);
    String before = LibvirtPeer.virsh(uri, "domid", target.instance().toString());

    run(new DriverCommand.Reboot(target, true, shutdownGrace().toMillis()));

    assertThat(console(target, 1 << 16)).contains("GUEST-STOPPING");
    assertThat(LibvirtPeer.virsh(uri, "domid", target.instance().toString())).isEqualTo(before);
  }

  /** Straight after the start the guest is in its BIOS and hears nothing. */
  @Test
  void guestThatDoesNotListenIsRebootedHardAndSwitchedOffWhenTheGraceIsOver() throws Exception {
    GuestTarget target = target();
    spawn(target);
    String before = LibvirtPeer.virsh(uri, "domid", target.instance().toString());

    DriverResult rebooted = run(new DriverCommand.Reboot(target, true, 500));
    String after = LibvirtPeer.virsh(uri, "domid", target.instance().toString());
    DriverResult stopped = run(new DriverCommand.Stop(target, 500));

    assertThat(((DriverResult.Guest) rebooted).power()).isEqualTo(PowerState.RUNNING);
    assertThat(after).isNotEqualTo(before);
    assertThat(stopped).isEqualTo(DriverResult.Guest.in(PowerState.SHUTDOWN));
  }

  @Test
  void vncAnswersWhereTheGuestSaysItDoes() throws Exception {
    GuestTarget target = target();

    String address = spawn(target).vncAddress();

    int colon = address.lastIndexOf(':');
    try (Socket socket =
        new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
      byte[] greeting = socket.getInputStream().readNBytes(4);
      assertThat(new String(greeting, StandardCharsets.US_ASCII)).isEqualTo("RFB ");
    }
    DriverResult stopped = run(new DriverCommand.Stop(target, 0));
    assertThat(stopped).isEqualTo(DriverResult.Guest.in(PowerState.SHUTDOWN));
  }

  @Test
  void imageTravelsOnceAndTheRootDiskIsAnOverlayOfTheFlavorsSize() throws Exception {
    forgetImages();
    GuestTarget one = target();
    GuestTarget two = target();
    spawn(one);
    spawn(two);

    assertThat(volumes()).filteredOn(volume -> volume.startsWith("troupe-image-")).hasSize(1);
    String root =
        volumes().stream()
            .filter(volume -> volume.startsWith("troupe-" + one.instance()))
            .filter(volume -> volume.endsWith("root.qcow2"))
            .findFirst()
            .orElseThrow();
    XmlElement xml =
        XmlElement.parse(LibvirtPeer.virsh(uri, "vol-dumpxml", root, "--pool", poolName));
    assertThat(xml.find("capacity")).contains(Long.toString(1L << 30));
    assertThat(xml.find("backingStore/format/@type")).contains("qcow2");
    assertThat(xml.find("backingStore/path").orElseThrow()).contains("/troupe-image-");
  }

  @Test
  void imageWhoseBytesAreNotWhatItsDigestSaysIsNeverUsed() throws Exception {
    GuestTarget target = target();
    String wrong = "f".repeat(128);
    var ref = image.ref();
    var lying =
        new GuestSpec.ImageRef(ref.id(), wrong, "qcow2", ref.sizeBytes(), ref.virtualSizeBytes());

    assertThatThrownBy(() -> run(new DriverCommand.Spawn(target, spec(target, lying, 1))))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("INSTANCE_FAULT")
        .hasMessageContaining("SHA-512");

    assertThat(volumes()).noneMatch(volume -> volume.contains(wrong.substring(0, 32)));
    assertThat(volumes()).noneMatch(volume -> volume.contains(target.instance().toString()));
  }

  @Test
  void halfAnUploadIsNotTakenForTheImage() throws Exception {
    var ref = image.ref();
    forgetImages();
    String prefix = "troupe-image-" + ref.sha512().substring(0, 32) + ".";
    LibvirtPeer.virsh(
        uri, "vol-create-as", poolName, prefix + "00000000.qcow2", "4096", "--format", "raw");
    GuestTarget target = target();

    spawn(target);

    assertThat(awaitBoots(target, 1)).isTrue();
    assertThat(volumes()).filteredOn(volume -> volume.startsWith(prefix)).hasSize(2);
    LibvirtPeer.virsh(uri, "vol-delete", prefix + "00000000.qcow2", "--pool", poolName);
  }

  @Test
  void imageLargerThanTheFlavorsDiskIsTheInstancesFault() throws Exception {
    GuestTarget target = target();
    var ref = image.ref();
    var large =
        new GuestSpec.ImageRef(ref.id(), ref.sha512(), "qcow2", ref.sizeBytes(), (1L << 30) + 1);

    assertThatThrownBy(() -> run(new DriverCommand.Spawn(target, spec(target, large, 1))))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("INSTANCE_FAULT");
  }

  @Test
  void activeDefaultNetworkIsPluggedInto() throws Exception {
    assumeTrue(
        LibvirtPeer.virsh(uri, "net-list", "--all", "--name").isBlank(),
        "the host has networks of its own");
    Path xml = Files.createTempFile("network", ".xml");
    String bridge = "trp" + UUID.randomUUID().toString().substring(0, 8);
    Files.writeString(
        xml, "<network><name>default</name><bridge name='" + bridge + "'/></network>");
    LibvirtPeer.virsh(uri, "net-create", xml.toString());
    GuestTarget target = target();
    try (Driver plugged = open(uri, new DriverContext(images(), event -> {}), Map.of())) {
      plugged.execute(
          new DriverCommand.Spawn(target, spec(target, image.ref(), 1)), Cancellation.NEVER);

      XmlElement domain =
          XmlElement.parse(LibvirtPeer.virsh(uri, "dumpxml", target.instance().toString()));
      assertThat(domain.find("devices/interface/@type")).contains("network");
      assertThat(domain.find("devices/interface/source/@bridge")).contains(bridge);
      assertThat(domain.find("devices/interface/mac/@address")).contains("fa:16:3e:12:34:56");
      plugged.execute(new DriverCommand.Destroy(target), Cancellation.NEVER);
    } finally {
      LibvirtPeer.virsh(uri, "net-destroy", "default");
      Files.delete(xml);
    }
  }

  @Test
  void hostSaysWhatItIs() throws Exception {
    var inventory = driver.hosts().getFirst();

    assertThat(inventory.hypervisorType()).isEqualTo("QEMU");
    assertThat(inventory.hypervisorVersion()).isGreaterThan(2_000_000);
    assertThat(inventory.guestType()).isIn("kvm", "qemu");
    assertThat(inventory.total().diskGib()).isPositive();
    assertThat(inventory.traits()).contains("COMPUTE_NODE", "COMPUTE_IMAGE_TYPE_QCOW2");
  }

  @Test
  void probeTellsCodeThatRunsFromAGuestThatHangs() throws Exception {
    try (var connection = new LibvirtConnection(uri, LibvirtConnection.Listener.NONE)) {
      var probe =
          new KvmProbe(connection, new VolumePool(poolName, "/var/lib/libvirt/images/" + poolName));

      assertThat(probe.boots("qemu", ProbeDisk.bytes())).isTrue();
      assertThat(probe.boots("qemu", new byte[1 << 20])).isFalse();
    }

    assertThat(volumes()).noneMatch(volume -> volume.startsWith("troupe-probe-"));
    assertThat(LibvirtPeer.virsh(uri, "list", "--all", "--name")).doesNotContain("troupe-probe-");
  }

  @Test
  void guestsComeAndGoAtOnceAndLeaveNothing() throws Exception {
    List<GuestTarget> targets = Stream.generate(this::target).limit(4).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(targets.size())) {
      List<Callable<Boolean>> lives =
          targets.stream()
              .<Callable<Boolean>>map(
                  target ->
                      () -> {
                        for (int i = 0; i < 3; i++) {
                          assertThat(spawn(target).power()).isEqualTo(PowerState.RUNNING);
                          run(new DriverCommand.Destroy(target));
                        }
                        return true;
                      })
              .toList();
      for (var life : threads.invokeAll(lives)) {
        assertThat(life.get()).isTrue();
      }
    }

    assertThat(volumes())
        .allMatch(
            volume -> volume.startsWith("troupe-image-") || volume.startsWith("troupe-epoch."));
  }

  @Test
  void twoControllersUploadTheSameImageAtOnce() throws Exception {
    forgetImages();
    GuestTarget one = target();
    GuestTarget two = target();

    try (Driver other = open(new DriverContext(images(), event -> {}));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      var there =
          threads.submit(
              () ->
                  other.execute(
                      new DriverCommand.Spawn(two, spec(two, image.ref(), 1)), Cancellation.NEVER));
      spawn(one);
      assertThat(((DriverResult.Guest) there.get()).power()).isEqualTo(PowerState.RUNNING);
    }

    awaitBoots(one, 1);
    awaitBoots(two, 1);
    assertThat(volumes())
        .filteredOn(volume -> volume.startsWith("troupe-image-"))
        .hasSizeBetween(1, 2);
    assertThat(volumes())
        .filteredOn(volume -> volume.startsWith("troupe-image-"))
        .allSatisfy(
            volume ->
                assertThat(
                        XmlElement.parse(
                                LibvirtPeer.virsh(uri, "vol-dumpxml", volume, "--pool", poolName))
                            .find("physical"))
                    .contains(Long.toString(image.ref().sizeBytes())));
  }

  @Test
  void brokenConnectionIsRetryableAndOpensAgainWithItsEvents() throws Exception {
    GuestTarget target = target();
    spawn(target);
    BlockingQueue<GuestEvent> events = new LinkedBlockingQueue<>();

    try (var relay = CuttableRelay.before(uri);
        Driver remote = open(relay.uri(), new DriverContext(images(), events::add))) {
      remote.execute(new DriverCommand.Inspect(target), Cancellation.NEVER);
      relay.cut();

      DriverResult again = null;
      for (int attempt = 0; again == null; attempt++) {
        assertThat(attempt).as("attempts").isLessThan(5);
        try {
          again = remote.execute(new DriverCommand.Inspect(target), Cancellation.NEVER);
        } catch (DriverException e) {
          assertThat(e.failure().kind()).isEqualTo(DriverFailure.Kind.RETRYABLE);
        }
      }

      assertThat(((DriverResult.Guest) again).power()).isEqualTo(PowerState.RUNNING);
      run(new DriverCommand.Stop(target, 0));
      GuestEvent event = events.poll(30, TimeUnit.SECONDS);
      assertThat(event).isNotNull();
      assertThat(event.instance()).isEqualTo(target.instance());
      assertThat(event.power()).isEqualTo(PowerState.SHUTDOWN);
    }
  }

  @Test
  void diagnosticsOfABootedGuestHaveCounted() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);

    var diagnostics = (DriverResult.Diagnostics) run(new DriverCommand.Diagnostics(target));

    assertThat(diagnostics.configDrive()).isTrue();
    assertThat(diagnostics.hypervisor()).isIn("kvm", "qemu");
    assertThat(diagnostics.cpus().getFirst().timeNanos().orElseThrow()).isGreaterThan(100_000_000);
    assertThat(diagnostics.disks()).hasSize(2);
    assertThat(diagnostics.disks().getFirst().readBytes()).isGreaterThan(1 << 20);
  }

  @Test
  void snapshotOfABootedGuestBootsAgainAndLeavesNothing() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);
    // What it has written since its first boot is on the snapshot.
    var taken =
        (DriverResult.SnapshotTaken)
            awaitQuiesced(() -> run(new DriverCommand.Snapshot(target, "made")));

    assertThat(taken.quiesced()).isTrue();
    assertThat(volumes()).noneMatch(volume -> volume.contains("snapshot"));
    byte[] bytes = snapshots.get("made");
    GuestImage made = GuestImage.of("made", bytes);
    GuestTarget second = target();
    try (Driver reader = open(uri, new DriverContext(made.reader(), event -> {}))) {
      reader.execute(
          new DriverCommand.Spawn(second, spec(second, made.ref(), 1)), Cancellation.NEVER);
      awaitBoots(second, 1);
      assertThat(console(second, 1 << 16)).contains("GUEST-READY");
    }
  }

  @Test
  void snapshotEndsACopyThatSomebodyHasLeftBehind() throws Exception {
    GuestTarget target = target();
    spawn(target);
    // One that never ends by itself, as if its controller had died in the middle.
    String name = "troupe-" + UUID.randomUUID();
    Path xml = Files.createTempFile("backup", ".xml");
    Files.writeString(
        xml,
        "<domainbackup mode='pull'><server transport='unix' socket='/tmp/"
            + name
            + ".sock'/><disks><disk name='vda' backup='yes' type='file'><scratch file='/tmp/"
            + name
            + ".scratch'/></disk></disks></domainbackup>");
    LibvirtPeer.virsh(uri, "backup-begin", target.instance().toString(), xml.toString());
    Files.delete(xml);

    DriverResult taken = run(new DriverCommand.Snapshot(target, "after"));

    assertThat(((DriverResult.SnapshotTaken) taken).sizeBytes())
        .isEqualTo(snapshots.get("after").length);
    assertThat(volumes()).noneMatch(volume -> volume.contains("snapshot"));
  }

  /** The guest's agent is up some moments after the guest. */
  private static DriverResult awaitQuiesced(Callable<DriverResult> snapshot) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    DriverResult.SnapshotTaken taken = (DriverResult.SnapshotTaken) snapshot.call();
    while (!taken.quiesced() && System.nanoTime() < until) {
      taken = (DriverResult.SnapshotTaken) snapshot.call();
    }
    return taken;
  }

  @Test
  void rescuedGuestSeesItsOwnDiskAndKeepsIt() throws Exception {
    GuestTarget target = target();
    spawn(target);
    awaitBoots(target, 1);
    String own = disk(target, "vda");

    run(new DriverCommand.Rescue(target, image.ref()));
    awaitBoots(target, 2);

    assertThat(disk(target, "vda")).endsWith("rescue.qcow2");
    assertThat(disk(target, "vdb")).isEqualTo(own);
    run(new DriverCommand.Unrescue(target));
    awaitBoots(target, 3);
    assertThat(disk(target, "vda")).isEqualTo(own);
    assertThat(disk(target, "vdb")).isEmpty();
    assertThat(volumes()).noneMatch(volume -> volume.endsWith("rescue.qcow2"));
  }

  private static String disk(GuestTarget target, String device) throws Exception {
    return XmlElement.parse(LibvirtPeer.virsh(uri, "dumpxml", target.instance().toString()))
        .find("devices/disk[target/@dev='" + device + "']/source/@file")
        .orElse("");
  }

  @Test
  void passwordIsWhatTheGuestsAgentHasSet() throws Exception {
    GuestTarget target = target();
    spawn(target);

    assertThat(password(target, "root")).contains(DriverFailure.Kind.UNSUPPORTED); // not booted
    awaitBoots(target, 1);
    Optional<DriverFailure.Kind> done = awaitAgent(() -> password(target, "root"));

    assertThat(done).isEmpty();
    awaitConsole(target, "GUEST-PASSWORD user=root sha256=" + sha256(PASSWORD));
    assertThat(password(target, "nobody-of-this-name")).contains(DriverFailure.Kind.INSTANCE_FAULT);
  }

  private static String sha256(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private Optional<DriverFailure.Kind> password(GuestTarget target, String user) {
    try {
      run(new DriverCommand.SetPassword(target, user, PASSWORD));
      return Optional.empty();
    } catch (DriverException e) {
      assertThat(e.failure().message()).doesNotContain(PASSWORD);
      return Optional.of(e.failure().kind());
    }
  }

  /** The guest's agent is up some moments after the guest. */
  private static Optional<DriverFailure.Kind> awaitAgent(
      Callable<Optional<DriverFailure.Kind>> call) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    Optional<DriverFailure.Kind> answer = call.call();
    while (answer.equals(Optional.of(DriverFailure.Kind.UNSUPPORTED))
        && System.nanoTime() < until) {
      Thread.sleep(500);
      answer = call.call();
    }
    return answer;
  }

  @Test
  void successorIsObeyedInTheMiddleOfACommandOfItsPredecessor() throws Exception {
    GuestTarget target = target();
    spawn(target); // it has not booted, so it does not hear the power button
    try (Driver successor = open(new DriverContext(images(), event -> {}))) {
      GuestTarget later = withEpoch(target, nextEpoch());
      AtomicInteger looks = new AtomicInteger();

      DriverFailure failure =
          catchThrowableOfType(
                  DriverException.class,
                  () ->
                      driver.execute(
                          new DriverCommand.Stop(target, 2_000),
                          () -> {
                            if (looks.incrementAndGet() == 4) {
                              take(successor, later);
                            }
                            return false;
                          }))
              .failure();

      assertThat(failure.kind()).isEqualTo(DriverFailure.Kind.RETRYABLE);
      assertThat(failure.message()).contains("is past, now " + later.epoch());
      assertThat(LibvirtPeer.virsh(uri, "domstate", target.instance().toString()))
          .isEqualTo("running");
    }
  }

  @Test
  void controllerPausedInTheMiddleOfACommandIsRefusedWhenItGoesOn() throws Exception {
    GuestTarget target = target();
    Process paused =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PausedController.class.getName(),
                uri.toString(),
                poolName,
                host,
                target.instance().toString(),
                Long.toString(target.epoch()),
                "3000")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var says = paused.inputReader(StandardCharsets.UTF_8);
        var tell = paused.outputWriter(StandardCharsets.UTF_8)) {
      for (String line = says.readLine(); !"connected".equals(line); line = says.readLine()) {
        assertThat(line).isNotNull();
      }
      spawn(target); // only now: once it has booted it hears the power button
      tell.write("go\n");
      tell.flush();
      for (int looks = 0; looks < 4; ) {
        String line = says.readLine();
        assertThat(line).isNotNull();
        looks += line.equals("looking") ? 1 : 0;
      }
      signal(paused, "STOP");
      take(driver, withEpoch(target, nextEpoch()));
      signal(paused, "CONT");

      List<String> rest = says.lines().toList();
      assertThat(rest)
          .as(String.join("\n", rest))
          .filteredOn(line -> line.contains("refused past epoch: host="))
          .hasSize(1);
      assertThat(rest.getLast()).startsWith("failed").contains("RETRYABLE", "is past, now ");
      assertThat(LibvirtPeer.virsh(uri, "domstate", target.instance().toString()))
          .isEqualTo("running");
    } finally {
      paused.destroyForcibly();
    }
  }

  @Test
  void epochOnTheHostIsOneVolumeThatSurvivesItsMakersAndComesBackWhenItWasDeleted()
      throws Exception {
    GuestTarget target = target();
    GuestTarget later = withEpoch(target, nextEpoch());
    take(driver, target);
    take(driver, later);

    assertThat(volumes())
        .filteredOn(volume -> volume.startsWith("troupe-epoch."))
        .singleElement()
        .asString()
        .endsWith("." + later.epoch());
    try (Driver fresh = open(new DriverContext(images(), event -> {}))) {
      assertThatThrownBy(() -> fresh.execute(new DriverCommand.Inspect(target), Cancellation.NEVER))
          .hasMessageContaining("RETRYABLE")
          .hasMessageContaining("is past, now " + later.epoch());
    }

    for (String volume : volumes()) {
      if (volume.startsWith("troupe-epoch.")) {
        LibvirtPeer.virsh(uri, "vol-delete", volume, "--pool", poolName);
      }
    }
    take(driver, later);
    assertThat(volumes()).anyMatch(volume -> volume.startsWith("troupe-epoch."));
  }

  @Test
  void controllersThatClaimAtOnceLeaveOneRuler() throws Exception {
    GuestTarget target = target();
    List<Driver> drivers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        drivers.add(open(new DriverContext(images(), event -> {})));
      }
      for (int round = 0; round < 100; round++) {
        Map<Driver, GuestTarget> claims = new LinkedHashMap<>();
        drivers.forEach(each -> claims.put(each, withEpoch(target, nextEpoch())));
        List<Callable<Boolean>> takes =
            claims.entrySet().stream()
                .<Callable<Boolean>>map(each -> () -> takes(each.getKey(), each.getValue()))
                .toList();
        for (var done : threads.invokeAll(takes)) {
          done.get(); // some were refused, some were not
        }

        for (var each : claims.entrySet()) {
          assertThat(takes(each.getKey(), each.getValue()))
              .isEqualTo(each.getKey() == drivers.getLast());
        }
      }
    } finally {
      drivers.forEach(Driver::close);
    }
    assertThat(volumes()).filteredOn(volume -> volume.startsWith("troupe-epoch.")).hasSize(1);
  }

  /** The target's epoch rules the host, or is refused. */
  private static boolean takes(Driver driver, GuestTarget target) {
    try {
      driver.execute(new DriverCommand.Inspect(target), Cancellation.NEVER);
      return true;
    } catch (DriverException e) {
      assertThat(e.failure().message()).contains("is past");
      return false;
    }
  }

  private static void take(Driver driver, GuestTarget target) {
    assertThat(takes(driver, target)).isTrue();
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** The host has no image; to be called when no guest stands on one. */
  private static void forgetImages() throws Exception {
    for (String volume : volumes()) {
      if (volume.startsWith("troupe-image-")) {
        LibvirtPeer.virsh(uri, "vol-delete", volume, "--pool", poolName);
      }
    }
  }

  private static List<String> volumes() throws Exception {
    String listed = LibvirtPeer.virsh(uri, "vol-list", poolName);
    return listed
        .lines()
        .map(line -> line.strip().split("\\s+")[0])
        .filter(n -> !n.isEmpty())
        .toList();
  }

  @Test
  void guestIsPinnedToTheCpuAndTheCellThatItsClaimNames() throws Exception {
    HostTopology.Cell cell = driver.hosts().getFirst().topology().orElseThrow().cells().getFirst();
    int cpu = cell.cpus().getLast();
    GuestTarget target = target();
    DriverCommand spawn = new DriverCommand.Spawn(target, spec(target, image(), 1));
    run(spawn.at(Optional.of(LibvirtPeer.pinned(cell, cpu))));

    String guest = target.instance().toString();
    assertThat(LibvirtPeer.virsh(uri, "vcpupin", guest, "--live"))
        .containsPattern("(?m)^\\s*0\\s+" + cpu + "\\s*$");
    assertThat(LibvirtPeer.virsh(uri, "numatune", guest, "--config"))
        .contains("strict")
        .containsPattern("numa_nodeset\\s*:\\s*" + cell.id());
    run(new DriverCommand.Stop(target, 0));
    run(new DriverCommand.Resize(target, new Resources(1, 128, 0)));
    assertThat(LibvirtPeer.virsh(uri, "dumpxml", guest, "--inactive"))
        .doesNotContain("vcpupin")
        .doesNotContain("numatune");
    run(new DriverCommand.Destroy(target));
  }

  private GuestSpec spec(GuestTarget target, GuestSpec.ImageRef of, long diskGib) {
    return new GuestSpec(
        "test",
        hostname(target.instance()),
        "p",
        "u",
        new Resources(1, 128, diskGib),
        of,
        nics(),
        new GuestSpec.ConfigDrive(
            Map.of(), Optional.empty(), Optional.empty(), "", "nova", List.of()),
        Map.of());
  }
}
