package io.troupe.actors.project;

import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.config.QuotaSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every limit there is, by Nova's names and in the order of its answers; -1 is no limit. What a
 * project has of its own stands above the class {@code default}, and that above the configuration.
 */
public record QuotaLimits(Map<String, Long> byName) {
  public QuotaLimits {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** As configured. */
  public static QuotaLimits of(QuotaSettings settings) {
    var limits = new LinkedHashMap<String, Long>();
    limits.put("instances", settings.instances());
    limits.put("cores", settings.cores());
    limits.put("ram", settings.ramMib());
    limits.put("metadata_items", settings.metadataItems());
    limits.put("key_pairs", settings.keyPairs());
    limits.put("server_groups", settings.serverGroups());
    limits.put("server_group_members", settings.serverGroupMembers());
    return new QuotaLimits(limits);
  }

  /** Of a project without limits of its own. */
  public static QuotaLimits of(Optional<QuotaClass> defaults, QuotaSettings settings) {
    return of(settings).changedBy(defaults.map(QuotaClass::limits).orElse(Map.of()));
  }

  public static QuotaLimits of(
      Optional<Project> project, Optional<QuotaClass> defaults, QuotaSettings settings) {
    return of(defaults, settings).changedBy(project.map(Project::quotas).orElse(Map.of()));
  }

  private QuotaLimits changedBy(Map<String, Long> own) {
    var limits = new LinkedHashMap<>(byName);
    own.forEach(limits::replace);
    return new QuotaLimits(limits);
  }

  /**
   * @throws IllegalArgumentException when there is no such limit
   */
  public long get(String name) {
    var limit = byName.get(name);
    if (limit == null) {
      throw new IllegalArgumentException("no such quota: " + name);
    }
    return limit;
  }
}
