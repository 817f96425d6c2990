package io.troupe.http.route;

import io.troupe.http.error.ErrorForm;
import io.troupe.http.microversion.MicroversionRange;
import java.util.List;
import java.util.Optional;

/**
 * A service: where it hangs, how it speaks, and its routes.
 *
 * @param name for metrics and logs
 * @param mounts the paths it answers below; the last segment is its version if it starts with v
 * @param errors the form of its errors
 * @param microversions empty when it has none
 * @param projectInPath whether {@code /MOUNT/PROJECT/…} is the same as {@code /MOUNT/…}
 * @param looseBodies whether unknown keys in bodies are dropped instead of refused
 * @param fallback answers paths that no route has; a plain 404 when empty
 */
public record Service(
    String name,
    List<String> mounts,
    ErrorForm errors,
    Optional<MicroversionRange> microversions,
    boolean projectInPath,
    boolean looseBodies,
    List<Route> routes,
    Optional<Handler> fallback) {
  public Service {
    mounts = List.copyOf(mounts);
    routes = List.copyOf(routes);
  }

  /** A service without microversions. */
  public static Service of(String name, String mount, ErrorForm errors, List<Route> routes) {
    return new Service(
        name, List.of(mount), errors, Optional.empty(), false, false, routes, Optional.empty());
  }

  public Service withFallback(Handler handler) {
    return new Service(
        name,
        mounts,
        errors,
        microversions,
        projectInPath,
        looseBodies,
        routes,
        Optional.of(handler));
  }
}
