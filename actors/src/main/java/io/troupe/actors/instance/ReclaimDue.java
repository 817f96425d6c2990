package io.troupe.actors.instance;

import io.troupe.core.value.OperationId;

/**
 * A soft-deleted instance has perhaps been kept for long enough.
 *
 * @param operation the id of the delete that may come of it
 */
public record ReclaimDue(OperationId operation) implements InstanceInput {}
