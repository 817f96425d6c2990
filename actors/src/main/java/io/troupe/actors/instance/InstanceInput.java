package io.troupe.actors.instance;

/**
 * Everything an instance has to decide about: what users want, what its steps came to, what its
 * host saw.
 */
public sealed interface InstanceInput
    permits UserCommand,
        StepOutcome,
        GuestReported,
        DeadlinePassed,
        ReclaimDue,
        ConfirmDue,
        Eviction,
        ImageReached {}
