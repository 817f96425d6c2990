package io.troupe.actors;

import io.troupe.actors.project.QuotaUsage;
import io.troupe.core.value.ProjectId;
import java.util.concurrent.CompletionStage;

/** What projects use and may use. */
public interface Quotas {
  CompletionStage<QuotaUsage> usage(ProjectId project);
}
