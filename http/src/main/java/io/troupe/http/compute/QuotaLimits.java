package io.troupe.http.compute;

import io.troupe.actors.catalog.Project;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every limit of a project: Nova's defaults, changed by what the project has of its own. -1 is no
 * limit.
 */
final class QuotaLimits {
  /** Nova's defaults, in the order its answers have. */
  static final Map<String, Long> DEFAULTS = defaults();

  private QuotaLimits() {}

  private static Map<String, Long> defaults() {
    var limits = new LinkedHashMap<String, Long>();
    limits.put("instances", 10L);
    limits.put("cores", 20L);
    limits.put("ram", 51200L);
    limits.put("metadata_items", 128L);
    limits.put("key_pairs", 100L);
    limits.put("server_groups", 10L);
    limits.put("server_group_members", 10L);
    return Collections.unmodifiableMap(limits);
  }

  static Map<String, Long> of(Optional<Project> project) {
    if (project.isEmpty() || project.get().quotas().isEmpty()) {
      return DEFAULTS;
    }
    var limits = new LinkedHashMap<>(DEFAULTS);
    project.get().quotas().forEach(limits::replace);
    return limits;
  }
}
