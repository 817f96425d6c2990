package io.troupe.actors.instance;

import io.troupe.core.value.OperationId;

/**
 * Perhaps a resize has waited long enough to be confirmed by itself.
 *
 * @param operation its id, if so
 */
public record ConfirmDue(OperationId operation) implements InstanceInput {}
