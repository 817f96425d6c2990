package io.troupe.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A {@code clouds.yaml} as {@code ./troupe dev} writes it; two levels of YAML are all it needs. */
record CloudsFile(Map<String, Cloud> clouds) {
  /** Who one is in a cloud, and where it is. */
  record Cloud(String authUrl, String user, String password, String project) {}

  static CloudsFile read(Path file) throws IOException {
    var values = new HashMap<String, Map<String, String>>();
    var name = "";
    for (var line : Files.readAllLines(file)) {
      if (line.matches(" {2}\\S+:")) {
        name = line.strip().replace(":", "");
        values.put(name, new HashMap<>());
      } else if (line.matches(" {4,}\\S+: \\S.*")) {
        var parts = line.strip().split(": ", 2);
        values.get(name).put(parts[0], parts[1]);
      }
    }
    var clouds = new HashMap<String, Cloud>();
    values.forEach((cloud, keys) -> clouds.put(cloud, cloud(keys)));
    return new CloudsFile(clouds);
  }

  private static Cloud cloud(Map<String, String> keys) {
    return new Cloud(
        keys.get("auth_url"), keys.get("username"), keys.get("password"), keys.get("project_name"));
  }

  Cloud cloud(String name) {
    if (!clouds.containsKey(name)) {
      throw new AssertionError("no cloud " + name + " among " + clouds.keySet());
    }
    return clouds.get(name);
  }
}
