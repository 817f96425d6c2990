package io.troupe.bench.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who asks, and where: a password and a project, as the stock client takes them from clouds.yaml or
 * from {@code OS_*} variables.
 *
 * @param region empty if any will do
 * @param reach which endpoints of the catalogue: public, internal or admin
 */
public record Credentials(
    String authUrl,
    String user,
    String userDomain,
    String password,
    String project,
    String projectDomain,
    Optional<String> region,
    String reach) {

  /**
   * From {@code OS_AUTH_URL}, {@code OS_USERNAME}, {@code OS_PASSWORD}, {@code OS_PROJECT_NAME} and
   * their like.
   */
  public static Credentials fromEnvironment(Map<String, String> environment) {
    return new Credentials(
        required(environment, "OS_AUTH_URL"),
        required(environment, "OS_USERNAME"),
        environment.getOrDefault("OS_USER_DOMAIN_NAME", "Default"),
        required(environment, "OS_PASSWORD"),
        required(environment, "OS_PROJECT_NAME"),
        environment.getOrDefault("OS_PROJECT_DOMAIN_NAME", "Default"),
        Optional.ofNullable(environment.get("OS_REGION_NAME")),
        environment.getOrDefault("OS_INTERFACE", "public"));
  }

  /** One cloud of a clouds.yaml. */
  public static Credentials fromFile(Path file, String cloud) {
    var clouds = read(file).path("clouds");
    var entry = clouds.path(cloud);
    if (!entry.isObject()) {
      throw new CloudException(
          file + " has no cloud '" + cloud + "', only " + String.join(", ", names(clouds)));
    }
    var auth = entry.path("auth");
    return new Credentials(
        required(file, cloud, auth, "auth_url"),
        required(file, cloud, auth, "username"),
        auth.path("user_domain_name").asText("Default"),
        required(file, cloud, auth, "password"),
        required(file, cloud, auth, "project_name"),
        auth.path("project_domain_name").asText("Default"),
        Optional.ofNullable(entry.get("region_name")).map(JsonNode::asText),
        entry.path("interface").asText("public"));
  }

  /**
   * The clouds.yaml the stock client would read, and after those the one that {@code ./troupe dev}
   * writes into its data directory.
   */
  public static Optional<Path> defaultFile(Map<String, String> environment) {
    var named = environment.get("OS_CLIENT_CONFIG_FILE");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    var home = Path.of(environment.getOrDefault("HOME", "."));
    return List.of(
            Path.of("clouds.yaml"),
            home.resolve(".config/openstack/clouds.yaml"),
            Path.of("/etc/openstack/clouds.yaml"),
            Path.of("data/clouds.yaml"))
        .stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static JsonNode read(Path file) {
    try {
      return new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
    } catch (IOException unreadable) {
      throw new CloudException("cannot read " + file + ": " + unreadable.getMessage());
    }
  }

  private static List<String> names(JsonNode clouds) {
    return clouds.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static String required(Map<String, String> environment, String name) {
    var value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new CloudException("which cloud? Give --cloud NAME, or set " + name + " and its like");
    }
    return value;
  }

  private static String required(Path file, String cloud, JsonNode auth, String key) {
    if (!auth.hasNonNull(key)) {
      throw new CloudException(file + ": cloud '" + cloud + "' has no auth." + key);
    }
    return auth.get(key).asText();
  }

  /** Without the password, which must not reach a log. */
  @Override
  public String toString() {
    return user + "@" + project + " at " + authUrl;
  }
}
