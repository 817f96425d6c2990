package io.troupe.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The {@code clouds.yaml} that OpenStack's clients read. */
final class CloudsYaml {
  private CloudsYaml() {}

  /**
   * @param passwords of the users {@code admin}, {@code demo} and {@code reader}; letters, digits,
   *     dash and underscore
   */
  static String text(String url, Map<String, String> passwords) {
    return "clouds:\n"
        + cloud("troupe", url, "demo", passwords.get("demo"), "demo")
        + cloud("troupe-admin", url, "admin", passwords.get("admin"), "admin")
        + cloud("troupe-reader", url, "reader", passwords.get("reader"), "demo");
  }

  private static String cloud(
      String name, String url, String user, String password, String project) {
    return """
          %s:
            auth:
              auth_url: %s/identity/v3
              username: %s
              password: %s
              project_name: %s
              user_domain_id: default
              project_domain_id: default
            region_name: RegionOne
            identity_api_version: 3
        """
        .formatted(name, url, user, password, project);
  }

  /** The node may listen on another port than last time: the addresses follow, the rest stays. */
  static void moveTo(Path file, String url) throws IOException {
    var old = Files.readString(file);
    var moved =
        old.replaceAll("auth_url: http://\\S+/identity/v3", "auth_url: " + url + "/identity/v3");
    if (!moved.equals(old)) {
      OwnersFile.write(file, moved.getBytes(StandardCharsets.UTF_8));
    }
  }
}
