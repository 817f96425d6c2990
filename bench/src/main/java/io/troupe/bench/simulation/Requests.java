package io.troupe.bench.simulation;

import io.troupe.actors.scheduler.Batch;
import io.troupe.actors.scheduler.GroupSpec;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.config.PciAlias;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.ProjectId;
import io.troupe.core.value.Resources;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Reads what an instance asks, in the fleet and in the trace alike. */
final class Requests {
  /** The fields that say what is asked. */
  static final List<String> FIELDS =
      List.of("project", "flavor", "image", "availability_zone", "host", "hints", "group");

  private static final Set<String> NAMING_INSTANCES = Set.of("same_host", "different_host");

  private final Map<String, Flavor> flavors;
  private final Set<String> aliases;
  private final int candidates;
  private final Map<String, GroupSpec> groups = new HashMap<>();

  /**
   * @param aliases that devices may be asked by
   * @param candidates hosts to name at most for each
   */
  Requests(Map<String, Flavor> flavors, List<PciAlias> aliases, int candidates) {
    this.flavors = flavors;
    this.aliases = aliases.stream().map(PciAlias::name).collect(Collectors.toSet());
    this.candidates = candidates;
  }

  static String[] fields(String... more) {
    var all = new java.util.ArrayList<>(FIELDS);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** A UUID as it is written; another name stands for the same UUID wherever it is written. */
  static InstanceId idOf(String name) {
    return InstanceId.parse(name)
        .orElseGet(
            () ->
                new InstanceId(
                    UUID.nameUUIDFromBytes(("instance " + name).getBytes(StandardCharsets.UTF_8))));
  }

  RequestSpec spec(String name, Input.Members fields) {
    Flavor flavor = flavor(fields.required("flavor"));
    Optional<Input.Members> image =
        fields.optional("image").map(one -> one.object("id", "properties"));
    Map<String, String> properties =
        image
            .flatMap(one -> one.optional("properties"))
            .map(all -> all.object().words())
            .orElse(Map.of());
    Resources own = flavor.resources();
    requireSense(fields.required("flavor"), flavor, properties);
    return new RequestSpec(
        idOf(name),
        fields
            .optional("project")
            .map(project -> project.text(ProjectId::new))
            .orElseGet(() -> new ProjectId("project")),
        GuestShape.shared(
            Wants.resources(own, flavor.extraSpecs()), own, flavor.extraSpecs(), properties),
        fields.optional("availability_zone").map(Input::text),
        fields.optional("host").map(Input::text),
        Set.of(),
        fields.optional("group").map(this::group),
        fields.optional("hints").map(Requests::hints).orElse(Map.of()),
        flavor.extraSpecs(),
        properties,
        candidates,
        new RequestDetail(
                Optional.of(flavor.name()).filter(one -> !one.isEmpty()),
                image.flatMap(one -> one.optional("id")).map(Input::text),
                Optional.empty(),
                Set.of())
            .of(own, flavor.extraSpecs(), properties));
  }

  /** What the API would refuse, no scheduler is asked. */
  private void requireSense(Input field, Flavor flavor, Map<String, String> properties) {
    switch (GuestShape.of(flavor.resources(), flavor.extraSpecs(), properties)) {
      case GuestShape.Unreadable(var what, var why) -> throw field.wrong(what + ": " + why);
      case GuestShape.Asked(var shape) -> {
        for (GuestShape.Devices devices : shape.devices()) {
          if (!aliases.contains(devices.alias())) {
            throw field.wrong(
                "there is no alias '" + devices.alias() + "' in pci_aliases of the fleet file");
          }
        }
      }
    }
  }

  /** For one instance of this flavor, with no wish of its own. */
  static RequestSpec plain(String name, Flavor flavor) {
    var own = flavor.resources();
    var specs = flavor.extraSpecs();
    return new RequestSpec(
        idOf(name),
        new ProjectId("project"),
        GuestShape.shared(Wants.resources(own, specs), own, specs, Map.of()),
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Map.of(),
        specs,
        Map.of(),
        1,
        new RequestDetail(Optional.of(flavor.name()), Optional.empty(), Optional.empty(), Set.of())
            .of(own, specs, Map.of()));
  }

  /** As one of {@code batch}. */
  static RequestSpec together(RequestSpec spec, Batch batch) {
    var detail = spec.detail();
    return spec.with(
        new RequestDetail(
            detail.flavor(),
            detail.image(),
            detail.destination(),
            detail.ignored(),
            Optional.of(batch),
            detail.guest()));
  }

  /** One of the fleet file by its name, or one that is written out. */
  private Flavor flavor(Input field) {
    if (field.isText()) {
      Flavor known = flavors.get(field.text());
      if (known == null) {
        throw field.wrong("there is no flavor '" + field.text() + "' in the fleet file");
      }
      return known;
    }
    var fields = field.object("name", "vcpus", "ram_mib", "disk_gib", "extra_specs");
    return Flavor.of(fields.optional("name").map(Input::text).orElse(""), fields);
  }

  private GroupSpec group(Input field) {
    var fields = field.object("id", "policy", "max_server_per_host");
    var group =
        new GroupSpec(
            fields.required("id").text(),
            fields.required("policy").text(GroupSpec.Policy::of),
            (int)
                fields
                    .optional("max_server_per_host")
                    .map(n -> n.whole(1, 1000))
                    .orElse(1L)
                    .longValue());
    GroupSpec known = groups.putIfAbsent(group.id(), group);
    if (known != null && !known.equals(group)) {
      throw field.wrong(
          "group '%s' was %s with at most %d per host before"
              .formatted(group.id(), known.policy().word(), known.maxPerHost()));
    }
    return group;
  }

  private static Map<String, List<String>> hints(Input field) {
    var hints = new LinkedHashMap<String, List<String>>();
    var members = field.object();
    for (String name : members.names()) {
      Input hint = members.get(name);
      List<String> values =
          hint.isList() ? hint.list().stream().map(Input::word).toList() : List.of(hint.word());
      hints.put(
          name,
          NAMING_INSTANCES.contains(name)
              ? values.stream().map(value -> idOf(value).toString()).toList()
              : values);
    }
    return hints;
  }
}
