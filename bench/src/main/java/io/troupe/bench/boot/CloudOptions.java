package io.troupe.bench.boot;

import io.troupe.bench.cloud.CloudException;
import io.troupe.bench.cloud.Credentials;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which cloud: the same choices as the stock client has. */
final class CloudOptions {
  @Option(
      names = "--cloud",
      paramLabel = "NAME",
      description =
          "Cloud of a clouds.yaml (default: $OS_CLOUD, or what $OS_AUTH_URL and its like say, or"
              + " troupe-admin).")
  private Optional<String> cloud = Optional.empty();

  @Option(
      names = "--clouds",
      paramLabel = "FILE",
      description =
          "The clouds.yaml (default: $OS_CLIENT_CONFIG_FILE, ./, ~/.config/openstack/, /etc/openstack/, ./data/).")
  private Optional<Path> file = Optional.empty();

  Credentials credentials(Map<String, String> environment) {
    var name = cloud.or(() -> Optional.ofNullable(environment.get("OS_CLOUD")));
    if (name.isEmpty() && file.isEmpty() && environment.containsKey("OS_AUTH_URL")) {
      return Credentials.fromEnvironment(environment);
    }
    var clouds =
        file.or(() -> Credentials.defaultFile(environment))
            .orElseThrow(
                () ->
                    new CloudException(
                        "no clouds.yaml found; give --clouds FILE (./troupe dev writes one into its"
                            + " data directory) or set OS_AUTH_URL and its like"));
    return Credentials.fromFile(clouds, name.orElse("troupe-admin"));
  }
}
