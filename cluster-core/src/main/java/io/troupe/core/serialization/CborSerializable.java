package io.troupe.core.serialization;

/**
 * Marks what may cross the wire or enter the journal. It is written as Jackson CBOR with explicit
 * type names; anything without this mark is refused.
 */
public interface CborSerializable {}
