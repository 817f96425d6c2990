package io.troupe.http.identity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a token says. Roles are not in it: they are looked up whenever it is used.
 *
 * @param auditIds its own id, then that of the first token of its chain, if it came from another
 * @param methods how the user proved who they are
 * @param credentialId of the application credential it was got with
 * @param userEnded how often all the user's tokens had been ended when this one was made; it is
 *     good only while that number stands
 * @param projectEnded the same of the project; 0 without one
 */
record TokenClaims(
    String userId,
    Optional<String> projectId,
    List<String> methods,
    List<String> auditIds,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> credentialId,
    long userEnded,
    long projectEnded) {
  TokenClaims {
    methods = List.copyOf(methods);
    auditIds = List.copyOf(auditIds);
  }

  /** Of a user and project whose tokens were never ended. */
  TokenClaims(
      String userId,
      Optional<String> projectId,
      List<String> methods,
      List<String> auditIds,
      Instant issuedAt,
      Instant expiresAt) {
    this(userId, projectId, methods, auditIds, issuedAt, expiresAt, Optional.empty(), 0, 0);
  }

  String id() {
    return auditIds.getFirst();
  }
}
