package io.troupe.actors.instance;

import io.troupe.actors.scheduler.Batch;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.GuestSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server as its owner asked for it, everything resolved and checked by the API: names exist, the
 * image fits the flavor's disk, the key pair's public half is copied.
 *
 * @param availabilityZone the zone the owner pinned it to
 * @param forcedHost an administrator's choice; filters are skipped, the claim is not
 * @param group the server group of the scheduler hint {@code group}, with its policy
 * @param userDataBase64 as given, empty when none
 * @param hints the other scheduler hints, each with its values
 * @param destination an administrator's choice that all filters judge
 * @param batch the servers it is placed with, or none of them is
 * @param files injected when the guest is made
 * @param volumes in the order the guest shall see them; absent in events of former releases
 */
public record BootRequest(
    String name,
    Optional<String> description,
    String hostname,
    ProjectId project,
    String userId,
    FlavorAtBoot flavor,
    GuestSpec.ImageRef image,
    Map<String, String> imageProperties,
    List<NetworkChoice> networks,
    Optional<String> keyName,
    Optional<String> publicKey,
    String userDataBase64,
    Map<String, String> metadata,
    List<String> tags,
    Optional<String> availabilityZone,
    Optional<String> forcedHost,
    Optional<GroupSpec> group,
    Map<String, List<String>> hints,
    List<String> securityGroups,
    String diskConfig,
    Optional<String> accessIpv4,
    Optional<String> accessIpv6,
    boolean configDrive,
    String reservationId,
    int launchIndex,
    Optional<String> destination,
    Optional<Batch> batch,
    List<GuestSpec.InjectedFile> files,
    List<VolumeChoice> volumes) {
  public BootRequest {
    imageProperties = Map.copyOf(imageProperties);
    networks = List.copyOf(networks);
    metadata = Map.copyOf(metadata);
    tags = List.copyOf(tags);
    hints = Map.copyOf(hints);
    securityGroups = List.copyOf(securityGroups);
    files = files == null ? List.of() : List.copyOf(files); // there were none at first
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
  }

  /** One without volumes. */
  public BootRequest(
      String name,
      Optional<String> description,
      String hostname,
      ProjectId project,
      String userId,
      FlavorAtBoot flavor,
      GuestSpec.ImageRef image,
      Map<String, String> imageProperties,
      List<NetworkChoice> networks,
      Optional<String> keyName,
      Optional<String> publicKey,
      String userDataBase64,
      Map<String, String> metadata,
      List<String> tags,
      Optional<String> availabilityZone,
      Optional<String> forcedHost,
      Optional<GroupSpec> group,
      Map<String, List<String>> hints,
      List<String> securityGroups,
      String diskConfig,
      Optional<String> accessIpv4,
      Optional<String> accessIpv6,
      boolean configDrive,
      String reservationId,
      int launchIndex,
      Optional<String> destination,
      Optional<Batch> batch,
      List<GuestSpec.InjectedFile> files) {
    this(
        name,
        description,
        hostname,
        project,
        userId,
        flavor,
        image,
        imageProperties,
        networks,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        tags,
        availabilityZone,
        forcedHost,
        group,
        hints,
        securityGroups,
        diskConfig,
        accessIpv4,
        accessIpv6,
        configDrive,
        reservationId,
        launchIndex,
        destination,
        batch,
        files,
        List.of());
  }

  /** The same server with these volumes. */
  public BootRequest withVolumes(List<VolumeChoice> choices) {
    return changed(networks, choices);
  }

  /** Also on this network, if it is not yet. */
  BootRequest alsoOn(NetworkChoice choice) {
    if (networks.stream().anyMatch(one -> one.networkId().equals(choice.networkId()))) {
      return this;
    }
    var all = new ArrayList<>(networks);
    all.add(choice);
    return changed(all, volumes);
  }

  private BootRequest changed(List<NetworkChoice> choices, List<VolumeChoice> otherVolumes) {
    return new BootRequest(
        name,
        description,
        hostname,
        project,
        userId,
        flavor,
        image,
        imageProperties,
        choices,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        tags,
        availabilityZone,
        forcedHost,
        group,
        hints,
        securityGroups,
        diskConfig,
        accessIpv4,
        accessIpv6,
        configDrive,
        reservationId,
        launchIndex,
        destination,
        batch,
        files,
        otherVolumes);
  }

  /** Whether its root disk is a volume. */
  public boolean bootsFromVolume() {
    return volumes.stream().anyMatch(VolumeChoice::root);
  }

  /**
   * What a host must have for it with this flavor; a volume has room of its own, and vCPUs with a
   * CPU to themselves are not among the shared.
   */
  Resources claimed(FlavorAtBoot of) {
    var all =
        GuestShape.shared(
            Wants.resources(of.resources(), of.extraSpecs()),
            of.resources(),
            of.extraSpecs(),
            imageProperties);
    var rootGib = bootsFromVolume() ? Math.min(all.diskGib(), of.rootGib()) : 0;
    return all.minus(new Resources(0, 0, rootGib));
  }

  /** With what the owner changes. */
  public BootRequest revised(Revision revision) {
    return new BootRequest(
        revision.name().orElse(name),
        revision.description().map(Revision.Description::text).orElse(description),
        revision.hostname().orElse(hostname),
        project,
        userId,
        flavor,
        image,
        imageProperties,
        networks,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        tags,
        availabilityZone,
        forcedHost,
        group,
        hints,
        securityGroups,
        revision.diskConfig().orElse(diskConfig),
        address(revision.accessIpv4(), accessIpv4),
        address(revision.accessIpv6(), accessIpv6),
        configDrive,
        reservationId,
        launchIndex,
        destination,
        batch,
        files,
        volumes);
  }

  private static Optional<String> address(Optional<String> revised, Optional<String> now) {
    return revised.isPresent() ? revised.filter(text -> !text.isEmpty()) : now;
  }

  public BootRequest withMetadata(Map<String, String> items) {
    return with(
        image,
        imageProperties,
        keyName,
        publicKey,
        userDataBase64,
        items,
        tags,
        availabilityZone,
        files);
  }

  public BootRequest withTags(List<String> others) {
    return with(
        image,
        imageProperties,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        others,
        availabilityZone,
        files);
  }

  /** With what a rebuild makes of it. */
  public BootRequest rebuilt(RebuildRequest wanted) {
    return revised(wanted.revision())
        .with(
            wanted.image(),
            wanted.imageProperties(),
            wanted.key().map(RebuildRequest.Key::name).orElse(keyName),
            wanted.key().map(RebuildRequest.Key::publicKey).orElse(publicKey),
            wanted.userDataBase64().orElse(userDataBase64),
            wanted.metadata().orElse(metadata),
            tags,
            availabilityZone,
            wanted.files());
  }

  public BootRequest withImage(GuestSpec.ImageRef another, Map<String, String> itsProperties) {
    return with(
        another,
        itsProperties,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        tags,
        availabilityZone,
        files);
  }

  /** Pinned to another zone, or to none. */
  public BootRequest inZone(Optional<String> zone) {
    return with(
        image, imageProperties, keyName, publicKey, userDataBase64, metadata, tags, zone, files);
  }

  private BootRequest with(
      GuestSpec.ImageRef newImage,
      Map<String, String> newImageProperties,
      Optional<String> newKeyName,
      Optional<String> newPublicKey,
      String newUserData,
      Map<String, String> newMetadata,
      List<String> newTags,
      Optional<String> newZone,
      List<GuestSpec.InjectedFile> newFiles) {
    return new BootRequest(
        name,
        description,
        hostname,
        project,
        userId,
        flavor,
        newImage,
        newImageProperties,
        networks,
        newKeyName,
        newPublicKey,
        newUserData,
        newMetadata,
        newTags,
        newZone,
        forcedHost,
        group,
        hints,
        securityGroups,
        diskConfig,
        accessIpv4,
        accessIpv6,
        configDrive,
        reservationId,
        launchIndex,
        destination,
        batch,
        newFiles,
        volumes);
  }

  /** Requirements and rank may stand in the metadata, as in an OpenNebula template. */
  private Map<String, List<String>> schedulerHints() {
    if (!metadata.containsKey("SCHED_REQUIREMENTS") && !metadata.containsKey("SCHED_RANK")) {
      return hints;
    }
    var all = new HashMap<>(hints);
    for (String key : List.of("SCHED_REQUIREMENTS", "SCHED_RANK")) {
      if (metadata.containsKey(key)) {
        all.putIfAbsent(key, List.of(metadata.get(key)));
      }
    }
    return all;
  }

  /** Resized. */
  public BootRequest withFlavor(FlavorAtBoot another) {
    return new BootRequest(
        name,
        description,
        hostname,
        project,
        userId,
        another,
        image,
        imageProperties,
        networks,
        keyName,
        publicKey,
        userDataBase64,
        metadata,
        tags,
        availabilityZone,
        forcedHost,
        group,
        hints,
        securityGroups,
        diskConfig,
        accessIpv4,
        accessIpv6,
        configDrive,
        reservationId,
        launchIndex,
        destination,
        batch,
        files,
        volumes);
  }

  /** What the scheduler has to find a host for. */
  public RequestSpec requestSpec(InstanceId instance, Set<HostId> excluded, int candidates) {
    var spec = requestSpec(instance, forcedHost, destination, batch, excluded, candidates);
    return newVolumesGib() == 0 ? spec : spec.with(spec.detail().withNewVolumes(newVolumesGib()));
  }

  /**
   * The same when it is booted already: what was chosen for the boot holds no longer.
   *
   * @param host an administrator's choice for this once, which all filters judge
   */
  public RequestSpec laterSpec(
      InstanceId instance, Optional<String> host, Set<HostId> excluded, int candidates) {
    return requestSpec(instance, Optional.empty(), host, Optional.empty(), excluded, candidates);
  }

  /** GiB of volumes that lie nowhere yet and are made on its first host. */
  private long newVolumesGib() {
    return volumes.stream().mapToLong(VolumeChoice::gibToMake).sum();
  }

  private RequestSpec requestSpec(
      InstanceId instance,
      Optional<String> onHost,
      Optional<String> toHost,
      Optional<Batch> together,
      Set<HostId> excluded,
      int candidates) {
    return new RequestSpec(
        instance,
        project,
        claimed(flavor),
        availabilityZone,
        onHost,
        excluded,
        group,
        schedulerHints(),
        flavor.extraSpecs(),
        imageProperties,
        candidates,
        new RequestDetail(
                Optional.of(flavor.name()), Optional.of(image.id()), toHost, Set.of(), together)
            .of(flavor.resources(), flavor.extraSpecs(), imageProperties));
  }
}
