package io.troupe.http.access;

import java.util.Optional;

/** Turns the text of {@code X-Auth-Token} into its caller; called for every request, so quick. */
@FunctionalInterface
public interface TokenReader {
  /** Empty when the token is forged, expired or revoked, or its user or project is disabled. */
  Optional<Caller> read(String token);
}
