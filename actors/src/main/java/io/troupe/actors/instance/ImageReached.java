package io.troupe.actors.instance;

import io.troupe.actors.operation.Purpose;
import io.troupe.core.serialization.CborSerializable;

/**
 * From the image store: the image that is being made of the guest's disk has come so far. May be
 * late, repeated or lost; it says what is shown and nothing else.
 */
public record ImageReached(String imageId, Purpose.ImagePhase phase)
    implements InstanceInput, CborSerializable {}
