package io.troupe.actors.project;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.List;

/** What has happened to a project's usage. Stored for ever. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({@JsonSubTypes.Type(value = ProjectEvent.UsageChanged.class, name = "usage-changed")})
public sealed interface ProjectEvent {
  /**
   * Instances that count from now on, and instances that do not any more; in this order, written
   * together.
   */
  record UsageChanged(List<Counted> counted, List<InstanceId> released) implements ProjectEvent {
    public UsageChanged {
      counted = List.copyOf(counted);
      released = List.copyOf(released);
    }
  }

  record Counted(InstanceId instance, Resources amount) {}
}
