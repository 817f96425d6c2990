/**
 * Refusals on their way out: {@code ApiError} gives every rejection its status and text, {@code
 * ErrorForm} the body each service's clients expect, {@code Refused} carries one up from the depth
 * of a parser.
 */
package io.troupe.http.error;
