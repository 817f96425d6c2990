package io.troupe.drivers.fake;

import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import io.troupe.core.value.PowerState;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.DriverCommand;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.GuestReport;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.drivers.spi.GuestTarget;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One guest of a fake hypervisor, as small as it can be: hundreds of thousands may live in one
 * heap.
 *
 * @param name as the hypervisor calls it
 * @param instance empty for a guest that Troupe did not make
 * @param nics {@code MAC ADDRESS} of each
 * @param keyName of the SSH key from the config drive, empty when there is none
 * @param rescued whether it boots from a rescue disk; false in files of former releases
 * @param volumes {@code DEVICE KEY} of each that is attached, see {@link FakeVolume#key}; absent in
 *     files of former releases
 * @param past its latest boots and ends, oldest first; the console log is made from them
 * @param placement where on its host it runs; absent in files of former releases
 * @param former the root disk before it grew, while there may be a way back; absent in files of
 *     former releases
 */
record FakeGuest(
    String name,
    Optional<InstanceId> instance,
    long generation,
    PowerState power,
    String hostname,
    Resources size,
    List<String> nics,
    String keyName,
    List<Moment> past,
    boolean rescued,
    List<String> volumes,
    Optional<GuestPlacement> placement,
    Optional<FormerDisk> former) {

  /** Older ones than this many scroll out of the console log. */
  private static final int MOMENTS_KEPT = 16;

  private static final Resources FOREIGN_SIZE = new Resources(1, 512, 1);

  /** What happened to a guest that its console log shows. */
  enum Happening {
    BOOTED,
    SHUT_DOWN,
    POWER_CUT,
    PANICKED,
    INTERRUPTED,
    PASSWORD_SET
  }

  /**
   * @param boot number of the boot it belongs to, from 1
   * @param atMillis milliseconds since 1970 (UTC)
   */
  record Moment(Happening what, int boot, long atMillis) {}

  /**
   * @param grownBy the operation for which it grew
   */
  record FormerDisk(OperationId grownBy, long gib) {}

  FakeGuest {
    nics = List.copyOf(nics);
    past = List.copyOf(past);
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
    placement = placement == null ? Optional.empty() : placement;
    former = former == null ? Optional.empty() : former;
  }

  /** How a hypervisor names the guest of an instance. */
  static String nameOf(InstanceId instance) {
    return "instance-" + instance;
  }

  static FakeGuest made(DriverCommand.Spawn command, Instant at) {
    var spec = command.spec();
    return new FakeGuest(
            nameOf(command.target().instance()),
            Optional.of(command.target().instance()),
            command.target().generation(),
            PowerState.SHUTDOWN,
            spec.hostname(),
            spec.size(),
            spec.nics().stream().map(FakeGuest::card).toList(),
            spec.configDrive().keyName().orElse(""),
            List.of(),
            false,
            volumesOf(spec),
            spec.placement(),
            Optional.empty())
        .booted(at);
  }

  private static List<String> volumesOf(GuestSpec spec) {
    var all = new ArrayList<String>();
    spec.rootVolume().ifPresent(root -> all.add("/dev/vda " + FakeVolume.key(root)));
    for (var volume = 0; volume < spec.volumes().size(); volume++) {
      all.add("/dev/" + spec.device(volume) + " " + FakeVolume.key(spec.volumes().get(volume)));
    }
    return all;
  }

  /** With the cards and volumes of the specification, and no others. */
  FakeGuest equippedAs(GuestSpec spec) {
    return having(spec.nics().stream().map(FakeGuest::card).toList(), volumesOf(spec));
  }

  /** What is attached, by its {@link FakeVolume#key}, the root volume too. */
  List<String> volumeKeys() {
    return volumes.stream().map(volume -> volume.split(" ")[1]).toList();
  }

  static FakeGuest foreign(String name, Instant at) {
    return new FakeGuest(
            name,
            Optional.empty(),
            0,
            PowerState.SHUTDOWN,
            name,
            FOREIGN_SIZE,
            List.of(),
            "",
            List.of(),
            false,
            List.of(),
            Optional.empty(),
            Optional.empty())
        .booted(at);
  }

  /** The same guest under our name and mark. */
  FakeGuest adopted(GuestTarget by) {
    return but(
        it -> {
          it.name = nameOf(by.instance());
          it.instance = Optional.of(by.instance());
          it.generation = by.generation();
        });
  }

  boolean runs() {
    return power == PowerState.RUNNING;
  }

  boolean isOff() {
    return power == PowerState.SHUTDOWN;
  }

  boolean isPaused() {
    return power == PowerState.PAUSED;
  }

  /** When it was last booted, milliseconds since 1970 (UTC). */
  long bootedAtMillis() {
    return past.reversed().stream()
        .filter(moment -> moment.what() == Happening.BOOTED)
        .findFirst()
        .or(() -> past.stream().findFirst())
        .map(Moment::atMillis)
        .orElse(0L);
  }

  /** Whether it only has to be let go on: paused, or saved to disk. */
  boolean goesOn() {
    return power == PowerState.PAUSED || power == PowerState.SUSPENDED;
  }

  /** The same one under another generation. */
  FakeGuest of(long newGeneration) {
    return but(it -> it.generation = newGeneration);
  }

  FakeGuest bootingFrom(boolean rescueDisk) {
    return but(it -> it.rescued = rescueDisk);
  }

  /** Of another size; 0 GiB leaves the disk as it is. */
  FakeGuest sized(Resources to) {
    var diskGib = to.diskGib() == 0 ? size.diskGib() : to.diskGib();
    var sized = new Resources(to.vcpus(), to.ramMib(), diskGib);
    return but(it -> it.size = sized);
  }

  /** Of another size for an operation; a disk that grows for it is remembered as it was. */
  FakeGuest resized(Resources to, OperationId by) {
    var grows = to.diskGib() > size.diskGib();
    return sized(to)
        .remembering(
            grows
                ? Optional.of(new FormerDisk(by, size.diskGib()))
                : former.filter(disk -> disk.grownBy().equals(by)));
  }

  /** Of its former size, the disk too if it grew for that operation. */
  FakeGuest resizedBack(Resources to, OperationId undone) {
    var disk = former.filter(one -> one.grownBy().equals(undone)).map(FormerDisk::gib);
    return sized(new Resources(to.vcpus(), to.ramMib(), disk.orElse(0L))).withoutFormerDisk();
  }

  FakeGuest withoutFormerDisk() {
    return remembering(Optional.empty());
  }

  private FakeGuest remembering(Optional<FormerDisk> disk) {
    return but(it -> it.former = disk);
  }

  /** The same one elsewhere on its host, or on another host. */
  FakeGuest at(Optional<GuestPlacement> where) {
    return but(it -> it.placement = where);
  }

  private static String card(GuestSpec.Nic nic) {
    return nic.mac() + " " + nic.address();
  }

  FakeGuest withNic(GuestSpec.Nic nic) {
    return nics.stream().anyMatch(card -> card.startsWith(nic.mac() + " "))
        ? this
        : having(with(nics, card(nic)), volumes);
  }

  FakeGuest withoutNic(String mac) {
    return having(without(nics, card -> card.startsWith(mac + " ")), volumes);
  }

  boolean has(String volumeId) {
    return volumes.stream().anyMatch(volume -> volume.endsWith(" " + volumeId));
  }

  FakeGuest withVolume(String id) {
    if (has(id)) {
      return this;
    }
    var device = 'b';
    while (isTaken("/dev/vd" + device)) {
      device++;
    }
    return having(nics, with(volumes, "/dev/vd" + device + " " + id));
  }

  private boolean isTaken(String device) {
    return volumes.stream().anyMatch(volume -> volume.startsWith(device + " "));
  }

  /** One in the place of the other; one that has it already is left as it is. */
  FakeGuest swapped(String from, String to) {
    return having(
        nics,
        volumes.stream()
            .map(volume -> volume.endsWith(" " + from) ? deviceOf(from) + " " + to : volume)
            .toList());
  }

  FakeGuest withoutVolume(String id) {
    return having(nics, without(volumes, volume -> FakeVolume.isOf(id, volume.split(" ")[1])));
  }

  /** The device of a volume that is attached. */
  String deviceOf(String volumeId) {
    var found = volumes.stream().filter(volume -> volume.endsWith(" " + volumeId)).findFirst();
    return found.orElseThrow().split(" ")[0];
  }

  private FakeGuest having(List<String> otherNics, List<String> otherVolumes) {
    return but(
        it -> {
          it.nics = otherNics;
          it.volumes = otherVolumes;
        });
  }

  private static List<String> with(List<String> all, String one) {
    return Stream.concat(all.stream(), Stream.of(one)).toList();
  }

  private static List<String> without(List<String> all, Predicate<String> which) {
    return all.stream().filter(which.negate()).toList();
  }

  /** In another power state, without anything having happened inside. */
  FakeGuest in(PowerState newPower) {
    return with(newPower, past);
  }

  /** Something happened inside, and it is in the power state that it was in. */
  FakeGuest noting(Happening what, Instant at) {
    return with(power, new Moment(what, boots(), at.toEpochMilli()));
  }

  FakeGuest booted(Instant at) {
    return with(PowerState.RUNNING, new Moment(Happening.BOOTED, boots() + 1, at.toEpochMilli()));
  }

  FakeGuest ended(Happening how, Instant at) {
    var power = how == Happening.PANICKED ? PowerState.CRASHED : PowerState.SHUTDOWN;
    return with(power, new Moment(how, boots(), at.toEpochMilli()));
  }

  /** As seen on this host. */
  GuestReport report(String host) {
    var foreign =
        instance.isPresent()
            ? Optional.<GuestReport.Foreign>empty()
            : Optional.of(new GuestReport.Foreign(foreignId(host, name), size));
    return new GuestReport(name, instance, generation, power, foreign);
  }

  /** What a hypervisor with UUIDs would know it by: the same for the same name, always. */
  static InstanceId foreignId(String host, String name) {
    return new InstanceId(
        UUID.nameUUIDFromBytes((host + "/" + name).getBytes(StandardCharsets.UTF_8)));
  }

  private int boots() {
    return past.isEmpty() ? 0 : past.getLast().boot();
  }

  private FakeGuest with(PowerState newPower, Moment latest) {
    var moments = new ArrayList<>(past);
    if (moments.size() == MOMENTS_KEPT) {
      moments.removeFirst();
    }
    moments.add(latest);
    return with(newPower, moments);
  }

  private FakeGuest with(PowerState newPower, List<Moment> moments) {
    return but(
        it -> {
          it.power = newPower;
          it.past = moments;
        });
  }

  /** The same but for what {@code change} sets. */
  private FakeGuest but(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.guest();
  }

  /** What may be different in a later state of a guest. */
  private static final class Draft {
    private final FakeGuest of;
    private String name;
    private Optional<InstanceId> instance;
    private long generation;
    private PowerState power;
    private Resources size;
    private List<String> nics;
    private List<Moment> past;
    private boolean rescued;
    private List<String> volumes;
    private Optional<GuestPlacement> placement;
    private Optional<FormerDisk> former;

    private Draft(FakeGuest of) {
      this.of = of;
      name = of.name;
      instance = of.instance;
      generation = of.generation;
      power = of.power;
      size = of.size;
      nics = of.nics;
      past = of.past;
      rescued = of.rescued;
      volumes = of.volumes;
      placement = of.placement;
      former = of.former;
    }

    private FakeGuest guest() {
      return new FakeGuest(
          name,
          instance,
          generation,
          power,
          of.hostname,
          size,
          nics,
          of.keyName,
          past,
          rescued,
          volumes,
          placement,
          former);
    }
  }
}
