package io.troupe.actors.instance;

import io.troupe.core.value.OperationId;

/**
 * A soft-deleted instance has perhaps been kept for long enough, or a shelved one on its host.
 *
 * @param operation the id of the delete or offload that may come of it
 */
public record ReclaimDue(OperationId operation) implements InstanceInput {}
