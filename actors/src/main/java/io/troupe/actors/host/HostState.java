package io.troupe.actors.host;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.HostDetail;
import io.troupe.actors.scheduler.HostRow;
import io.troupe.actors.scheduler.Machine;
import io.troupe.actors.scheduler.Preemption;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Allotment;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.Fitting;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.actors.scheduler.topology.HostParts;
import io.troupe.config.FleetSettings;
import io.troupe.core.serialization.CborSerializable;
import io.troupe.core.value.ConnectionId;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestPlacement;
import io.troupe.drivers.spi.HostInventory;
import io.troupe.drivers.spi.HostTopology;
import io.troupe.drivers.spi.SharedPool;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** What a host has and whom it has promised it to. The only truth about its capacity. */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE) // Pekko shows fields otherwise
public final class HostState implements CborSerializable {
  private final Optional<ConnectionId> connection;
  private final Optional<HostInventory> inventory;
  private final PMap<InstanceId, Claim> claims;
  private final Resources claimed;
  private final PMap<String, Integer> groupMembers;
  private final long epoch;
  private final Administration administration;
  private final Equipment equipment;
  private final Tenancy tenancy;

  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(\\.\\d{1,9})?");

  /** Size of each volume on the host's storage, GiB; {@code claimed} has them in it. */
  private final PMap<String, Long> volumes;

  public static final HostState UNKNOWN =
      new HostState(
          Optional.empty(),
          Optional.empty(),
          HashTreePMap.empty(),
          Resources.NONE,
          HashTreePMap.empty(),
          0,
          Administration.USUAL,
          Equipment.NONE,
          Tenancy.NONE,
          HashTreePMap.empty());

  private HostState(
      Optional<ConnectionId> connection,
      Optional<HostInventory> inventory,
      PMap<InstanceId, Claim> claims,
      Resources claimed,
      PMap<String, Integer> groupMembers,
      long epoch,
      Administration administration,
      Equipment equipment,
      Tenancy tenancy,
      PMap<String, Long> volumes) {
    this.connection = connection;
    this.inventory = inventory;
    this.claims = claims;
    this.claimed = claimed;
    this.groupMembers = groupMembers;
    this.epoch = epoch;
    this.administration = administration;
    this.equipment = equipment;
    this.tenancy = tenancy;
    this.volumes = volumes;
  }

  /** From a snapshot. */
  @JsonCreator
  static HostState of(
      @JsonProperty("connection") Optional<ConnectionId> connection,
      @JsonProperty("inventory") Optional<HostInventory> inventory,
      @JsonProperty("claims") List<Claim> claims,
      @JsonProperty("epoch") long epoch,
      @JsonProperty("administration") Optional<Administration> administration,
      @JsonProperty("equipment") Optional<Equipment> equipment,
      @JsonProperty("volumes") Optional<Map<String, Long>> volumes) {
    var state =
        new HostState(
            connection,
            inventory,
            HashTreePMap.empty(),
            Resources.NONE,
            HashTreePMap.empty(),
            epoch,
            administration.orElse(Administration.USUAL),
            equipment.orElse(Equipment.NONE),
            Tenancy.NONE,
            HashTreePMap.empty());
    for (var volume : volumes.orElse(Map.of()).entrySet()) {
      state = state.withVolume(volume.getKey(), volume.getValue());
    }
    for (Claim claim : claims) {
      state = state.evolve(new HostEvent.Claimed(claim));
    }
    return state;
  }

  @JsonProperty
  public Optional<ConnectionId> connection() {
    return connection;
  }

  @JsonProperty
  public Optional<HostInventory> inventory() {
    return inventory;
  }

  @JsonProperty
  public Collection<Claim> claims() {
    return claims.values();
  }

  @JsonProperty
  public long epoch() {
    return epoch;
  }

  /** Absent in snapshots from before hosts could be administered. */
  @JsonProperty
  public Administration administration() {
    return administration;
  }

  /** Size of each volume on the host's storage, GiB; absent in snapshots from before there were. */
  @JsonProperty
  public Map<String, Long> volumes() {
    return volumes;
  }

  public Optional<Long> volumeGib(String volumeId) {
    return Optional.ofNullable(volumes.get(volumeId));
  }

  /** Absent in snapshots from before hosts could be equipped. */
  @JsonProperty
  public Equipment equipment() {
    return equipment;
  }

  /** Members of a server group with a claim here, condemned ones included. */
  public int members(String group) {
    return groupMembers.getOrDefault(group, 0);
  }

  @JsonIgnore
  public Resources claimed() {
    return claimed;
  }

  @JsonIgnore
  public boolean known() {
    return connection.isPresent();
  }

  public Optional<Claim> claim(InstanceId instance) {
    return Optional.ofNullable(claims.get(instance));
  }

  /**
   * Why the claim cannot be made now; empty when it can. Checked against the log, not against
   * anybody's view.
   *
   * @param enabled whether new instances are wanted here
   */
  public Optional<String> refusal(RequestSpec spec, long generation, HostRow row) {
    var there = claims.get(spec.instance());
    if (there != null && !there.condemned()) {
      return there.generation() > generation
          ? Optional.of("claimed already with the newer generation " + there.generation())
          : tooLittleToGrow(there.amount(), spec.resources(), row)
              .or(
                  () ->
                      isSame(there, spec) || isFormer(there, spec)
                          ? Optional.empty()
                          : lacking(spec, row));
    }
    if (there != null) {
      return Optional.of("an earlier guest of this instance is still being removed");
    }
    if (!row.enabled()) {
      return Optional.of("the host is disabled");
    }
    if (spec.forcedHost().isEmpty()
        && spec.availabilityZone()
            .filter(zone -> !zone.equals(row.availabilityZone()))
            .isPresent()) {
      return Optional.of("the host is in availability zone " + row.availabilityZone() + " now");
    }
    var asked = spec.resources();
    return tooMuch("vCPU", asked.vcpus(), row.freeVcpus())
        .or(() -> tooMuch("MiB of RAM", asked.ramMib(), row.freeRamMib()))
        .or(() -> tooMuch("GiB of disk", asked.diskGib(), row.freeDiskGib()))
        .or(() -> spec.group().flatMap(group -> crowded(group, row)))
        .or(() -> lacking(spec, row))
        .or(() -> farFromVolumes(spec));
  }

  /** The storage that the host has in common with others, as its driver or an operator says. */
  public Optional<String> pool() {
    return inventory
        .map(HostInventory::traits)
        .flatMap(traits -> SharedPool.among(equipment.allTraits(traits)))
        .map(SharedPool::name);
  }

  /** Where an instance's disks lie, no host without that storage will do, whoever names it. */
  private Optional<String> farFromVolumes(RequestSpec spec) {
    var wanted = spec.volumePool();
    return wanted.isEmpty() || wanted.equals(pool())
        ? Optional.empty()
        : Optional.of(
            "its disks lie in the shared pool %s, and the host's storage is %s"
                .formatted(wanted.get(), pool().orElse("its own")));
  }

  private Optional<String> lacking(RequestSpec spec, HostRow row) {
    return switch (allot(spec, row)) {
      case Allotment.Fits _ -> misplaced(spec, row);
      case Allotment.Lacks(var why) -> Optional.of(why.text());
    };
  }

  private Optional<String> misplaced(RequestSpec spec, HostRow row) {
    return switch (spec.shape()) {
      case GuestShape.Unreadable(var field, var reason) -> Optional.of(field + ": " + reason);
      case GuestShape.Asked(var shape) ->
          !shape.takes()
              ? Optional.empty()
              : switch (place(spec, shape, row)) {
                case Fitting.Fits _ -> Optional.empty();
                case Fitting.Lacks(var why) -> Optional.of(why.text());
              };
    };
  }

  /** Into what is left beside the other claims. */
  private Fitting.Outcome place(RequestSpec spec, GuestShape shape, HostRow row) {
    var others = without(spec.instance()).tenancy.placements();
    return Fitting.of(shape, row.detail().partsNow().holding(others));
  }

  /** Of what is left beside the other claims. */
  private Allotment.Outcome allot(RequestSpec spec, HostRow row) {
    var others = without(spec.instance()).tenancy;
    return Allotment.of(spec.wants(), row.detail().providers(), others.usedByProvider());
  }

  /**
   * Those of the claims to be taken away that are still here and may be, or are about to go, for a
   * request of this priority.
   */
  public List<Claim> yielding(Preemption preemption, int priority) {
    return preemption.victims().stream()
        .flatMap(
            victim ->
                claim(victim.instance())
                    .filter(claim -> claim.generation() == victim.generation())
                    .stream())
        .filter(claim -> claim.holding().preemptible().filter(own -> own < priority).isPresent())
        .toList();
  }

  private static boolean isSame(Claim there, RequestSpec spec) {
    return there.holding().flavor().equals(spec.detail().flavor());
  }

  /** Whether the claim still holds what the flavor needs, from before a resize where it is. */
  private static boolean isFormer(Claim there, RequestSpec spec) {
    return there
        .holding()
        .former()
        .filter(former -> former.flavor().equals(spec.detail().flavor()))
        .isPresent();
  }

  /**
   * The claim as it is to be made, after nothing has refused it. What an earlier claim of the
   * instance holds here, it goes on holding, unless it is of another flavor; then it holds what
   * both need, and both places on the host, until it says under a newer generation which of them it
   * keeps.
   */
  public Claim claimOf(RequestSpec spec, long generation, HostRow row) {
    Holding holding =
        claim(spec.instance())
            .filter(there -> !there.condemned())
            .map(there -> holding(there, spec, generation, row))
            .orElseGet(() -> fresh(spec, row));
    return new Claim(
        spec.instance(), generation, spec.resources(), spec.group(), false, holding, false);
  }

  private Holding holding(Claim there, RequestSpec spec, long generation, HostRow row) {
    Holding has = there.holding();
    if (isSame(there, spec)) {
      return there.generation() == generation ? has : has.settled();
    }
    Holding fresh = Holding.of(spec, given(spec, row));
    if (isFormer(there, spec)) {
      return fresh.backTo(has.former().orElseThrow()).at(has.before(), Optional.empty());
    }
    return isBack(has, spec) // of a claim from before it said what it held
        ? fresh.at(has.before(), Optional.empty())
        : fresh.besides(has).at(placement(spec, row), has.placement());
  }

  /** Whether the flavor is the one for which the claim still has a place. */
  private static boolean isBack(Holding has, RequestSpec spec) {
    var own = spec.detail().guest();
    return own.isPresent()
        && has.before().filter(it -> it.isFor(own.get().vcpus(), own.get().ramMib())).isPresent();
  }

  /**
   * Whether an instance that is here has to be put elsewhere on the host for this flavor, or be
   * given resource classes that it does not hold.
   */
  boolean needsAnotherPlace(RequestSpec spec) {
    var there = claim(spec.instance());
    if (there.isEmpty() || isSame(there.get(), spec) || isFormer(there.get(), spec)) {
      return false;
    }
    var takesPlace = !(spec.shape() instanceof GuestShape.Asked(var shape) && !shape.takes());
    return takesPlace && !isBack(there.get().holding(), spec)
        || !spec.wants().equals(Wants.NOTHING);
  }

  private Holding fresh(RequestSpec spec, HostRow row) {
    return Holding.of(spec, given(spec, row)).at(placement(spec, row), Optional.empty());
  }

  private Optional<GuestPlacement> placement(RequestSpec spec, HostRow row) {
    return spec.shape() instanceof GuestShape.Asked(var shape)
            && shape.takes()
            && place(spec, shape, row) instanceof Fitting.Fits(var placement)
        ? Optional.of(placement)
        : Optional.empty();
  }

  /**
   * Where the instance's guest is to run, as a command of this host says it.
   *
   * @param size of the guest by that command: of two places, which one is meant
   */
  public Optional<GuestPlacement> placement(InstanceId instance, Resources size) {
    var holding = claim(instance).map(Claim::holding).orElse(Holding.NONE);
    var given =
        holding.placements().stream()
            .filter(one -> one.isFor(size.vcpus(), size.ramMib()))
            .findFirst()
            .or(holding::placement);
    return GuestPlacement.on(topology(), given);
  }

  /** The same with what the host is made of, for who asks where it is. */
  GuestPlace place(InstanceId instance, Resources size) {
    return claim(instance).isEmpty()
        ? GuestPlace.NONE
        : new GuestPlace(placement(instance, size), topology());
  }

  private HostTopology topology() {
    return inventory.flatMap(HostInventory::topology).orElse(HostTopology.NONE);
  }

  private Map<String, ? extends Map<String, Long>> given(RequestSpec spec, HostRow row) {
    return switch (allot(spec, row)) {
      case Allotment.Fits(var given) -> given;
      case Allotment.Lacks _ -> Map.of();
    };
  }

  /** Why the host may not be equipped so: a class that instances hold would go. */
  Optional<String> refusal(Equipment changed) {
    for (var provider : new TreeMap<>(tenancy.usedByProvider()).entrySet()) {
      for (String resourceClass : new TreeSet<>(provider.getValue().keySet())) {
        if (!changed.has(provider.getKey(), resourceClass)) {
          return Optional.of(
              "Inventory of %s%s is in use.".formatted(resourceClass, of(provider.getKey())));
        }
      }
    }
    return Optional.empty();
  }

  private static String of(String provider) {
    return provider.isEmpty() ? "" : " of " + provider;
  }

  /** For an instance that is resized where it is. */
  private static Optional<String> tooLittleToGrow(Resources has, Resources asked, HostRow row) {
    return tooMuch("vCPU more", (long) asked.vcpus() - has.vcpus(), row.freeVcpus())
        .or(() -> tooMuch("MiB of RAM more", asked.ramMib() - has.ramMib(), row.freeRamMib()))
        .or(() -> tooMuch("GiB of disk more", asked.diskGib() - has.diskGib(), row.freeDiskGib()));
  }

  private static Optional<String> tooMuch(String what, long asked, long free) {
    return asked > 0 && asked > free
        ? Optional.of("%d %s asked, %d free".formatted(asked, what, free))
        : Optional.empty();
  }

  private static Optional<String> crowded(GroupSpec group, HostRow row) {
    var here = row.members(group.id());
    return group.policy() == GroupSpec.Policy.ANTI_AFFINITY && here >= group.maxPerHost()
        ? Optional.of(
            "%d of server group %s here, at most %d allowed"
                .formatted(here, group.id(), group.maxPerHost()))
        : Optional.empty();
  }

  /** As the scheduler and the claim check see it. Only of a known host. */
  public HostRow row(
      HostId id, long version, Surroundings around, int building, FleetSettings settings) {
    var machine = inventory.orElseThrow();
    return new HostRow(
        id,
        version,
        shared(machine),
        new Resources(
            settings.reservedVcpus(), settings.reservedRamMib(), settings.reservedDiskGib()),
        claimed,
        settings.cpuRatio(),
        settings.ramRatio(),
        settings.diskRatio(),
        around.zone(),
        around.aggregateMetadata(),
        around.enabled(),
        around.disabledReason(),
        around.up(),
        claims.size(),
        building,
        groupMembers,
        new Machine(
            machine.hypervisorType(),
            machine.hypervisorVersion(),
            machine.architecture(),
            machine.guestType()),
        machine.address(),
        detail(machine, settings));
  }

  /** CPUs for pinned vCPUs are not among those that the others share. */
  private static Resources shared(HostInventory machine) {
    var total = machine.total();
    int dedicated = machine.topology().map(HostTopology::dedicatedCount).orElse(0);
    return dedicated == 0
        ? total
        : new Resources(Math.max(0, total.vcpus() - dedicated), total.ramMib(), total.diskGib());
  }

  private HostDetail detail(HostInventory machine, FleetSettings settings) {
    var traits = equipment.allTraits(machine.traits());
    return new HostDetail(
        tenancy.residents(claims.keySet()),
        traits,
        equipment.allProviders(traits),
        tenancy.usedByProvider(),
        0,
        metrics(machine),
        List.of(),
        machine.topology().map(topology -> parts(topology, settings)),
        List.copyOf(tenancy.preemptible().values()));
  }

  private HostParts parts(HostTopology topology, FleetSettings settings) {
    return new HostParts(
        topology,
        topology.devices().isEmpty() ? List.of() : settings.pciAliases(),
        settings.cpuRatio(),
        settings.ramRatio(),
        tenancy.placements());
  }

  /** The numbers among what the driver tells. */
  private static Map<String, Double> metrics(HostInventory machine) {
    var metrics = new HashMap<String, Double>();
    machine
        .details()
        .forEach(
            (name, text) -> {
              if (NUMBER.matcher(text).matches()) {
                metrics.put(name, Double.valueOf(text));
              }
            });
    return metrics;
  }

  /**
   * What a host does not know of itself.
   *
   * @param zone from its aggregates
   * @param enabled by its connection and by the administrator
   * @param up whether the hypervisor answers and nobody forced it down
   */
  public record Surroundings(
      String zone,
      Map<String, Set<String>> aggregateMetadata,
      boolean enabled,
      String disabledReason,
      boolean up) {}

  public HostState evolve(HostEvent event) {
    return switch (event) {
      case HostEvent.Discovered(var by, var machine) ->
          new HostState(
              Optional.of(by),
              Optional.of(machine),
              claims,
              claimed,
              groupMembers,
              epoch,
              administration,
              equipment,
              tenancy,
              volumes);
      case HostEvent.Claimed(var claim) -> with(claim);
      case HostEvent.Condemned(var instance, var keepsDisk) ->
          claim(instance).map(claim -> with(claim.condemn(keepsDisk))).orElse(this);
      case HostEvent.Released(var instance) -> without(instance);
      case HostEvent.EpochTaken(var taken) ->
          new HostState(
              connection,
              inventory,
              claims,
              claimed,
              groupMembers,
              taken,
              administration,
              equipment,
              tenancy,
              volumes);
      case HostEvent.Forgotten() ->
          new HostState(
              Optional.empty(),
              Optional.empty(),
              claims,
              claimed,
              groupMembers,
              epoch,
              Administration.USUAL,
              Equipment.NONE,
              tenancy,
              volumes);
      case HostEvent.Administered(var changed) ->
          new HostState(
              connection,
              inventory,
              claims,
              claimed,
              groupMembers,
              epoch,
              changed,
              equipment,
              tenancy,
              volumes);
      case HostEvent.Equipped(var changed) ->
          new HostState(
              connection,
              inventory,
              claims,
              claimed,
              groupMembers,
              epoch,
              administration,
              changed,
              tenancy,
              volumes);
      case HostEvent.VolumeStored(var volume, var gib) -> withVolume(volume, gib);
      case HostEvent.VolumeDropped(var volume) -> withoutVolume(volume);
    };
  }

  private HostState with(Claim claim) {
    var rest = without(claim.instance());
    return new HostState(
        connection,
        inventory,
        rest.claims.plus(claim.instance(), claim),
        rest.claimed.plus(claim.amount()),
        count(rest.groupMembers, claim, 1),
        epoch,
        administration,
        equipment,
        rest.tenancy.with(claim, 1),
        volumes);
  }

  private HostState withVolume(String volume, long gib) {
    var rest = withoutVolume(volume);
    return new HostState(
        connection,
        inventory,
        claims,
        rest.claimed.plus(new Resources(0, 0, gib)),
        groupMembers,
        epoch,
        administration,
        equipment,
        tenancy,
        rest.volumes.plus(volume, gib));
  }

  private HostState withoutVolume(String volume) {
    return volumeGib(volume)
        .map(
            gib ->
                new HostState(
                    connection,
                    inventory,
                    claims,
                    claimed.minus(new Resources(0, 0, gib)),
                    groupMembers,
                    epoch,
                    administration,
                    equipment,
                    tenancy,
                    volumes.minus(volume)))
        .orElse(this);
  }

  private HostState without(InstanceId instance) {
    var claim = claims.get(instance);
    return claim == null
        ? this
        : new HostState(
            connection,
            inventory,
            claims.minus(instance),
            claimed.minus(claim.amount()),
            count(groupMembers, claim, -1),
            epoch,
            administration,
            equipment,
            tenancy.with(claim, -1),
            volumes);
  }

  private static PMap<String, Integer> count(PMap<String, Integer> members, Claim claim, int more) {
    if (claim.group().isEmpty()) {
      return members;
    }
    var group = claim.group().get().id();
    var now = members.getOrDefault(group, 0) + more;
    return now == 0 ? members.minus(group) : members.plus(group, now);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostState that
        && connection.equals(that.connection)
        && inventory.equals(that.inventory)
        && claims.equals(that.claims)
        && epoch == that.epoch
        && administration.equals(that.administration)
        && equipment.equals(that.equipment)
        && volumes.equals(that.volumes);
  }

  @Override
  public int hashCode() {
    return claims.hashCode();
  }

  @Override
  public String toString() {
    return "HostState[" + connection + ", " + claims.values() + ", epoch " + epoch + "]";
  }
}
