package io.troupe.actors.project;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.Resources;
import java.util.List;
import java.util.Optional;

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

  /**
   * @param group the server group it counts as a member of; absent in events before there were any
   * @param generation of the instance when it asked to be counted otherwise than before; 0 from its
   *     boot on
   */
  record Counted(InstanceId instance, Resources amount, Optional<String> group, long generation) {
    @JsonCreator
    public Counted {}

    public Counted(InstanceId instance, Resources amount) {
      this(instance, amount, Optional.empty(), 0);
    }
  }
}
