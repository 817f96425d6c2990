package io.troupe.actors.project;

import io.troupe.actors.catalog.Project;
import io.troupe.config.QuotaSettings;

/** What a project's instances may use at most; -1 is no limit. RAM in MiB. */
public record Limits(long instances, long cores, long ramMib) {

  public static Limits of(Project project, QuotaSettings defaults) {
    var own = project.quotas();
    return new Limits(
        own.getOrDefault("instances", defaults.instances()),
        own.getOrDefault("cores", defaults.cores()),
        own.getOrDefault("ram", defaults.ramMib()));
  }
}
