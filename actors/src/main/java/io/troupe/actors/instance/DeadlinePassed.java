package io.troupe.actors.instance;

import io.troupe.core.value.OperationId;

/** The operation's time is up. */
public record DeadlinePassed(OperationId operation) implements InstanceInput {}
