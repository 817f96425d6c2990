package io.troupe.http.identity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a token says. Roles are not in it: they are looked up whenever it is used.
 *
 * @param auditIds its own id, then that of the first token of its chain, if it came from another
 * @param methods how the user proved who they are
 */
record TokenClaims(
    String userId,
    Optional<String> projectId,
    List<String> methods,
    List<String> auditIds,
    Instant issuedAt,
    Instant expiresAt) {
  TokenClaims {
    methods = List.copyOf(methods);
    auditIds = List.copyOf(auditIds);
  }

  String id() {
    return auditIds.getFirst();
  }
}
