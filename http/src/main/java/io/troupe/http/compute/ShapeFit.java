package io.troupe.http.compute;

import io.troupe.actors.instance.FlavorAtBoot;
import io.troupe.actors.scheduler.topology.GuestShape;
import io.troupe.http.error.ApiError;
import java.util.Map;

/** Whether what a flavor and an image say of NUMA cells, CPUs, pages and devices makes sense. */
final class ShapeFit {
  private ShapeFit() {}

  /** 400 naming the extra spec or image property when no host could ever do it. */
  static void check(FlavorAtBoot flavor, Map<String, String> imageProperties) {
    if (GuestShape.of(flavor.resources(), flavor.extraSpecs(), imageProperties)
        instanceof GuestShape.Unreadable(var field, var reason)) {
      throw ApiError.badRequest("Invalid input for field/attribute " + field + ". " + reason)
          .thrown();
    }
  }
}
