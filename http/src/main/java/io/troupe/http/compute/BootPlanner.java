package io.troupe.http.compute;

import io.troupe.actors.catalog.Flavor;
import io.troupe.actors.catalog.Image;
import io.troupe.actors.catalog.KeyPair;
import io.troupe.actors.catalog.ServerGroup;
import io.troupe.actors.instance.BootRequest;
import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.instance.NetworkChoice;
import io.troupe.actors.scheduler.Batch;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.core.value.HostId;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.drivers.spi.GuestSpec;
import io.troupe.http.Api;
import io.troupe.http.access.Caller;
import io.troupe.http.error.ApiError;
import io.troupe.http.route.Call;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Looks up everything a create request names, for this caller, and checks that it fits together.
 * Whatever does not is 400, since it is the body that is wrong; only what the caller may not do is
 * 403.
 */
final class BootPlanner {
  private final Api api;
  private final NetworkResolver networks;
  private final PlacementResolver placements;
  private final DeviceResolver devices;

  BootPlanner(Api api) {
    this.api = api;
    this.networks = new NetworkResolver(api.catalog(), api.networks());
    this.placements = new PlacementResolver(api.catalog(), api.hosts());
    this.devices = new DeviceResolver(api);
  }

  /** Everything resolved; makes the boot request of each instance. */
  record Plan(
      CreateRequest wanted,
      ProjectId project,
      String userId,
      FlavorAtBoot flavor,
      GuestSpec.ImageRef image,
      Map<String, String> imageProperties,
      List<NetworkChoice> networks,
      Optional<String> publicKey,
      PlacementResolver.Placement placement,
      Optional<GroupSpec> serverGroup,
      Map<String, List<String>> hints,
      DeviceResolver.Devices devices) {

    Boots.Planned instance(InstanceId id, String reservation) {
      String hostname = wanted.hostname().orElseGet(() -> Hostname.of(wanted.name(), id));
      return new Boots.Planned(
          id, request(wanted.name(), hostname, reservation, 0, Optional.empty()));
    }

    /** The one with this index of several; their names end in -1, -2 … */
    Boots.Planned instance(InstanceId id, String reservation, int index, Optional<Batch> batch) {
      String name = wanted.name() + "-" + (index + 1);
      return new Boots.Planned(id, request(name, Hostname.of(name, id), reservation, index, batch));
    }

    private BootRequest request(
        String name, String hostname, String reservation, int index, Optional<Batch> batch) {
      List<String> groups =
          wanted.securityGroups().isEmpty() ? List.of("default") : wanted.securityGroups();
      var request =
          new BootRequest(
              name,
              wanted.description(),
              hostname,
              project,
              userId,
              flavor,
              image,
              imageProperties,
              networks,
              wanted.keyName(),
              publicKey,
              wanted.userDataBase64(),
              wanted.metadata(),
              wanted.tags(),
              placement.zone(),
              placement.forced(),
              serverGroup,
              hints,
              groups,
              wanted.diskConfig(),
              wanted.accessIpv4(),
              wanted.accessIpv6(),
              wanted.configDrive(),
              reservation,
              index,
              placement.destination().or(() -> devices.onlyHost().map(HostId::value)),
              batch,
              wanted.files());
      return devices.volumes().isEmpty() ? request : request.withVolumes(devices.ofOne());
    }
  }

  CompletionStage<Plan> plan(Call call, CreateRequest wanted) {
    Caller caller = call.caller();
    ProjectId project = caller.project();
    Flavor flavor = flavor(caller, wanted.flavor());
    boolean fromVolume = wanted.devices().stream().anyMatch(DeviceWish::root);
    Optional<Image> asked = fromVolume ? Optional.empty() : Optional.of(image(caller, wanted));
    Optional<Image> ofVolumes = asked.filter(Image::ofVolumes);
    Optional<Image> image = asked.filter(one -> !one.ofVolumes());
    image.ifPresent(one -> ImageFit.check(caller, flavor, one));
    ofVolumes.ifPresent(one -> ImageFit.checkMemory(flavor.ramMib(), one));
    List<DeviceWish> wishes =
        ofVolumes
            .map(one -> ImageOfVolumes.devices(one, wanted.devices()))
            .orElse(wanted.devices());
    Map<String, String> properties =
        image
            .map(Image::properties)
            .or(() -> ofVolumes.map(ImageOfVolumes::propertiesOfGuest))
            .orElse(Map.of());
    ShapeFit.check(flavor.atBoot(), properties, api.pciAliases());
    checkMetadataCount(project, wanted.metadata().size());
    Optional<String> publicKey = wanted.keyName().map(name -> publicKey(caller, name));
    Optional<GroupSpec> group = group(caller, wanted.hints());
    SchedulerHints.check(wanted.hints());
    var hints = new HashMap<>(wanted.hints());
    hints.remove("group");
    return devices
        .resolve(caller, wishes, wanted.maxCount())
        .thenCombine(placements.resolve(caller, wanted), BootPlanner::together)
        .thenCombine(
            networks.resolve(caller, wanted.networks()),
            (where, choices) ->
                new Plan(
                    wanted,
                    project,
                    caller.userId(),
                    flavor.atBoot(),
                    image.map(ImageFit::reference).orElse(GuestSpec.ImageRef.NONE),
                    properties,
                    choices,
                    publicKey,
                    where.placement(),
                    group,
                    hints,
                    where.devices()));
  }

  private record Where(DeviceResolver.Devices devices, PlacementResolver.Placement placement) {}

  private static Where together(
      DeviceResolver.Devices devices, PlacementResolver.Placement placement) {
    var asked = placement.forced().or(placement::destination);
    var only = devices.onlyHost().map(HostId::value);
    if (only.isPresent() && asked.filter(host -> !host.equals(only.get())).isPresent()) {
      throw DeviceWish.invalid("the volumes lie on another host than the one asked for.");
    }
    return new Where(devices, placement);
  }

  private Flavor flavor(Caller caller, String id) {
    return api.catalog()
        .find(Flavor.class, id)
        .filter(flavor -> FlavorsRoutes.isVisible(caller, flavor))
        .orElseThrow(
            () ->
                ApiError.badRequest(
                        "Invalid flavorRef provided. Flavor " + id + " could not be found.")
                    .thrown());
  }

  private Image image(Caller caller, CreateRequest wanted) {
    String id =
        wanted
            .image()
            .orElseThrow(() -> ApiError.badRequest("Invalid imageRef provided.").thrown());
    return ImageFit.active(api.catalog(), caller, id, "imageRef");
  }

  private String publicKey(Caller caller, String name) {
    return api.catalog()
        .find(KeyPair.class, KeyPair.key(caller.userId(), name))
        .map(KeyPair::publicKey)
        .orElseThrow(
            () ->
                ApiError.badRequest(
                        "Invalid key_name provided. Keypair " + name + " could not be found.")
                    .thrown());
  }

  private Optional<GroupSpec> group(Caller caller, Map<String, List<String>> hints) {
    return Optional.ofNullable(hints.get("group"))
        .map(List::getFirst)
        .map(
            id ->
                api.catalog()
                    .find(ServerGroup.class, id)
                    .filter(group -> caller.reaches(new ProjectId(group.projectId())))
                    .map(GroupSpec::of)
                    .orElseThrow(
                        () ->
                            ApiError.badRequest("Instance group " + id + " could not be found.")
                                .thrown()));
  }

  private void checkMetadataCount(ProjectId project, int count) {
    long limit = ProjectQuotas.of(api).of(project).get("metadata_items");
    if (limit >= 0 && count > limit) {
      throw ApiError.forbidden("Maximum number of metadata items exceeds " + limit).thrown();
    }
  }
}
