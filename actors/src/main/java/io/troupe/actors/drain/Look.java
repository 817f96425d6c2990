package io.troupe.actors.drain;

import io.troupe.actors.instance.InstanceView;
import io.troupe.actors.instance.OperationTrail;
import io.troupe.core.value.InstanceId;
import io.troupe.core.value.OperationId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen of a drained host and of those of its instances that were asked.
 *
 * @param claims the instances that the host keeps capacity for, in an order that stays
 * @param up whether the host answers
 * @param instances by id, empty for one that was deleted; seen after its operations
 * @param operations of the instances that are under way
 */
record Look(
    Set<InstanceId> claims,
    boolean up,
    Map<InstanceId, Optional<InstanceView>> instances,
    Map<InstanceId, List<OperationTrail>> operations,
    Instant now) {
  Look {
    claims = Collections.unmodifiableSet(new LinkedHashSet<>(claims));
    instances = Map.copyOf(instances);
    operations = Map.copyOf(operations);
  }

  Optional<OperationTrail> operation(InstanceId instance, OperationId id) {
    return operations.getOrDefault(instance, List.of()).stream()
        .filter(trail -> trail.id().equals(id))
        .findFirst();
  }
}
