package io.troupe.http.compute;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.http.json.Body;
import io.troupe.http.json.Json;
import io.troupe.http.microversion.Microversion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Limits as the Compute API shows them and takes them. */
final class QuotaJson {
  /** Nova's largest: a signed 32-bit number. */
  private static final long MOST = Integer.MAX_VALUE;

  /** Limits of things that moved to other services or went; shown at old versions only. */
  private static final Map<String, Long> UNTIL_35 =
      Map.of(
          "fixed_ips",
          -1L,
          "floating_ips",
          -1L,
          "security_groups",
          -1L,
          "security_group_rules",
          -1L);

  private static final Map<String, Long> UNTIL_56 =
      Map.of(
          "injected_files", 5L,
          "injected_file_content_bytes", 10240L,
          "injected_file_path_bytes", 255L);

  /** A class got these with 2.50. */
  private static final Set<String> CLASS_FROM_50 = Set.of("server_groups", "server_group_members");

  private QuotaJson() {}

  /** A limit on injected files; the same for everybody. */
  static long injected(String name) {
    return UNTIL_56.get(name);
  }

  static Map<String, Long> shown(Microversion version, QuotaLimits limits) {
    var shown = new LinkedHashMap<>(limits.byName());
    if (version.until(56)) {
      shown.putAll(UNTIL_56);
    }
    if (version.until(35)) {
      shown.putAll(UNTIL_35);
    }
    return shown;
  }

  static ObjectNode set(Microversion version, QuotaLimits limits) {
    var json = Json.object();
    shown(version, limits).forEach(json::put);
    return json;
  }

  /** As a class shows them. */
  static ObjectNode classSet(Microversion version, QuotaLimits limits) {
    var json = set(version, limits);
    if (version.until(49)) {
      json.remove(CLASS_FROM_50);
      UNTIL_35.forEach(json::put);
    }
    return json;
  }

  /** The limits a body names; 400 for one that does not exist or cannot be changed. */
  static Map<String, Long> wanted(Body body, QuotaLimits known, Microversion version) {
    var wanted = new LinkedHashMap<String, Long>();
    for (String name : known.byName().keySet()) {
      body.optional(name).ifPresent(field -> wanted.put(name, field.integer(-1, MOST)));
    }
    if (version.until(56)) {
      requireUnchanged(body, UNTIL_56);
    }
    if (version.until(35)) {
      requireUnchanged(body, UNTIL_35);
    }
    return wanted;
  }

  private static void requireUnchanged(Body body, Map<String, Long> fixed) {
    fixed.forEach(
        (name, limit) ->
            body.optional(name)
                .filter(field -> field.integer(-1, MOST) != limit)
                .ifPresent(
                    field -> {
                      throw field.invalid("it cannot be changed, nothing here counts against it");
                    }));
  }
}
