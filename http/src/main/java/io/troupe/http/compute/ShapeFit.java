package io.troupe.http.compute;

import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.http.error.ApiError;
import io.troupe.http.error.Refused;
import java.util.Map;
import java.util.Set;

/** Whether what a flavor and an image say of NUMA cells, CPUs, pages and devices makes sense. */
final class ShapeFit {
  private ShapeFit() {}

  /**
   * 400 naming the extra spec or image property when no host could ever do it.
   *
   * @param aliases the names of PCI devices that there are
   */
  static void check(FlavorAtBoot flavor, Map<String, String> imageProperties, Set<String> aliases) {
    switch (GuestShape.of(flavor.resources(), flavor.extraSpecs(), imageProperties)) {
      case GuestShape.Unreadable(var field, var reason) -> throw bad(field, reason);
      case GuestShape.Asked(var shape) ->
          shape.devices().stream()
              .map(GuestShape.Devices::alias)
              .filter(alias -> !aliases.contains(alias))
              .findFirst()
              .ifPresent(
                  alias -> {
                    throw bad(
                        "pci_passthrough:alias", "PCI alias %s is not defined.".formatted(alias));
                  });
    }
  }

  private static Refused bad(String field, String reason) {
    return ApiError.badRequest("Invalid input for field/attribute " + field + ". " + reason)
        .thrown();
  }
}
