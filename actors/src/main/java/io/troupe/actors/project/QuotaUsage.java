package io.troupe.actors.project;

import io.troupe.core.serialization.CborSerializable;

/**
 * What a project's instances take now, and what they may take at most; a limit of -1 is none. RAM
 * in MiB.
 */
public record QuotaUsage(
    int instances, int cores, long ramMib, long maxInstances, long maxCores, long maxRamMib)
    implements CborSerializable {}
