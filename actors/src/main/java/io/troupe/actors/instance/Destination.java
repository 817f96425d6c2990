package io.troupe.actors.instance;

import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.actors.scheduler.resource.Wants;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a host has to be for an instance, at its boot and when it moves. */
final class Destination {
  private Destination() {}

  /**
   * @param flavor that it is to have there
   * @param resources that are to be claimed
   */
  static RequestSpec of(
      InstanceState state,
      Operation operation,
      OperationSettings settings,
      FlavorAtBoot flavor,
      Resources resources) {
    var boot = state.request().orElseThrow();
    if (operation.purpose().orElse(null) instanceof Purpose.Unshelve unshelve) {
      return boot.laterSpec(
          state.id(), unshelve.host(), operation.tried(), settings.spawnAttempts());
    }
    if (!operation.kind().isAboutMove()) {
      return boot.requestSpec(state.id(), operation.tried(), settings.spawnAttempts());
    }
    var spec =
        boot.withFlavor(flavor)
            .requestSpec(state.id(), excluded(state, operation), settings.spawnAttempts());
    var named = named(operation).map(HostId::value);
    var isForced = named.isPresent() && isUnfiltered(operation);
    var asked =
        new RequestSpec(
            spec.instance(),
            spec.project(),
            resources,
            spec.availabilityZone(),
            isForced ? named : Optional.empty(),
            spec.excluded(),
            spec.group(),
            spec.hints(),
            spec.extraSpecs(),
            spec.imageProperties(),
            spec.candidates());
    var of = new RequestDetail(spec.detail().flavor(), spec.detail().image(), named, Set.of());
    return asked.with(of.of(flavor.resources(), spec.extraSpecs(), spec.imageProperties()));
  }

  /** What a flavor claims of a host; vCPUs with a CPU to themselves are not among the shared. */
  static Resources amount(FlavorAtBoot flavor, Map<String, String> imageProperties) {
    return GuestShape.shared(
        Wants.resources(flavor.resources(), flavor.extraSpecs()),
        flavor.resources(),
        flavor.extraSpecs(),
        imageProperties);
  }

  private static Set<HostId> excluded(InstanceState state, Operation operation) {
    var all = new HashSet<>(operation.tried());
    var sameHost =
        operation.purpose().orElse(null) instanceof Purpose.Resize resize && resize.sameHost();
    if (!sameHost) {
      state.moves().open().flatMap(Move::source).ifPresent(all::add);
    }
    return all;
  }

  /** What an administrator named at boot was meant for that boot alone. */
  private static Optional<HostId> named(Operation operation) {
    return switch (operation.purpose().orElse(null)) {
      case Purpose.Migrate(var to) -> to;
      case Purpose.LiveMigrate live -> live.to();
      case Purpose.Evacuate(var to, _, _) -> to;
      case null, default -> Optional.empty();
    };
  }

  private static boolean isUnfiltered(Operation operation) {
    return switch (operation.purpose().orElse(null)) {
      case Purpose.LiveMigrate live -> live.unfiltered();
      case Purpose.Evacuate evacuate -> evacuate.unfiltered();
      case null, default -> false;
    };
  }
}
