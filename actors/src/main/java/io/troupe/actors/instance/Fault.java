package io.troupe.actors.instance;

import java.time.Instant;

/**
 * Why an instance is in error.
 *
 * @param code an HTTP-like status, 500 unless the user's request was the cause
 * @param message shown to the owner
 * @param details for administrators only
 */
public record Fault(int code, String message, String details, Instant at) {}
