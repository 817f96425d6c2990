package io.troupe.http.access;

import io.troupe.core.value.ProjectId;
import io.troupe.http.error.ApiError;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The user behind a token, with the project and the highest role the token is scoped to.
 *
 * @param role empty without a project, or when the user has none there
 * @param mayDelegate whether the caller may hand its rights on to programs; a restricted
 *     application credential may not
 * @param service whether the user has the role {@code service} beside that one
 */
public record Caller(
    String userId,
    String userName,
    Optional<ProjectId> scope,
    Optional<Role> role,
    Instant expiresAt,
    boolean mayDelegate,
    boolean service) {

  /** A user who has proven who they are in person. */
  public Caller(
      String userId,
      String userName,
      Optional<ProjectId> scope,
      Optional<Role> role,
      Instant expiresAt) {
    this(userId, userName, scope, role, expiresAt, true, false);
  }

  public boolean has(Role needed) {
    return role.isPresent() && role.get().holds(needed) || needed == Role.SERVICE && service;
  }

  public boolean isAdmin() {
    return has(Role.ADMIN);
  }

  public boolean may(Permission permission) {
    return permission.grantedTo(this);
  }

  /** The token's project; 403 for a token without one. */
  public ProjectId project() {
    return scope.orElseThrow(
        () -> ApiError.forbidden("The token is not scoped to a project.").thrown());
  }

  /** Whether something of this project exists for the caller; if not, it is 404 and never 403. */
  public boolean reaches(ProjectId owner) {
    return (scope.isPresent() && scope.get().equals(owner)) || may(Permission.OTHER_PROJECTS);
  }

  /** 403 unless the caller is this user or may act for others. */
  public void requireUser(String other) {
    if (!userId.equals(other) && !may(Permission.OTHER_USERS)) {
      throw ApiError.forbidden("Policy doesn't allow acting for another user.").thrown();
    }
  }

  /** 403 unless the policy lets the caller in. */
  public void require(Policy policy, String what) {
    if (!policy.allows(this)) {
      throw ApiError.forbidden(
              "Policy doesn't allow %s to be performed. It needs the role %s."
                  .formatted(what, policy.name().toLowerCase(Locale.ROOT)))
          .thrown();
    }
  }
}
