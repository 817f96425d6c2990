package io.troupe.actors.instance;

import io.troupe.actors.operation.Operation;
import io.troupe.actors.operation.Purpose;
import io.troupe.actors.scheduler.RequestDetail;
import io.troupe.actors.scheduler.RequestSpec;
import io.troupe.config.OperationSettings;
import io.troupe.core.value.HostId;
import io.troupe.core.value.Resources;
import io.troupe.drivers.spi.SharedPool;
import java.util.HashSet;
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
      return nearVolumes(
          state,
          boot.laterSpec(
              state.id(),
              unshelve.host().or(() -> Attachments.onlyHost(state).map(HostId::value)),
              operation.tried(),
              settings.spawnAttempts()));
    }
    if (!operation.kind().isAboutMove()) {
      return nearChosen(
          boot, boot.requestSpec(state.id(), operation.tried(), settings.spawnAttempts()));
    }
    var spec =
        boot.withFlavor(flavor)
            .requestSpec(state.id(), excluded(state, operation), settings.spawnAttempts());
    var named = named(operation).or(() -> Attachments.onlyHost(state)).map(HostId::value);
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
    return nearVolumes(
        state, asked.with(of.of(flavor.resources(), spec.extraSpecs(), spec.imageProperties())));
  }

  /** Where its volumes lie in a pool, or its disk waits in one, only hosts that have it. */
  private static RequestSpec nearVolumes(InstanceState state, RequestSpec spec) {
    return Attachments.pool(state).or(() -> state.moves().disk()).map(spec::inPool).orElse(spec);
  }

  /** Where volumes that it is to boot with lie in a pool, only hosts that have it. */
  private static RequestSpec nearChosen(BootRequest boot, RequestSpec spec) {
    return boot.volumes().stream()
        .flatMap(choice -> choice.pool().stream())
        .findFirst()
        .map(SharedPool::new)
        .map(spec::inPool)
        .orElse(spec);
  }

  /** What a flavor claims of a host for the instance. */
  static Resources amount(InstanceState state, FlavorAtBoot flavor) {
    return state.request().orElseThrow().claimed(flavor);
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
      case Purpose.Evacuate evacuate -> evacuate.to();
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
