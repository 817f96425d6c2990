package io.troupe.actors.operation;

/**
 * Why an operation failed.
 *
 * @param code as of an HTTP status; 500 unless the request itself was the cause
 * @param message for the owner
 * @param details for administrators
 */
public record Failure(int code, String message, String details) {}
