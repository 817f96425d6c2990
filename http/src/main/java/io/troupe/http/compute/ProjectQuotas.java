package io.troupe.http.compute;

import io.troupe.actors.Catalog;
import io.troupe.actors.catalog.Project;
import io.troupe.actors.catalog.QuotaClass;
import io.troupe.actors.project.QuotaLimits;
import io.troupe.config.QuotaSettings;
import io.troupe.core.value.ProjectId;
import io.troupe.http.Api;
import java.util.Optional;

/** The limits of projects as they are now. */
record ProjectQuotas(Catalog catalog, QuotaSettings settings) {
  static ProjectQuotas of(Api api) {
    return new ProjectQuotas(api.catalog(), api.quotaDefaults());
  }

  /** Of a project; the defaults when there is none. */
  QuotaLimits of(ProjectId project) {
    return QuotaLimits.of(catalog.find(Project.class, project.value()), defaultClass(), settings);
  }

  /** Of projects that have no limits of their own. */
  QuotaLimits defaults() {
    return QuotaLimits.of(defaultClass(), settings);
  }

  private Optional<QuotaClass> defaultClass() {
    return catalog.find(QuotaClass.class, QuotaClass.DEFAULT);
  }
}
