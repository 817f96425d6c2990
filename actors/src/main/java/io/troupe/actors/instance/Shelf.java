package io.troupe.actors.instance;

import java.time.Instant;

/**
 * What a shelved instance lives on in.
 *
 * @param imageId of its root disk
 * @param at since when
 */
public record Shelf(String imageId, Instant at) {}
